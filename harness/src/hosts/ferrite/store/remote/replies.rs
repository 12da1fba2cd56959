//! What the client crate reads, as a reply.

use redis::{Value as Read, VerbatimFormat};

use crate::hosts::ferrite::reply::Reply;

/// A reply of the Redis.
pub(super) fn reply(read: Read) -> Reply {
    let list = |items: Vec<Read>| items.into_iter().map(reply).collect();
    match read {
        Read::Nil => Reply::Null,
        Read::Int(n) => Reply::Integer(n),
        Read::BulkString(bytes) => Reply::Bulk(bytes),
        Read::Array(items) => Reply::Array(list(items)),
        Read::SimpleString(text) => Reply::Status(text.into()),
        Read::Okay => Reply::OK,
        Read::Map(pairs) => Reply::Map(pairs.into_iter().map(|(key, value)| (reply(key), reply(value))).collect()),
        Read::Attribute { data, .. } => reply(*data),
        Read::Set(items) => Reply::Set(list(items)),
        Read::Double(n) => Reply::Value(plugsmith::Value::Double(n)),
        Read::Boolean(b) => Reply::Value(plugsmith::Value::Boolean(b)),
        Read::BigNumber(digits) => {
            Reply::Value(plugsmith::Value::BigNumber(String::from_utf8_lossy(&digits).into_owned()))
        }
        Read::VerbatimString { format: VerbatimFormat::Text, text } => Reply::Verbatim("txt", text),
        Read::VerbatimString { format: VerbatimFormat::Markdown, text } => Reply::Verbatim("mkd", text),
        Read::VerbatimString { text, .. } => Reply::bulk(text),
        Read::Push { data, .. } => Reply::Push(list(data)),
        Read::ServerError(error) => {
            Reply::Error(format!("{} {}", error.code(), error.details().unwrap_or_default()).trim_end().to_owned())
        }
        _ => Reply::Null,
    }
}

/// The reply to these words, where the nulls that are arrays in RESP2 are that: the client crate reads both alike.
pub(super) fn with_null_arrays(words: &[Vec<u8>], reply: Reply) -> Reply {
    let is = |name: &str| words[0].eq_ignore_ascii_case(name.as_bytes());
    match reply {
        Reply::Null if (is("lpop") || is("rpop")) && words.len() > 2 => Reply::NullArray,
        Reply::Null if ["lmpop", "zmpop", "xread", "xreadgroup"].into_iter().any(is) => Reply::NullArray,
        Reply::Array(items) if is("geopos") => {
            let inside = |item| if item == Reply::Null { Reply::NullArray } else { item };
            Reply::Array(items.into_iter().map(inside).collect())
        }
        reply => reply,
    }
}
