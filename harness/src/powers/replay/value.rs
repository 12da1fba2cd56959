//! A value that crossed the boundary, as a session keeps it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use plugsmith::protocol::host_functions::{HostValue, WireType};
use plugsmith::protocol::resp;
use serde_json::{Value as Json, json};

use crate::trace::event::{render_bytes, render_value};

/// What stands for each byte of a secret. A mask keeps lengths, so that replies and requests stay well-formed.
pub(super) const MASK: u8 = b'*';

/// A value that crossed the boundary between a plugin and its host.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// Nothing: the function has no result.
    Nothing,
    /// A 32-bit integer.
    I32(i32),
    /// A 64-bit integer.
    I64(i64),
    /// The bits of a 32-bit float.
    F32(u32),
    /// The bits of a 64-bit float.
    F64(u64),
    /// A block; `None` is offset 0.
    Block(Option<Vec<u8>>),
    /// A block whose bytes are not in the recording: they were too many.
    Cut {
        /// How many bytes it had.
        length: u64,
    },
}

impl Value {
    pub(super) fn of(value: &HostValue) -> Value {
        match value {
            HostValue::Nothing => Value::Nothing,
            HostValue::I32(n) => Value::I32(*n),
            HostValue::I64(n) => Value::I64(*n),
            HostValue::F32(n) => Value::F32(n.to_bits()),
            HostValue::F64(n) => Value::F64(n.to_bits()),
            HostValue::Block(bytes) => Value::Block(bytes.clone()),
        }
    }

    /// The value as a host function answers it; `None` where its bytes are not in the recording.
    pub(super) fn answer(&self, answers: WireType) -> Option<HostValue> {
        Some(match self {
            // A function without a result has no other answer, whatever the file says.
            _ if answers == WireType::Nothing => HostValue::Nothing,
            Value::Nothing => HostValue::Nothing,
            Value::I32(n) => HostValue::I32(*n),
            // Whoever recorded it could not know that the number is a block's offset: only 0 is one.
            Value::I64(0) if answers.is_block() => HostValue::Block(None),
            Value::I64(n) => HostValue::I64(*n),
            Value::F32(bits) => HostValue::F32(f32::from_bits(*bits)),
            Value::F64(bits) => HostValue::F64(f64::from_bits(*bits)),
            Value::Block(None) if answers == WireType::I64 => HostValue::I64(0),
            Value::Block(bytes) => HostValue::Block(bytes.clone()),
            Value::Cut { .. } => return None,
        })
    }

    /// Whether both are the same to the guest. Offset 0, the number 0 and a block of no bytes look alike on the
    /// wire. In a redacted recording, `*` stands for any byte.
    pub(super) fn is(&self, now: &Value, redacted: bool) -> bool {
        match (self, now) {
            (Value::Cut { length }, Value::Block(Some(bytes))) => *length == bytes.len() as u64,
            (Value::Block(Some(old)), Value::Block(Some(new))) if redacted => {
                old.len() == new.len() && old.iter().zip(new).all(|(old, new)| *old == MASK || old == new)
            }
            (old, new) => old == new || old.is_empty() && new.is_empty(),
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Value::Block(bytes) => bytes.as_ref().is_none_or(Vec::is_empty),
            value => *value == Value::I64(0),
        }
    }

    /// About the memory that it takes.
    pub(super) fn size(&self) -> usize {
        match self {
            Value::Block(Some(bytes)) => bytes.len(),
            _ => 0,
        }
    }

    pub(super) fn json(&self) -> Json {
        match self {
            Value::Nothing => json!({"nothing": true}),
            Value::I32(n) => json!({"i32": n}),
            Value::I64(n) => json!({"i64": n}),
            Value::F32(bits) => json!({"f32": format!("{bits:08x}")}),
            Value::F64(bits) => json!({"f64": format!("{bits:016x}")}),
            Value::Block(None) => Json::Null,
            Value::Block(Some(bytes)) => match std::str::from_utf8(bytes) {
                Ok(text) => json!(text),
                Err(_) => json!({"base64": BASE64.encode(bytes)}),
            },
            Value::Cut { length } => json!({"cut": length}),
        }
    }

    /// # Errors
    /// What is wrong with it.
    pub(super) fn of_json(json: &Json) -> Result<Value, String> {
        const KINDS: &str = "expected text, null, or an object with one of base64, i32, i64, f32, f64, cut";
        let object = match json {
            Json::Null => return Ok(Value::Block(None)),
            Json::String(text) => return Ok(Value::Block(Some(text.clone().into_bytes()))),
            Json::Object(object) => object,
            _ => return Err(KINDS.to_owned()),
        };
        let mut fields = object.iter();
        let (Some((kind, value)), None) = (fields.next(), fields.next()) else { return Err(KINDS.to_owned()) };
        let bits = |digits: usize| {
            let text = value.as_str().filter(|text| text.len() == digits);
            text.and_then(|text| u64::from_str_radix(text, 16).ok())
                .ok_or_else(|| format!("{kind}: expected {digits} hexadecimal digits"))
        };
        match kind.as_str() {
            "nothing" => Ok(Value::Nothing),
            "i32" => {
                let number = value.as_i64().and_then(|n| i32::try_from(n).ok());
                number.map(Value::I32).ok_or_else(|| "i32: expected an integer of 32 bits".to_owned())
            }
            "i64" => value.as_i64().map(Value::I64).ok_or_else(|| "i64: expected an integer of 64 bits".to_owned()),
            "f32" => bits(8).map(|bits| Value::F32(bits as u32)),
            "f64" => bits(16).map(Value::F64),
            "base64" => {
                let text = value.as_str().ok_or("base64: expected text")?;
                let bytes = BASE64.decode(text).map_err(|error| format!("base64: {error}"))?;
                Ok(Value::Block(Some(bytes)))
            }
            "cut" => {
                let length = value.as_u64().ok_or("cut: expected a number of bytes")?;
                Ok(Value::Cut { length })
            }
            _ => Err(KINDS.to_owned()),
        }
    }

    /// As a person reads it.
    pub(super) fn shown(&self) -> String {
        match self {
            Value::Nothing => String::new(),
            Value::I32(n) => n.to_string(),
            Value::I64(n) => n.to_string(),
            Value::F32(bits) => f32::from_bits(*bits).to_string(),
            Value::F64(bits) => f64::from_bits(*bits).to_string(),
            Value::Block(None) => "none".to_owned(),
            Value::Block(Some(bytes)) => match resp::decode(bytes) {
                Ok(value) if bytes.ends_with(b"\r\n") => render_value(&value),
                _ => render_bytes(bytes),
            },
            Value::Cut { length } => format!("({length} bytes, not recorded)"),
        }
    }
}
