//! A command's arguments on the wire: a RESP array or a JSON array, told apart by the first byte.
//!
//! Both spell the same arguments: text, whatever it means. The JSON number `7` and the RESP
//! bulk string `7` arrive as the same [`Value::String`]; a JSON array or object inside the
//! list arrives as its JSON text. `null` alone stays null (an absent optional argument).

use super::json::{Json, Scanner};
use super::resp::Reader;
use super::{Value, json, resp};
use crate::text::{decimal, join};

/// The encoding of a call, which its reply uses too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// RESP3, for hosts that speak it already.
    Resp,
    /// JSON, for every other host.
    Json,
}

/// The arguments that `input` holds, and how they were written; no input is no arguments.
///
/// ```
/// use plugsmith::protocol::arguments::{decode, Encoding};
///
/// let (resp, encoding) = decode(b"*1\r\n$3\r\nAda\r\n").unwrap();
/// assert_eq!((resp[0].as_str(), encoding), (Some("Ada"), Encoding::Resp));
/// let (json, encoding) = decode(br#"["Ada"]"#).unwrap();
/// assert_eq!((json, encoding), (resp, Encoding::Json));
/// ```
///
/// # Errors
/// A sentence that says what is malformed, and at which byte.
pub fn decode(input: &[u8]) -> Result<(Vec<Value>, Encoding), String> {
    match input.iter().find(|b| !b.is_ascii_whitespace()) {
        None => Ok((Vec::new(), Encoding::Json)),
        Some(b'*') => decode_resp(input)
            .map(|arguments| (arguments, Encoding::Resp))
            .map_err(|error| malformed("RESP", error.offset, error.message)),
        Some(b'[') => decode_json(input)
            .map(|arguments| (arguments, Encoding::Json))
            .map_err(|error| malformed("JSON", error.offset, error.message)),
        Some(_) => Err("arguments must be a RESP array (*..) or a JSON array ([..])".to_owned()),
    }
}

/// `arguments` as a host sends them.
pub fn encode(arguments: &[Value], encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Resp => {
            let mut writer = resp::Writer::default();
            writer.array(arguments.len());
            for argument in arguments {
                match argument {
                    Value::Null => writer.null(),
                    argument => writer.bulk(&encode_one(argument)),
                }
            }
            writer.into_bytes()
        }
        Encoding::Json => {
            let mut out = Vec::new();
            json::write(&mut out, &Value::Array(arguments.to_vec()));
            out
        }
    }
}

/// The text of one argument: what a person would type at a prompt.
pub fn encode_one(argument: &Value) -> Vec<u8> {
    match argument {
        Value::Integer(n) => n.to_string().into_bytes(),
        Value::Double(n) if !n.is_finite() => n.to_string().to_ascii_lowercase().into_bytes(),
        _ => match argument.as_bytes() {
            Some(bytes) => bytes.to_vec(),
            None => {
                let mut text = Vec::new();
                json::write(&mut text, argument);
                text
            }
        },
    }
}

fn decode_resp(input: &[u8]) -> Result<Vec<Value>, resp::ResponseError> {
    let mut reader = Reader::new(input);
    resp_arguments(&mut reader).ok_or_else(|| reader.fault().clone())
}

fn resp_arguments(reader: &mut Reader<'_>) -> Option<Vec<Value>> {
    let mut arguments = Vec::new();
    for _ in 0..reader.array()? {
        let is_null = reader.take_null();
        arguments.push(if is_null { Value::Null } else { Value::from_bytes(reader.text()?.to_vec()) });
    }
    reader.finish().map(|()| arguments)
}

fn decode_json(input: &[u8]) -> Result<Vec<Value>, json::JsonError> {
    let text = core::str::from_utf8(input)
        .map_err(|error| json::JsonError { message: "text is not UTF-8", offset: error.valid_up_to() })?;
    Scanner::new(text).elements(|argument| match argument {
        Json::Null => Value::Null,
        Json::Text(text) => Value::String(text),
        Json::Bytes(bytes) => Value::from_bytes(bytes),
        Json::Raw(raw) => Value::String(raw.to_owned()),
    })
}

fn malformed(format: &str, offset: usize, message: &str) -> String {
    join(&["malformed ", format, " arguments at byte ", &decimal(offset as i64), ": ", message])
}
