//! One value in a path or a query.

/// A parameter of the path, or of the query, by its name.
///
/// Implement it for a type of your own:
///
/// ```
/// use plugsmith::orbis::{Parameter, route};
///
/// enum Order { Name, Age }
///
/// impl Parameter<'_> for Order {
///     const TYPE: &'static str = "text";
///     const EXPECTED: &'static str = "name or age";
///
///     fn from_text(text: &str) -> Option<Order> {
///         match text {
///             "name" => Some(Order::Name),
///             "age" => Some(Order::Age),
///             _ => None,
///         }
///     }
/// }
///
/// #[route(GET, "/api/items")]
/// fn list_items(order: Option<Order>) -> &'static str {
///     match order {
///         Some(Order::Age) => "by age",
///         Some(Order::Name) | None => "by name",
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parameter of the path",
    note = "parameters of the path are `String`, `&str`, integers, floats, `bool`, and types with `impl orbis::Parameter`"
)]
pub trait Parameter<'a>: Sized {
    /// The type's name in metadata, such as `text` or `u32`.
    const TYPE: &'static str;
    /// What a message says was expected, such as `an integer`.
    const EXPECTED: &'static str;

    /// The value; `None` if the text is not one.
    fn from_text(text: &'a str) -> Option<Self>;
}

macro_rules! parameters {
    ($($type:ty, $name:literal, $expected:literal, $text:ident => $convert:expr;)*) => {$(
        impl<'a> Parameter<'a> for $type {
            const TYPE: &'static str = $name;
            const EXPECTED: &'static str = $expected;

            fn from_text($text: &'a str) -> Option<$type> {
                $convert
            }
        }
    )*};
}
parameters! {
    &'a str, "text", "text", text => Some(text);
    String, "text", "text", text => Some(text.to_owned());
    bool, "bool", "true or false", text => match text {
        "1" | "true" | "yes" | "on" => Some(true),
        "0" | "false" | "no" | "off" => Some(false),
        _ => None,
    };
    i64, "i64", "a 64-bit integer", text => text.parse().ok();
    u64, "u64", "an integer from 0 to 18446744073709551615", text => text.parse().ok();
    i8, "i8", "an integer from -128 to 127", text => text.parse::<i64>().ok()?.try_into().ok();
    i16, "i16", "an integer from -32768 to 32767", text => text.parse::<i64>().ok()?.try_into().ok();
    i32, "i32", "an integer from -2147483648 to 2147483647", text => text.parse::<i64>().ok()?.try_into().ok();
    u8, "u8", "an integer from 0 to 255", text => text.parse::<i64>().ok()?.try_into().ok();
    u16, "u16", "an integer from 0 to 65535", text => text.parse::<i64>().ok()?.try_into().ok();
    u32, "u32", "an integer from 0 to 4294967295", text => text.parse::<i64>().ok()?.try_into().ok();
    f64, "f64", "a number", text => text.parse().ok().filter(|n: &f64| n.is_finite());
    f32, "f32", "a number", text => text.parse().ok().filter(|n: &f32| n.is_finite());
}
