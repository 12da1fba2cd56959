//! The one value type of commands and storage: what RESP3 can say.

/// A command's argument or reply, or a value in storage.
///
/// `String` and `BulkString` are the same thing on the wire (a RESP bulk string), so they
/// compare equal when their bytes are; a decoder yields `String` for UTF-8 and `BulkString`
/// for anything else. `Ok` is the simple string `OK`.
///
/// ```
/// use plugsmith::Value;
///
/// assert_eq!(Value::String("7".into()), Value::BulkString(b"7".to_vec()));
/// assert_eq!(Value::String("7".into()).as_i64(), Some(7));
/// assert_eq!(Value::Null.as_i64(), None);
/// ```
#[derive(Clone, Debug)]
pub enum Value {
    /// `+OK`.
    Ok,
    /// Text, a bulk string on the wire.
    String(String),
    /// A short line of text such as `PONG`; one with a line break travels as a bulk string.
    SimpleString(String),
    /// Bytes, a bulk string on the wire.
    BulkString(Vec<u8>),
    /// A signed 64-bit integer.
    Integer(i64),
    /// A double; text in RESP2.
    Double(f64),
    /// A boolean; `1` or `0` in RESP2.
    Boolean(bool),
    /// An integer of any size, as decimal text; text in RESP2.
    BigNumber(String),
    /// Text with a three-letter format such as `txt` or `mkd`; plain text in RESP2.
    Verbatim(String, String),
    /// An ordered list.
    Array(Vec<Value>),
    /// An unordered collection; an array in RESP2.
    Set(Vec<Value>),
    /// An out-of-band message; an array in RESP2.
    Push(Vec<Value>),
    /// Pairs in order; a flat array in RESP2.
    Map(Vec<(Value, Value)>),
    /// Absent.
    Null,
    /// An error inside a reply, such as one failed command of a transaction: `ERR message`.
    Error(String),
}

impl Value {
    /// The text, if this is text: any string form that is UTF-8.
    pub fn as_str(&self) -> Option<&str> {
        core::str::from_utf8(self.as_bytes()?).ok()
    }

    /// The bytes of any string form.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Value::Ok => Some(b"OK"),
            Value::String(text) | Value::SimpleString(text) | Value::BigNumber(text) | Value::Verbatim(_, text) => {
                Some(text.as_bytes())
            }
            Value::BulkString(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The integer, also from decimal text (a RESP argument is always text).
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Integer(n) => Some(*n),
            _ => crate::text::integer(self.as_bytes()?),
        }
    }

    /// The number as a double, also from decimal text.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Double(n) => Some(*n),
            Value::Integer(n) => Some(*n as f64),
            _ => super::double::parse(self.as_str()?),
        }
    }

    /// The boolean, also from the integers and texts `1` and `0`.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Boolean(b) => Some(*b),
            _ => match self.as_i64()? {
                0 => Some(false),
                1 => Some(true),
                _ => None,
            },
        }
    }

    /// The elements of an array, set or push message.
    pub fn as_array(&self) -> Option<&[Value]> {
        match self {
            Value::Array(items) | Value::Set(items) | Value::Push(items) => Some(items),
            _ => None,
        }
    }

    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// A string value from bytes: `String` where they are UTF-8, else `BulkString`.
    pub fn from_bytes(bytes: Vec<u8>) -> Value {
        match String::from_utf8(bytes) {
            Ok(text) => Value::String(text),
            Err(error) => Value::BulkString(error.into_bytes()),
        }
    }

    /// The bytes of a simple string's wire form, where it is one.
    fn simple(&self) -> Option<&str> {
        match self {
            Value::Ok => Some("OK"),
            Value::SimpleString(text) if !text.contains(['\r', '\n']) => Some(text),
            _ => None,
        }
    }

    /// The bytes of a bulk string's wire form, where it is one.
    fn bulk(&self) -> Option<&[u8]> {
        match self {
            Value::String(_) | Value::BulkString(_) => self.as_bytes(),
            Value::SimpleString(text) if text.contains(['\r', '\n']) => Some(text.as_bytes()),
            _ => None,
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        if let (Some(a), Some(b)) = (self.bulk(), other.bulk()) {
            return a == b;
        }
        if let (Some(a), Some(b)) = (self.simple(), other.simple()) {
            return a == b;
        }
        match (self, other) {
            (Value::Integer(a), Value::Integer(b)) => a == b,
            (Value::Double(a), Value::Double(b)) => a == b || (a.is_nan() && b.is_nan()),
            (Value::Boolean(a), Value::Boolean(b)) => a == b,
            (Value::BigNumber(a), Value::BigNumber(b)) | (Value::Error(a), Value::Error(b)) => a == b,
            (Value::Verbatim(f, a), Value::Verbatim(g, b)) => f == g && a == b,
            (Value::Array(a), Value::Array(b)) | (Value::Set(a), Value::Set(b)) | (Value::Push(a), Value::Push(b)) => {
                a == b
            }
            (Value::Map(a), Value::Map(b)) => a == b,
            (Value::Null, Value::Null) => true,
            _ => false,
        }
    }
}

// So that a test reads `assert_eq!(reply, "Hello, Ada!")` and `assert_eq!(reply, 1)`.

impl PartialEq<str> for Value {
    fn eq(&self, other: &str) -> bool {
        self.as_bytes() == Some(other.as_bytes())
    }
}

impl PartialEq<&str> for Value {
    fn eq(&self, other: &&str) -> bool {
        self == *other
    }
}

impl PartialEq<String> for Value {
    fn eq(&self, other: &String) -> bool {
        self == other.as_str()
    }
}

impl PartialEq<[u8]> for Value {
    fn eq(&self, other: &[u8]) -> bool {
        self.as_bytes() == Some(other)
    }
}

impl PartialEq<i64> for Value {
    fn eq(&self, other: &i64) -> bool {
        matches!(self, Value::Integer(n) if n == other)
    }
}

impl PartialEq<bool> for Value {
    fn eq(&self, other: &bool) -> bool {
        matches!(self, Value::Boolean(b) if b == other)
    }
}
