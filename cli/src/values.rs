//! The values of options: `KEY=VALUE` pairs and HTTP answers, from text or from files.

use plugsmith_harness::plugsmith::testing::{HttpAnswer as Answer, HttpFailure};
use plugsmith_harness::plugsmith::{HttpResponse, Value};
use serde_json::Value as Json;

/// `KEY=VALUE`.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) key: String,
    pub(crate) value: Vec<u8>,
}

/// `KEY=VALUE`, where the value is text.
#[derive(Clone, Debug)]
pub(crate) struct TextPair {
    pub(crate) key: String,
    pub(crate) value: String,
}

/// `KEY=VALUE` or `KEY:=JSON`.
#[derive(Clone, Debug)]
pub(crate) struct StoragePair {
    pub(crate) key: String,
    pub(crate) value: Value,
}

/// `METHOD URL STATUS [BODY]`; the status may be `timeout`, `not-made` or `failed`.
#[derive(Clone, Debug)]
pub(crate) struct HttpAnswer {
    pub(crate) pattern: String,
    pub(crate) answer: Answer,
}

/// `NAME`, `NAME=TEXT`, `NAME:=NUMBER` or `NAME!=ERROR`.
#[derive(Clone, Debug)]
pub(crate) struct HostFn {
    pub(crate) name: String,
    pub(crate) reply: HostReply,
}

/// What a host function answers.
#[derive(Clone, Debug)]
pub(crate) enum HostReply {
    Nothing,
    Block(Option<Vec<u8>>),
    Number(serde_json::Number),
    Error(String),
}

pub(crate) fn host_fn(text: &str) -> Result<HostFn, String> {
    let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
    let (name, reply) = match (value, name.strip_suffix(':'), name.strip_suffix('!')) {
        (None, ..) => (name, HostReply::Nothing),
        (Some("null"), Some(name), _) => (name, HostReply::Block(None)),
        (Some(number), Some(name), _) => match number.parse() {
            Ok(number) => (name, HostReply::Number(number)),
            Err(_) => return Err(format!("`{number}` is no number: write NAME:=NUMBER, or NAME=TEXT")),
        },
        (Some(message), _, Some(name)) => (name, HostReply::Error(message.to_owned())),
        (Some(value), ..) => (name, HostReply::Block(Some(bytes(value)?))),
    };
    match name {
        "" => Err("no name: write NAME=REPLY".to_owned()),
        name => Ok(HostFn { name: name.to_owned(), reply }),
    }
}

pub(crate) fn pair(text: &str) -> Result<Pair, String> {
    let (key, value) = split(text)?;
    Ok(Pair { key: key.to_owned(), value: bytes(value)? })
}

pub(crate) fn text_pair(text: &str) -> Result<TextPair, String> {
    let Pair { key, value } = pair(text)?;
    let value = String::from_utf8(value).map_err(|_| "the file is not UTF-8, and configuration is text".to_owned())?;
    Ok(TextPair { key, value })
}

pub(crate) fn storage_pair(text: &str) -> Result<StoragePair, String> {
    let (key, value) = split(text)?;
    let Some(key) = key.strip_suffix(':') else {
        return Ok(StoragePair { key: key.to_owned(), value: Value::from_bytes(bytes(value)?) });
    };
    if key.is_empty() {
        return Err("no key before `:=`: write KEY:=JSON".to_owned());
    }
    let json = serde_json::from_slice(&bytes(value)?)
        .map_err(|error| format!("not JSON after `:=` ({error}): write KEY:=JSON, or KEY=TEXT for text"))?;
    Ok(StoragePair { key: key.to_owned(), value: value_of(json) })
}

pub(crate) fn http_answer(text: &str) -> Result<HttpAnswer, String> {
    const FORM: &str = "write 'METHOD URL STATUS BODY', such as 'GET https://api.example.com/* 200 hello'";
    // No part but the body can hold a space, so each ends at the first.
    let mut parts = text.splitn(4, ' ');
    let (Some(method), Some(url), Some(status)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(format!("an answer has a method, a URL and a status: {FORM}"));
    };
    if method.is_empty() || !method.bytes().all(|b| b.is_ascii_uppercase()) {
        return Err(format!("`{method}` is no method: {FORM}"));
    }
    if !url.contains("://") && !url.starts_with('*') {
        return Err(format!("`{url}` is no URL with a scheme, nor a pattern that starts with `*`: {FORM}"));
    }
    let rest = parts.next().unwrap_or_default();
    let answer = match (status, status.parse::<u16>()) {
        ("timeout", _) => HttpFailure::Timeout.into(),
        ("not-made", _) => HttpFailure::NotMade.into(),
        ("failed", _) => HttpFailure::Connection(rest.to_owned()).into(),
        (_, Ok(status)) if matches!(status, 101 | 200..=999) => HttpResponse::new(status, bytes(rest)?).into(),
        _ => {
            return Err(format!(
                "`{status}` is none of the statuses that a plugin can see, 101 and 200 to 999, nor `timeout`, \
                 `not-made` or `failed REASON`: {FORM}"
            ));
        }
    };
    Ok(HttpAnswer { pattern: format!("{method} {url}"), answer })
}

/// A whole number from 0.
pub(crate) fn whole(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("write a whole number from 0 to {}", u64::MAX))
}

/// A whole number from 1.
pub(crate) fn positive(text: &str) -> Result<u64, String> {
    let wrong = || format!("write a whole number from 1 to {}", u64::MAX);
    text.parse().ok().filter(|number| *number > 0).ok_or_else(wrong)
}

/// As many pages as a memory can have.
pub(crate) fn pages(text: &str) -> Result<u32, String> {
    let wrong = || "write a whole number from 1 to 65536".to_owned();
    text.parse().ok().filter(|pages| (1..=65536).contains(pages)).ok_or_else(wrong)
}

fn split(text: &str) -> Result<(&str, &str), String> {
    match text.split_once('=') {
        None => Err(format!("no `=`: write {text}=VALUE")),
        Some(("", _)) => Err("no key before `=`: write KEY=VALUE".to_owned()),
        Some(pair) => Ok(pair),
    }
}

/// The bytes of a value: the text itself, a file's after `@`, or text that starts with one `@`
/// after `@@`.
pub(crate) fn bytes(value: &str) -> Result<Vec<u8>, String> {
    match value.strip_prefix('@') {
        None => Ok(value.as_bytes().to_vec()),
        Some(text) if text.starts_with('@') => Ok(text.as_bytes().to_vec()),
        Some(path) => std::fs::read(path).map_err(|error| {
            format!("cannot read the file `{path}` ({error}); for text that starts with `@` write `@@`")
        }),
    }
}

fn value_of(json: Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(b) => Value::Boolean(b),
        Json::Number(n) => match n.as_i64() {
            Some(n) => Value::Integer(n),
            None if n.is_u64() => Value::BigNumber(n.to_string()),
            None => Value::Double(n.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => Value::String(text),
        Json::Array(items) => Value::Array(items.into_iter().map(value_of).collect()),
        Json::Object(pairs) => {
            Value::Map(pairs.into_iter().map(|(key, value)| (Value::String(key), value_of(value))).collect())
        }
    }
}

/// A pair of texts, or a file with settings.
#[derive(Clone, Debug)]
pub(crate) enum Setting {
    Pair(TextPair),
    File(std::path::PathBuf),
}

/// `KEY=VALUE`, or the path of a `.toml` file.
pub(crate) fn setting(text: &str) -> Result<Setting, String> {
    if text.ends_with(".toml") && !text.contains('=') {
        return Ok(Setting::File(text.into()));
    }
    text_pair(text).map(Setting::Pair)
}
