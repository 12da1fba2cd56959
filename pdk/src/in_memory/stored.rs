//! What Redis does with a stored value, whatever store it lies in.

use crate::error::HostError;
use crate::protocol::Value;

/// The sum of the integer in a stored string and `by`; no value counts as 0.
///
/// # Errors
/// `WRONGTYPE`, no integer, and a sum beyond 64 bits.
pub fn increment(old: Option<&Value>, by: i64) -> Result<i64, HostError> {
    let old = match old {
        None => 0,
        Some(value) if kind(value) == "string" => integer(value).ok_or_else(not_an_integer)?,
        Some(_) => return Err(wrong_type()),
    };
    old.checked_add(by).ok_or_else(|| HostError::new("increment or decrement would overflow"))
}

/// The bytes of a stored string from `start` to `end`, both counted in; negative ones from the end.
///
/// # Errors
/// `WRONGTYPE`.
pub fn range(value: &Value, start: i64, end: i64) -> Result<Vec<u8>, HostError> {
    let bytes = string_bytes(value).ok_or_else(wrong_type)?;
    if start < 0 && end < start {
        return Ok(Vec::new());
    }
    let place = |n: i64| if n < 0 { n.saturating_add(bytes.len() as i64).max(0) } else { n };
    let start = place(start) as usize;
    let end = (place(end) as usize).min(bytes.len().saturating_sub(1));
    Ok(bytes.get(start..=end).unwrap_or_default().to_vec())
}

/// Redis' name for the type of a stored value.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Array(_) | Value::Push(_) => "list",
        Value::Set(_) => "set",
        Value::Map(_) => "hash",
        _ => "string",
    }
}

/// The integer of a stored string: in Redis that is canonical decimal text, not `+7` or `007`.
fn integer(value: &Value) -> Option<i64> {
    let n = value.as_i64()?;
    (value.as_bytes().is_none_or(|text| text == n.to_string().as_bytes())).then_some(n)
}

/// The bytes of a stored string; a number's are its decimal text.
fn string_bytes(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::Integer(n) => Some(n.to_string().into_bytes()),
        Value::Double(n) => Some(n.to_string().into_bytes()),
        Value::Boolean(b) => Some(if *b { b"1".to_vec() } else { b"0".to_vec() }),
        _ => value.as_bytes().map(<[u8]>::to_vec),
    }
}

/// Whether storage can hold a value.
///
/// # Errors
/// Null and errors.
pub fn storable(value: &Value) -> Result<(), HostError> {
    match value {
        Value::Null => Err(HostError::new("null cannot be stored: delete the key instead")),
        Value::Error(_) => Err(HostError::new("an error cannot be stored")),
        _ => Ok(()),
    }
}

pub(crate) fn wrong_type() -> HostError {
    HostError::new("WRONGTYPE Operation against a key holding the wrong kind of value")
}

fn not_an_integer() -> HostError {
    HostError::new("value is not an integer or out of range")
}
