//! Values to bytes.

use super::is_integer;
use crate::protocol::{Value, double, json};

/// `value` as RESP3, which keeps every type apart.
///
/// ```
/// use plugsmith::protocol::{resp, Value};
///
/// assert_eq!(resp::encode(&Value::Null), b"_\r\n");
/// assert_eq!(resp::encode_resp2(&Value::Null), b"$-1\r\n");
/// ```
pub fn encode(value: &Value) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.value(value);
    writer.into_bytes()
}

/// `value` as RESP2: maps become flat arrays, doubles and big numbers text, booleans 1 or 0.
pub fn encode_resp2(value: &Value) -> Vec<u8> {
    let mut writer = Writer { bytes: Vec::new(), resp2: true };
    writer.value(value);
    writer.into_bytes()
}

/// A growing RESP message.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
    resp2: bool,
}

impl Writer {
    /// The message.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// A bulk string.
    pub fn bulk(&mut self, bytes: &[u8]) {
        self.header(b'$', bytes.len() as i64);
        self.bytes.extend_from_slice(bytes);
        self.end();
    }

    /// A simple string, or a bulk string where a line break would end it early.
    pub fn simple(&mut self, text: &str) {
        if text.contains(['\r', '\n']) {
            return self.bulk(text.as_bytes());
        }
        self.line(b'+', text);
    }

    /// An integer.
    pub fn integer(&mut self, n: i64) {
        self.header(b':', n);
    }

    /// A null: `_` in RESP3; `$-1` in RESP2, as Ferrite's page has it. A plugin writes RESP3, and
    /// its host writes RESP2 for the clients that speak it.
    pub fn null(&mut self) {
        self.bytes.extend_from_slice(if self.resp2 { b"$-1\r\n" } else { b"_\r\n" });
    }

    /// A boolean.
    pub fn boolean(&mut self, b: bool) {
        match (self.resp2, b) {
            (true, _) => self.integer(b.into()),
            (false, true) => self.line(b'#', "t"),
            (false, false) => self.line(b'#', "f"),
        }
    }

    /// A double.
    pub fn double(&mut self, n: f64) {
        let text = if n.is_nan() { "nan".to_owned() } else { double::plain(n) };
        if self.resp2 { self.bulk(text.as_bytes()) } else { self.line(b',', &text) }
    }

    /// The head of an array; its `length` elements follow.
    pub fn array(&mut self, length: usize) {
        self.header(b'*', length as i64);
    }

    /// An error. One with a line break is a bulk error; RESP2 has none, there a space stands for it.
    pub fn error(&mut self, text: &str) {
        if !self.resp2 && text.contains(['\r', '\n']) {
            self.header(b'!', text.len() as i64);
            self.bytes.extend_from_slice(text.as_bytes());
            return self.end();
        }
        self.bytes.push(b'-');
        self.bytes.extend(text.bytes().map(|b| if b == b'\r' || b == b'\n' { b' ' } else { b }));
        self.end();
    }

    /// Any value.
    pub fn value(&mut self, value: &Value) {
        match value {
            Value::Ok => self.simple("OK"),
            Value::String(text) => self.bulk(text.as_bytes()),
            Value::SimpleString(text) => self.simple(text),
            Value::BulkString(bytes) => self.bulk(bytes),
            Value::Integer(n) => self.integer(*n),
            Value::Double(n) => self.double(*n),
            Value::Boolean(b) => self.boolean(*b),
            Value::BigNumber(digits) if !self.resp2 && is_integer(digits) => self.line(b'(', digits),
            Value::BigNumber(digits) => self.bulk(digits.as_bytes()),
            Value::Verbatim(format, text) if self.resp2 || format.len() != 3 => {
                self.bulk(text.as_bytes());
            }
            Value::Verbatim(format, text) => {
                self.header(b'=', (format.len() + 1 + text.len()) as i64);
                self.bytes.extend_from_slice(format.as_bytes());
                self.bytes.push(b':');
                self.bytes.extend_from_slice(text.as_bytes());
                self.end();
            }
            Value::Array(items) => self.items(b'*', items),
            Value::Set(items) => self.items(b'~', items),
            Value::Push(items) => self.items(b'>', items),
            Value::Map(pairs) => {
                if self.resp2 {
                    self.array(pairs.len() * 2);
                } else {
                    self.header(b'%', pairs.len() as i64);
                }
                for (key, value) in pairs {
                    self.value(key);
                    self.value(value);
                }
            }
            Value::Null => self.null(),
            Value::Error(text) => self.error(text),
        }
    }

    fn items(&mut self, kind: u8, items: &[Value]) {
        self.header(if self.resp2 { b'*' } else { kind }, items.len() as i64);
        for item in items {
            self.value(item);
        }
    }

    fn line(&mut self, kind: u8, text: &str) {
        self.bytes.push(kind);
        self.bytes.extend_from_slice(text.as_bytes());
        self.end();
    }

    fn header(&mut self, kind: u8, n: i64) {
        self.bytes.push(kind);
        json::write_integer(&mut self.bytes, n);
        self.end();
    }

    fn end(&mut self) {
        self.bytes.extend_from_slice(b"\r\n");
    }
}
