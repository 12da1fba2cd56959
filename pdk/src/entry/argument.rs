//! How a command's parameters are read from its arguments: the signature is the contract.

use std::borrow::Cow;

use crate::context::PluginContext;
use crate::error::CommandError;
use crate::protocol::{Value, json};
use crate::text::{decimal, join, unsigned};
use crate::values::bytes::Bytes;

/// Which arguments a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// None: it is the context.
    Context,
    /// None: it is the context by value, which is refused.
    OwnedContext,
    /// Exactly one.
    Required,
    /// One, if there is one left.
    Optional,
    /// All that are left.
    Rest,
}

/// One command call: the context and the arguments not yet read.
#[derive(Debug)]
pub struct Call<'a> {
    pub(crate) context: &'a PluginContext,
    pub(crate) arguments: &'a [Value],
}

impl<'a> Call<'a> {
    fn next(&mut self) -> Option<&'a Value> {
        let (first, rest) = self.arguments.split_first()?;
        self.arguments = rest;
        Some(first)
    }
}

/// A parameter of a `#[command]`: the context, an [`Argument`], an `Option` or a trailing `Vec`
/// of them, or the raw `&[Value]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a command's parameter",
    note = "parameters are `&PluginContext`, `String`, `&str`, integers, floats, `bool`, `Vec<u8>`, `Bytes`, \
            `Json<T>`, an `Option` of these, a trailing `Vec` of these, or `&[Value]`"
)]
pub trait FromCall<'a>: Sized {
    /// Which arguments it takes.
    const KIND: Kind;
    /// The type's name in metadata and messages.
    const TYPE: &'static str;

    /// Reads the parameter called `name`.
    ///
    /// # Errors
    /// An argument of another type, with the parameter's name and what was given.
    fn from_call(call: &mut Call<'a>, name: &str) -> Result<Self, CommandError>;
}

/// A type that one argument converts to.
pub trait Argument<'a>: Sized {
    /// The type's name in metadata, such as `text` or `u32`.
    const TYPE: &'static str;
    /// What a message says was expected, such as `an integer`.
    const EXPECTED: &'static str;

    /// The argument; `None` where it is of another type.
    fn from_value(value: &'a Value) -> Option<Self>;

    /// What was expected, for a `value` that is of another type.
    fn expected(value: &Value) -> Cow<'static, str> {
        let _ = value;
        Self::EXPECTED.into()
    }
}

/// An [`Argument`] of which a trailing `Vec` may be taken. `Vec<u8>` is bytes, so `u8` is not one.
pub trait Element<'a>: Argument<'a> {}

impl<'a, T: Argument<'a>> FromCall<'a> for T {
    const KIND: Kind = Kind::Required;
    const TYPE: &'static str = T::TYPE;

    fn from_call(call: &mut Call<'a>, name: &str) -> Result<T, CommandError> {
        // The arity was checked before; null is no required argument.
        convert(call.next().unwrap_or(&Value::Null), name)
    }
}

impl<'a, T: Argument<'a>> FromCall<'a> for Option<T> {
    const KIND: Kind = Kind::Optional;
    const TYPE: &'static str = T::TYPE;

    fn from_call(call: &mut Call<'a>, name: &str) -> Result<Option<T>, CommandError> {
        match call.next() {
            None | Some(Value::Null) => Ok(None),
            Some(value) => convert(value, name).map(Some),
        }
    }
}

impl<'a, T: Element<'a>> FromCall<'a> for Vec<T> {
    const KIND: Kind = Kind::Rest;
    const TYPE: &'static str = T::TYPE;

    fn from_call(call: &mut Call<'a>, name: &str) -> Result<Vec<T>, CommandError> {
        let arguments = std::mem::take(&mut call.arguments);
        // Collecting results has no size to start from, so the vector would grow again and again, and
        // passes each item through a `Result` that is larger than it.
        let mut all = Vec::with_capacity(arguments.len());
        all.extend(arguments.iter().map_while(T::from_value));
        match arguments.get(all.len()) {
            None => Ok(all),
            Some(other) => Err(mismatch("argument", name, &T::expected(other), other)),
        }
    }
}

impl<'a> FromCall<'a> for &'a [Value] {
    const KIND: Kind = Kind::Rest;
    const TYPE: &'static str = "value";

    fn from_call(call: &mut Call<'a>, _: &str) -> Result<&'a [Value], CommandError> {
        Ok(std::mem::take(&mut call.arguments))
    }
}

impl<'a> FromCall<'a> for &'a PluginContext {
    const KIND: Kind = Kind::Context;
    const TYPE: &'static str = "context";

    fn from_call(call: &mut Call<'a>, _: &str) -> Result<&'a PluginContext, CommandError> {
        Ok(call.context)
    }
}

/// Refused when it is compiled, with the cure.
impl<'a> FromCall<'a> for PluginContext {
    const KIND: Kind = Kind::OwnedContext;
    const TYPE: &'static str = "context";

    fn from_call(call: &mut Call<'a>, _: &str) -> Result<PluginContext, CommandError> {
        Ok(call.context.clone())
    }
}

macro_rules! arguments {
    ($($type:ty, $name:literal, $expected:literal, $value:ident => $convert:expr;)*) => {$(
        impl<'a> Argument<'a> for $type {
            const TYPE: &'static str = $name;
            const EXPECTED: &'static str = $expected;

            fn from_value($value: &'a Value) -> Option<$type> {
                $convert
            }
        }
    )*};
}
arguments! {
    &'a str, "text", "text", value => value.as_str();
    &'a [u8], "bytes", "a string", value => value.as_bytes();
    &'a Value, "value", "a value", value => Some(value);
    Value, "value", "a value", value => Some(value.clone());
    String, "text", "text", value => value.as_str().map(str::to_owned);
    Vec<u8>, "bytes", "a string", value => value.as_bytes().map(<[u8]>::to_vec);
    Bytes, "bytes", "a string", value => value.as_bytes().map(|bytes| Bytes(bytes.to_vec()));
    bool, "bool", "true or false", value => match value {
        Value::Boolean(b) => Some(*b),
        _ => match value.as_str()? {
            "1" | "true" | "yes" | "on" => Some(true),
            "0" | "false" | "no" | "off" => Some(false),
            _ => None,
        },
    };
    i64, "i64", "a 64-bit integer", value => value.as_i64();
    u64, "u64", "an integer from 0 to 18446744073709551615", value => match value {
        Value::Integer(n) => u64::try_from(*n).ok(),
        _ => {
            let text = value.as_bytes()?;
            unsigned(text.strip_prefix(b"+").unwrap_or(text))
        }
    };
    i8, "i8", "an integer from -128 to 127", value => value.as_i64()?.try_into().ok();
    i16, "i16", "an integer from -32768 to 32767", value => value.as_i64()?.try_into().ok();
    i32, "i32", "an integer from -2147483648 to 2147483647", value => value.as_i64()?.try_into().ok();
    u8, "u8", "an integer from 0 to 255", value => value.as_i64()?.try_into().ok();
    u16, "u16", "an integer from 0 to 65535", value => value.as_i64()?.try_into().ok();
    u32, "u32", "an integer from 0 to 4294967295", value => value.as_i64()?.try_into().ok();
    f64, "f64", "a number", value => value.as_f64();
    f32, "f32", "a number", value => value.as_f64().map(|n| n as f32);
}

macro_rules! elements {
    ($($type:ty)*) => { $(impl<'a> Element<'a> for $type {})* };
}
elements!(&'a Value Value &'a str &'a [u8] String Vec<u8> Bytes bool i64 u64 i8 i16 i32 u16 u32 f64 f32);

fn convert<'a, T: Argument<'a>>(value: &'a Value, name: &str) -> Result<T, CommandError> {
    T::from_value(value).ok_or_else(|| mismatch("argument", name, &T::expected(value), value))
}

/// The message for an argument, or a field of an event, of another type. Not generic, so that a guest holds it once.
#[cold]
pub(crate) fn mismatch(what: &str, name: &str, expected: &str, value: &Value) -> CommandError {
    // The general JSON writer would bring float formatting along.
    let got = match value {
        Value::Null => "null",
        Value::Array(_) | Value::Push(_) | Value::Set(_) => "a list",
        Value::Map(_) => "a map",
        Value::BulkString(_) => "bytes that are not UTF-8",
        _ => "another value",
    };
    let mut text = join(&[what, " '", name, "': expected ", expected, ", got "]);
    match value {
        Value::Integer(n) => text.push_str(&decimal(*n)),
        value => match value.as_str() {
            // `get`, because the panic of a slice that cuts a letter in two is 8 KB of a guest.
            Some(given) => text.push_str(&quoted(given.get(..given.floor_char_boundary(60)).unwrap_or(given))),
            None => text.push_str(got),
        },
    }
    CommandError::Custom(text)
}

/// A string as JSON has it.
fn quoted(text: &str) -> String {
    let mut json = Vec::new();
    json::write_string(&mut json, text);
    String::from_utf8(json).unwrap_or_default()
}
