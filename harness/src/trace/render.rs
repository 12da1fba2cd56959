//! The text of traces, reports and snapshots: the only place that makes it of a host call's values.

#[cfg(feature = "orbis")]
mod orbis;

use std::sync::Arc;

use plugsmith::Value;
use plugsmith::protocol::headers::redact_url;
use plugsmith::protocol::host_functions::{HostValue, WireType};
use plugsmith::protocol::resp;

use super::moment::{Moment, moment};
use crate::import::{KERNEL, WASI};

/// Whose functions are called: one name may mean different things to two hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Extism,
    #[cfg(feature = "orbis")]
    Orbis,
}

/// A host call, as far as its text goes.
pub(crate) struct Shown<'a> {
    #[cfg_attr(not(feature = "orbis"), expect(dead_code, reason = "without Orbis there is one dialect"))]
    pub(crate) dialect: Dialect,
    pub(crate) module: &'a str,
    pub(crate) name: &'a str,
    pub(crate) parameters: &'a [WireType],
    pub(crate) arguments: &'a [HostValue],
    /// What its result is.
    pub(crate) answers: WireType,
    /// The status of the last HTTP response.
    pub(crate) status: u16,
    /// Whether the test expects it. For a request that it does not expect, what it could expect is shown.
    pub(crate) is_expected: bool,
}

impl Shown<'_> {
    /// The arguments, as a person reads them.
    pub(crate) fn arguments(&self) -> Vec<String> {
        #[cfg(feature = "orbis")]
        if self.dialect == Dialect::Orbis {
            return orbis::arguments(self);
        }
        match (self.module, self.name, self.arguments) {
            (KERNEL, "http_request", [request, body]) => {
                exchange(bytes(request), if self.is_expected { bytes(body) } else { &[] })
            }
            (WASI, "clock_time_get", [HostValue::I32(0)]) => vec!["realtime".to_owned()],
            (WASI, "clock_time_get", _) => vec!["monotonic".to_owned()],
            (WASI, "poll_oneoff", [HostValue::I64(time)]) => {
                vec![format!("sleep {}", moment(Moment::SinceStart(time.cast_unsigned())))]
            }
            (WASI, "random_get", [HostValue::I32(length)]) => vec![format!("{} bytes", length.cast_unsigned())],
            (_, name, _) => self
                .parameters
                .iter()
                .zip(self.arguments)
                .filter_map(|(ty, value)| match value {
                    HostValue::Block(Some(bytes)) if name.ends_with("_typed") => Some(render_data(bytes)),
                    _ => render(*ty, value),
                })
                .collect(),
        }
    }

    /// The answer, as a person reads it; `None` where there is none to show.
    pub(crate) fn result(&self, value: &HostValue) -> Option<String> {
        #[cfg(feature = "orbis")]
        if self.dialect == Dialect::Orbis {
            return orbis::result(self, value);
        }
        match (self.module, self.name, value) {
            (KERNEL, "http_request", value) => Some(match (self.status, bytes(value)) {
                (0, []) => "0".to_owned(),
                (status, body) => format!("{status} {}", render_bytes(body)),
            }),
            (WASI, "clock_time_get", HostValue::I64(time)) => Some(moment(match self.arguments {
                [HostValue::I32(0)] => Moment::SinceEpoch(time.cast_unsigned()),
                _ => Moment::SinceStart(time.cast_unsigned()),
            })),
            (WASI, "random_get", _) => None,
            // The version and the bytes of a data type, which are rarely text.
            (_, "storage_get_typed", HostValue::Block(Some(reply))) => Some(match resp::decode(reply) {
                Ok(Value::Array(parts)) => {
                    let part = |part: &Value| match part.as_bytes() {
                        Some(bytes) => render_data(bytes),
                        None => render_value(part),
                    };
                    format!("[{}]", parts.iter().map(part).collect::<Vec<_>>().join(", "))
                }
                _ => return render(self.answers, value),
            }),
            (_, _, value) => render(self.answers, value),
        }
    }
}

/// A request in Extism's form, and its body where there is one.
fn exchange(request: &[u8], body: &[u8]) -> Vec<String> {
    match serde_json::from_slice::<extism_manifest::HttpRequest>(request) {
        Ok(request) => {
            let mut shown = requested(&request.method.as_deref().unwrap_or("GET").to_uppercase(), &request.url, body);
            if !request.headers.is_empty() {
                shown.insert(1, headers(&request.headers));
            }
            shown
        }
        Err(_) => vec![render_bytes(request)],
    }
}

/// The headers of a request, without what they keep secret: `{accept: "text/plain", authorization: [redacted]}`.
fn headers(headers: &std::collections::BTreeMap<String, String>) -> String {
    let header = |(name, value): (&String, &String)| match is_secret(name) {
        true => format!("{}: [redacted]", shorten(name)),
        false => format!("{}: {}", shorten(name), render_bytes(value.as_bytes())),
    };
    format!("{{{}}}", headers.iter().map(header).collect::<Vec<_>>().join(", "))
}

/// Whether a header of this name holds what no trace and no snapshot should.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let parts = ["auth", "cookie", "key", "token", "secret", "password", "signature", "credential"];
    parts.iter().any(|part| name.contains(part))
}

/// `GET https://example.com`, and the body where there is one.
fn requested(method: &str, url: &str, body: &[u8]) -> Vec<String> {
    let line = shorten(&format!("{method} {}", redact_url(url, "[redacted]")));
    std::iter::once(line).chain((!body.is_empty()).then(|| render_bytes(body))).collect()
}

fn bytes(value: &HostValue) -> &[u8] {
    match value {
        HostValue::Block(Some(bytes)) => bytes,
        _ => &[],
    }
}

/// A value on the wire, as text.
fn render(ty: WireType, value: &HostValue) -> Option<String> {
    Some(match (ty, value) {
        (_, HostValue::Nothing) => return None,
        (_, HostValue::I32(n)) => n.to_string(),
        (_, HostValue::I64(n)) => n.to_string(),
        (_, HostValue::F32(n)) => n.to_string(),
        (_, HostValue::F64(n)) => n.to_string(),
        (_, HostValue::Block(None)) => "none".to_owned(),
        (WireType::Resp, HostValue::Block(Some(bytes))) => match resp::decode(bytes) {
            Ok(value) => render_value(&value),
            Err(_) => render_bytes(bytes),
        },
        (WireType::Json, HostValue::Block(Some(bytes))) => match std::str::from_utf8(bytes) {
            Ok(text) => shorten(text),
            Err(_) => render_bytes(bytes),
        },
        (_, HostValue::Block(Some(bytes))) => render_bytes(bytes),
    })
}

/// A RESP value in one line: `"text"`, `7`, `nil`, `["a", 1]`, `{"k": "v"}`; one with many elements is cut.
pub fn render_value(value: &Value) -> String {
    let mut text = String::new();
    write_value(value, &mut text);
    text
}

fn write_value(value: &Value, text: &mut String) {
    match value {
        Value::Ok => text.push_str("OK"),
        Value::SimpleString(simple) => text.push_str(&shorten_to(10 * WIDTH, simple)),
        Value::Integer(n) => text.push_str(&n.to_string()),
        Value::Double(n) => text.push_str(&format!("{n:?}")),
        Value::Boolean(b) => text.push_str(&b.to_string()),
        Value::Null => text.push_str("nil"),
        Value::Error(error) => {
            text.push_str("error ");
            text.push_str(&shorten_to(10 * WIDTH, error));
        }
        Value::Array(items) | Value::Push(items) => write_list("[", items, "]", text, write_value),
        Value::Set(items) => write_list("{", items, "}", text, write_value),
        Value::Map(pairs) => write_list("{", pairs, "}", text, |(key, value), text| {
            write_value(key, text);
            text.push_str(": ");
            write_value(value, text);
        }),
        Value::String(_) | Value::BulkString(_) | Value::BigNumber(_) | Value::Verbatim(..) => {
            text.push_str(&render_bytes(value.as_bytes().unwrap_or_default()));
        }
    }
}

/// The longest text of a value with elements, in bytes; what begins within it is written to its end.
const LIST: usize = 20 * WIDTH;

/// The elements between two brackets; from [`LIST`] on only how many there are.
fn write_list<T>(open: &str, items: &[T], close: &str, text: &mut String, write: impl Fn(&T, &mut String)) {
    text.push_str(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        if text.len() > LIST {
            text.push_str(&format!(".. ({} elements)", items.len()));
            break;
        }
        write(item, text);
    }
    text.push_str(close);
}

/// JSON in one line; a long one is cut.
#[cfg(feature = "orbis")]
pub(crate) fn render_json(json: &serde_json::Value) -> String {
    shorten(&json.to_string())
}

/// Bytes of a data type: text as it is, other bytes as hexadecimal digits; only the start of long ones.
fn render_data(bytes: &[u8]) -> String {
    const SHOWN: usize = 16;
    let is_text = std::str::from_utf8(bytes).is_ok_and(|text| !text.contains(|letter: char| letter.is_control()));
    let digits = crate::text::hex(&bytes[..bytes.len().min(SHOWN)]);
    match bytes.len() {
        _ if is_text => render_bytes(bytes),
        1 => format!("0x{digits} (1 byte)"),
        length if length > SHOWN => format!("0x{digits}.. ({length} bytes)"),
        length => format!("0x{digits} ({length} bytes)"),
    }
}

/// Bytes as quoted text, with `\x..` for those that are not UTF-8; long ones are cut.
pub fn render_bytes(bytes: &[u8]) -> String {
    render_start(start(bytes), bytes.len())
}

/// As much of some bytes as a trace shows.
#[derive(Clone, Debug)]
pub(crate) struct Excerpt {
    start: Arc<[u8]>,
    length: usize,
}

impl Excerpt {
    pub(crate) fn of(bytes: &[u8]) -> Excerpt {
        Excerpt { start: start(bytes).into(), length: bytes.len() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The bytes that are kept.
    pub(crate) fn size(&self) -> usize {
        self.start.len()
    }

    /// As [`render_bytes`] renders all of them.
    pub(crate) fn render(&self) -> String {
        render_start(&self.start, self.length)
    }
}

/// All that is shown, as no letter is longer than four bytes, nor one of ASCII than one; the rest
/// may be megabytes.
fn start(bytes: &[u8]) -> &[u8] {
    match bytes.get(..WIDTH) {
        Some(letters) if letters.is_ascii() => letters,
        _ => &bytes[..bytes.len().min(4 * WIDTH)],
    }
}

fn render_start(start: &[u8], length: usize) -> String {
    let mut text = String::with_capacity(start.len() + 2);
    text.push('"');
    for chunk in start.utf8_chunks() {
        for letter in chunk.valid().chars() {
            match letter {
                // Most letters, and what `escape_debug` would look up in a table; all but `"` and `\`.
                ' '..='!' | '#'..='[' | ']'..='~' => text.push(letter),
                _ => text.extend(letter.escape_debug()),
            }
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text.push('"');
    match text.char_indices().nth(WIDTH) {
        None => text,
        Some((end, _)) => format!("{}.. ({length} bytes)", &text[..end]),
    }
}

/// A logged line as a trace shows it: its further lines are indented, and a long one is cut.
pub(crate) fn render_line(text: &str) -> String {
    shorten_to(10 * WIDTH, text).replace('\n', "\n      ")
}

/// The longest value in a trace, in letters.
const WIDTH: usize = 200;

fn shorten(text: &str) -> String {
    shorten_to(WIDTH, text)
}

/// The first letters of a text, and how many bytes it has where there are more.
pub(crate) fn shorten_to(width: usize, text: &str) -> String {
    match text.char_indices().nth(width) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}.. ({} bytes)", &text[..end], text.len()),
    }
}
