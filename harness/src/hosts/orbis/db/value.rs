//! Values of SQLite and of JSON.
//!
//! | SQLite | JSON |
//! |---|---|
//! | `NULL` | `null`; as a parameter also a missing one |
//! | `INTEGER` | a number; `true` and `false` become 1 and 0 |
//! | `REAL` | a number; infinities, which JSON lacks, are `null` |
//! | `TEXT` | a string; an object as a parameter is its JSON text |
//! | `BLOB` | an array of bytes, as `Vec<u8>` has it, also an empty one; no other array is a parameter |

use rusqlite::types::{Value, ValueRef};
use serde_json::Value as Json;

/// A parameter of a statement.
pub(super) fn from_json(json: &Json) -> Result<Value, String> {
    Ok(match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Integer((*truth).into()),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => Value::Integer(integer),
            (None, Some(_)) if number.is_u64() => {
                return Err(format!("{number} is beyond SQLite's 64-bit integers: pass it as text"));
            }
            (None, real) => Value::Real(real.unwrap_or(f64::NAN)),
        },
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => match items.iter().map(byte).collect::<Option<Vec<u8>>>() {
            Some(bytes) => Value::Blob(bytes),
            // As text, it would be another type than the same list with smaller numbers.
            None => {
                return Err("an array as a parameter is a BLOB, so of numbers from 0 to 255: pass JSON as text".into());
            }
        },
        Json::Object(_) => Value::Text(json.to_string()),
    })
}

/// A column of a row.
pub(super) fn to_json(value: ValueRef<'_>) -> Json {
    match value {
        ValueRef::Null => Json::Null,
        ValueRef::Integer(integer) => integer.into(),
        ValueRef::Real(real) => serde_json::Number::from_f64(real).map_or(Json::Null, Json::Number),
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned().into(),
        ValueRef::Blob(bytes) => bytes.into(),
    }
}

/// About the bytes that a column takes in JSON.
pub(super) fn size(value: ValueRef<'_>) -> usize {
    match value {
        ValueRef::Text(text) => text.len() + 8,
        ValueRef::Blob(bytes) => 4 * bytes.len() + 8,
        _ => 16,
    }
}

fn byte(json: &Json) -> Option<u8> {
    json.as_u64().and_then(|number| u8::try_from(number).ok())
}
