//! From a command's reply to the type that the function returns.

use super::mismatch::mismatch;
use crate::entry::reply::ReplyElement;
use crate::protocol::Value;
use crate::text::unsigned;
use crate::values::bytes::Bytes;

/// What a command returns, read from its reply: the reverse of [`Reply`](crate::Reply). Implement it for a `Reply` of
/// your own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a command's reply",
    note = "`T` of a `Json<T>` needs `Deserialize`; a type with `impl Reply` needs `impl plugsmith::testing::calls::FromReply`"
)]
pub trait FromReply {
    /// The value, owned: a `String` for `&str`.
    type Owned;

    /// The value in a reply.
    ///
    /// # Errors
    /// Why the reply is no such value.
    fn from_reply(reply: Value) -> Result<Self::Owned, String>;
}

macro_rules! replies {
    ($($type:ty => $owned:ty, $expected:literal, $reply:ident => $convert:expr;)*) => {$(
        impl FromReply for $type {
            type Owned = $owned;

            fn from_reply($reply: Value) -> Result<$owned, String> {
                $convert.ok_or_else(|| mismatch($expected, &$reply))
            }
        }
    )*};
}
replies! {
    Value => Value, "a value", reply => Some(reply.clone());
    String => String, "text", reply => reply.as_str().map(str::to_owned);
    &str => String, "text", reply => reply.as_str().map(str::to_owned);
    Vec<u8> => Vec<u8>, "bytes", reply => reply.as_bytes().map(<[u8]>::to_vec);
    &[u8] => Vec<u8>, "bytes", reply => reply.as_bytes().map(<[u8]>::to_vec);
    Bytes => Bytes, "bytes", reply => reply.as_bytes().map(|bytes| Bytes(bytes.to_vec()));
    () => (), "OK", reply => (reply == Value::Ok).then_some(());
    bool => bool, "a boolean", reply => reply.as_bool();
    i8 => i8, "an integer of 8 bits", reply => reply.as_i64().and_then(|n| n.try_into().ok());
    i16 => i16, "an integer of 16 bits", reply => reply.as_i64().and_then(|n| n.try_into().ok());
    i32 => i32, "an integer of 32 bits", reply => reply.as_i64().and_then(|n| n.try_into().ok());
    i64 => i64, "an integer", reply => reply.as_i64();
    u8 => u8, "an integer from 0 to 255", reply => reply.as_i64().and_then(|n| n.try_into().ok());
    u16 => u16, "an integer from 0 to 65535", reply => reply.as_i64().and_then(|n| n.try_into().ok());
    u32 => u32, "an integer from 0 to 4294967295", reply => reply.as_i64().and_then(|n| n.try_into().ok());
    u64 => u64, "a number that is not negative", reply => whole(&reply);
    usize => usize, "a number that is not negative", reply => whole(&reply).and_then(|n| n.try_into().ok());
    f32 => f32, "a number", reply => reply.as_f64().map(|n| n as f32);
    f64 => f64, "a number", reply => reply.as_f64();
}

/// A number that is not negative; one beyond `i64` arrives as text.
fn whole(reply: &Value) -> Option<u64> {
    match reply {
        Value::Integer(n) => u64::try_from(*n).ok(),
        _ => unsigned(reply.as_bytes()?),
    }
}

#[cfg(feature = "json")]
impl<T: serde::de::DeserializeOwned> FromReply for crate::values::json::Json<T> {
    type Owned = crate::values::json::Json<T>;

    fn from_reply(reply: Value) -> Result<Self::Owned, String> {
        let text = reply.as_bytes().ok_or_else(|| mismatch("JSON", &reply))?;
        serde_json::from_slice(text)
            .map(crate::values::json::Json)
            .map_err(|error| mismatch(&format!("JSON ({error})"), &reply))
    }
}

impl<T: FromReply> FromReply for Option<T> {
    type Owned = Option<T::Owned>;

    fn from_reply(reply: Value) -> Result<Self::Owned, String> {
        if reply.is_null() { Ok(None) } else { T::from_reply(reply).map(Some) }
    }
}

impl<T: FromReply + ReplyElement> FromReply for Vec<T> {
    type Owned = Vec<T::Owned>;

    fn from_reply(reply: Value) -> Result<Self::Owned, String> {
        match reply {
            Value::Array(items) | Value::Set(items) => items.into_iter().map(T::from_reply).collect(),
            other => Err(mismatch("a list", &other)),
        }
    }
}

/// What a command's function returns: a [`FromReply`], or a `Result` of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a command's reply",
    note = "`T` of a `Json<T>` needs `Deserialize`; a type with `impl Reply` needs `impl plugsmith::testing::calls::FromReply`"
)]
pub trait FromCommandOutput {
    /// The value, owned.
    type Owned;

    /// The value in a reply.
    ///
    /// # Errors
    /// Why the reply is no such value.
    fn from_output(reply: Value) -> Result<Self::Owned, String>;
}

impl<T: FromReply> FromCommandOutput for T {
    type Owned = T::Owned;

    fn from_output(reply: Value) -> Result<Self::Owned, String> {
        T::from_reply(reply)
    }
}

impl<T: FromReply, E> FromCommandOutput for Result<T, E> {
    type Owned = T::Owned;

    fn from_output(reply: Value) -> Result<Self::Owned, String> {
        T::from_reply(reply)
    }
}
