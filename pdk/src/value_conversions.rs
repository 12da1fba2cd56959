//! `From` conversions into [`Value`], so that a command ends in `Ok(x.into())`.

use crate::protocol::Value;

macro_rules! integers {
    ($($int:ty)*) => {$(
        impl From<$int> for Value {
            fn from(n: $int) -> Value {
                Value::Integer(n.into())
            }
        }
    )*};
}
integers!(i8 i16 i32 i64 u8 u16 u32);

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::String(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::String(text.to_owned())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Value {
        Value::from_bytes(bytes)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Value {
        Value::from_bytes(bytes.to_vec())
    }
}

impl From<f64> for Value {
    fn from(n: f64) -> Value {
        Value::Double(n)
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Value {
        Value::Boolean(b)
    }
}

impl From<()> for Value {
    fn from((): ()) -> Value {
        Value::Ok
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Value {
        Value::Array(items)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}
