//! Replies as Redis writes them, in either version of its protocol.
//!
//! [`Value`] is what a plugin can say. A server says a little more: RESP2 has two nulls, and
//! `SUBSCRIBE` with three channels answers three times.

use std::borrow::Cow;

use plugsmith::Value;
use plugsmith::protocol::resp;

/// A version of the Redis protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// What every connection starts with.
    #[default]
    Resp2,
    /// After `HELLO 3`.
    Resp3,
}

/// What a server answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// A short line, such as `+OK`.
    Status(Cow<'static, str>),
    /// An error with its code, such as `ERR syntax error`.
    Error(String),
    /// An integer.
    Integer(i64),
    /// A string of bytes.
    Bulk(Vec<u8>),
    /// No value: `$-1` in RESP2.
    Null,
    /// No list: `*-1` in RESP2, the same null as the other in RESP3.
    NullArray,
    /// A list.
    Array(Vec<Reply>),
    /// A map, a flat list in RESP2.
    Map(Vec<(Reply, Reply)>),
    /// A set, a list in RESP2.
    Set(Vec<Reply>),
    /// A message that no command asked for, a list in RESP2.
    Push(Vec<Reply>),
    /// Text with a format, a plain string in RESP2.
    Verbatim(&'static str, String),
    /// What a plugin answers.
    Value(Value),
    /// Several replies one after the other, or none at all.
    Many(Vec<Reply>),
}

impl Reply {
    /// `+OK`.
    pub const OK: Reply = Reply::Status(Cow::Borrowed("OK"));

    /// No reply.
    pub const NOTHING: Reply = Reply::Many(Vec::new());

    /// A list of strings.
    pub fn strings<T: AsRef<[u8]>>(items: impl IntoIterator<Item = T>) -> Reply {
        Reply::Array(items.into_iter().map(|item| Reply::bulk(item.as_ref())).collect())
    }

    /// A string.
    pub fn bulk(bytes: impl AsRef<[u8]>) -> Reply {
        Reply::Bulk(bytes.as_ref().to_vec())
    }

    /// A string, or null.
    pub fn optional(bytes: Option<impl AsRef<[u8]>>) -> Reply {
        bytes.map_or(Reply::Null, Reply::bulk)
    }

    /// A number of things.
    pub fn count(count: usize) -> Reply {
        Reply::Integer(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// Whether it is an error.
    pub fn is_error(&self) -> bool {
        matches!(self, Reply::Error(_) | Reply::Value(Value::Error(_)))
    }

    /// The bytes that a client of this protocol reads.
    pub fn encode(&self, protocol: Protocol) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(protocol, &mut out);
        out
    }

    /// Appends the bytes that a client of this protocol reads.
    pub fn write(&self, protocol: Protocol, out: &mut Vec<u8>) {
        let three = protocol == Protocol::Resp3;
        match self {
            Reply::Status(text) => line(out, b'+', text.as_bytes()),
            Reply::Error(text) => line(out, b'-', text.as_bytes()),
            Reply::Integer(n) => head(out, b':', *n),
            Reply::Bulk(bytes) => bulk(out, bytes),
            Reply::Null if three => out.extend_from_slice(b"_\r\n"),
            Reply::NullArray if three => out.extend_from_slice(b"_\r\n"),
            Reply::Null => out.extend_from_slice(b"$-1\r\n"),
            Reply::NullArray => out.extend_from_slice(b"*-1\r\n"),
            Reply::Array(items) => list(out, b'*', items, protocol),
            Reply::Set(items) => list(out, if three { b'~' } else { b'*' }, items, protocol),
            Reply::Push(items) => list(out, if three { b'>' } else { b'*' }, items, protocol),
            Reply::Map(pairs) => {
                let (kind, length) = if three { (b'%', pairs.len()) } else { (b'*', pairs.len() * 2) };
                head(out, kind, length as i64);
                for (key, value) in pairs {
                    key.write(protocol, out);
                    value.write(protocol, out);
                }
            }
            Reply::Verbatim(format, text) if three => {
                head(out, b'=', (format.len() + 1 + text.len()) as i64);
                out.extend_from_slice(format.as_bytes());
                out.push(b':');
                out.extend_from_slice(text.as_bytes());
                out.extend_from_slice(b"\r\n");
            }
            Reply::Verbatim(_, text) => bulk(out, text.as_bytes()),
            Reply::Value(value) if three => out.extend(resp::encode(value)),
            Reply::Value(value) => out.extend(resp::encode_resp2(value)),
            Reply::Many(replies) => replies.iter().for_each(|reply| reply.write(protocol, out)),
        }
    }
}

/// What a hook of `AfterCommand` sees, and what the Rust API returns.
impl From<Reply> for Value {
    fn from(reply: Reply) -> Value {
        let values = |items: Vec<Reply>| items.into_iter().map(Value::from).collect();
        match reply {
            Reply::Status(text) if text == "OK" => Value::Ok,
            Reply::Status(text) => Value::SimpleString(text.into_owned()),
            Reply::Error(text) => Value::Error(text),
            Reply::Integer(n) => Value::Integer(n),
            Reply::Bulk(bytes) => Value::from_bytes(bytes),
            Reply::Null | Reply::NullArray => Value::Null,
            Reply::Array(items) | Reply::Many(items) => Value::Array(values(items)),
            Reply::Set(items) => Value::Set(values(items)),
            Reply::Push(items) => Value::Push(values(items)),
            Reply::Map(pairs) => Value::Map(pairs.into_iter().map(|(key, value)| (key.into(), value.into())).collect()),
            Reply::Verbatim(format, text) => Value::Verbatim(format.to_owned(), text),
            Reply::Value(value) => value,
        }
    }
}

/// A line cannot hold a line break: as in Redis, a space stands for it.
fn line(out: &mut Vec<u8>, kind: u8, text: &[u8]) {
    out.push(kind);
    out.extend(text.iter().map(|byte| if matches!(byte, b'\r' | b'\n') { b' ' } else { *byte }));
    out.extend_from_slice(b"\r\n");
}

fn head(out: &mut Vec<u8>, kind: u8, n: i64) {
    line(out, kind, n.to_string().as_bytes());
}

fn bulk(out: &mut Vec<u8>, bytes: &[u8]) {
    head(out, b'$', bytes.len() as i64);
    out.extend_from_slice(bytes);
    out.extend_from_slice(b"\r\n");
}

fn list(out: &mut Vec<u8>, kind: u8, items: &[Reply], protocol: Protocol) {
    head(out, kind, items.len() as i64);
    items.iter().for_each(|item| item.write(protocol, out));
}
