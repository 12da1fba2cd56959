//! From a parameter's type to the arguments of a command.

use crate::context::PluginContext;
use crate::protocol::Value;
use crate::values::bytes::Bytes;

/// The arguments of a command under construction.
#[derive(Clone, Debug, Default)]
pub struct Written {
    values: Vec<Value>,
    /// Optional arguments that are left out, unless one follows.
    absent: usize,
}

impl Written {
    fn push(&mut self, value: Value) {
        self.values.extend((0..std::mem::take(&mut self.absent)).map(|_| Value::Null));
        self.values.push(value);
    }
}

/// A parameter of a `#[command]` as the arguments that it is read from: the reverse of
/// [`FromCall`](crate::FromCall). Implement it for an [`Argument`](crate::Argument) of your own, and call
/// [`ToArgument::write`] of what it is read from.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written as an argument of a command",
    note = "`T` of a `Json<T>` needs `Serialize`; a type with `impl Argument` needs `impl plugsmith::testing::calls::ToArgument`"
)]
pub trait ToArgument {
    /// Appends the arguments.
    ///
    /// # Errors
    /// Why the value has no such form.
    fn write(self, arguments: &mut Written) -> Result<(), String>;
}

macro_rules! values {
    ($($type:ty, $this:ident => $value:expr;)*) => {$(
        impl ToArgument for $type {
            fn write(self, arguments: &mut Written) -> Result<(), String> {
                let $this = self;
                arguments.push($value);
                Ok(())
            }
        }
    )*};
}
values! {
    Value, value => value;
    &Value, value => value.clone();
    String, text => Value::String(text);
    &str, text => Value::String(text.to_owned());
    Vec<u8>, bytes => Value::from_bytes(bytes);
    &[u8], bytes => Value::from_bytes(bytes.to_vec());
    Bytes, bytes => Value::from_bytes(bytes.0);
    bool, value => Value::Boolean(value);
    i8, n => n.into();
    i16, n => n.into();
    i32, n => n.into();
    i64, n => n.into();
    u8, n => n.into();
    u16, n => n.into();
    u32, n => n.into();
    u64, n => Value::String(n.to_string());
    f32, n => Value::Double(n.into());
    f64, n => Value::Double(n);
}

#[cfg(feature = "json")]
impl<T: serde::Serialize> ToArgument for crate::values::json::Json<T> {
    fn write(self, arguments: &mut Written) -> Result<(), String> {
        let text = serde_json::to_string(&self.0).map_err(|error| error.to_string())?;
        arguments.push(Value::String(text));
        Ok(())
    }
}

impl<T: ToArgument> ToArgument for Option<T> {
    fn write(self, arguments: &mut Written) -> Result<(), String> {
        match self {
            Some(value) => value.write(arguments),
            None => {
                arguments.absent += 1;
                Ok(())
            }
        }
    }
}

/// A [`ToArgument`] of which a trailing `Vec` may be passed; `Vec<u8>` is bytes.
pub trait ToElement: ToArgument {}

macro_rules! elements {
    ($($type:ty)*) => { $(impl ToElement for $type {})* };
}
elements!(Value &Value String &str Vec<u8> &[u8] Bytes bool i8 i16 i32 i64 u16 u32 u64 f32 f64);
#[cfg(feature = "json")]
impl<T: serde::Serialize> ToElement for crate::values::json::Json<T> {}

impl<T: ToElement> ToArgument for Vec<T> {
    fn write(self, arguments: &mut Written) -> Result<(), String> {
        self.into_iter().try_for_each(|item| item.write(arguments))
    }
}

impl ToArgument for &[Value] {
    fn write(self, arguments: &mut Written) -> Result<(), String> {
        self.iter().try_for_each(|item| item.write(arguments))
    }
}

/// A context is no argument: this is for one that hides behind a type alias.
impl ToArgument for &PluginContext {
    fn write(self, _: &mut Written) -> Result<(), String> {
        Ok(())
    }
}

/// All parameters of a command as its arguments.
#[diagnostic::on_unimplemented(
    message = "the parameters `{Self}` cannot be written as arguments of a command",
    note = "each needs `ToArgument`, and twelve are the most"
)]
pub trait ToArguments {
    /// The arguments in order.
    ///
    /// # Errors
    /// Why a value has no such form.
    fn into_arguments(self) -> Result<Vec<Value>, String>;
}

macro_rules! tuples {
    ($($($name:ident)*;)*) => {$(
        impl<$($name: ToArgument),*> ToArguments for ($($name,)*) {
            #[allow(non_snake_case, unused_mut, reason = "a type and its value share a letter, and there may be none")]
            fn into_arguments(self) -> Result<Vec<Value>, String> {
                let ($($name,)*) = self;
                let mut written = Written::default();
                $($name.write(&mut written)?;)*
                Ok(written.values)
            }
        }
    )*};
}
tuples! {
    ;
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
    A B C D E F G H I;
    A B C D E F G H I J;
    A B C D E F G H I J K;
    A B C D E F G H I J K L;
}
