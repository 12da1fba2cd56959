//! Values to JSON text.

use super::{BYTES, ERROR, base64};
use crate::protocol::{Value, double};
use crate::text::write_integer;

/// Appends any value.
pub fn write(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Ok => write_string(out, "OK"),
        Value::String(text) | Value::SimpleString(text) | Value::BigNumber(text) | Value::Verbatim(_, text) => {
            write_string(out, text)
        }
        Value::BulkString(bytes) => write_bytes(out, bytes),
        Value::Integer(n) => write_integer(out, *n),
        Value::Double(n) => write_double(out, *n),
        Value::Boolean(b) => out.extend_from_slice(if *b { b"true" } else { b"false" }),
        Value::Array(items) | Value::Set(items) | Value::Push(items) => {
            separated(out, b'[', b']', items.iter(), write);
        }
        Value::Map(pairs) => write_map(out, pairs),
        Value::Null => out.extend_from_slice(b"null"),
        Value::Error(text) => write_tagged(out, ERROR, |out| write_string(out, text)),
    }
}

/// Appends bytes: a string where they are UTF-8, else `{"$bytes": ..}`.
pub fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    match core::str::from_utf8(bytes) {
        Ok(text) => write_string(out, text),
        Err(_) => write_tagged(out, BYTES, |out| {
            out.push(b'"');
            base64::encode(out, bytes);
            out.push(b'"');
        }),
    }
}

/// Appends a string with its quotes and escapes.
pub fn write_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    for &b in text.as_bytes() {
        match b {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', b]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..0x20 => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                out.extend_from_slice(b"\\u00");
                out.extend_from_slice(&[HEX[usize::from(b >> 4)], HEX[usize::from(b & 15)]]);
            }
            _ => out.push(b),
        }
    }
    out.push(b'"');
}

/// Appends a double, `1.0` for one; JSON has no infinities, so these and NaN become strings.
pub fn write_double(out: &mut Vec<u8>, n: f64) {
    if n.is_nan() {
        write_string(out, "nan");
    } else if n.is_infinite() {
        write_string(out, if n > 0.0 { "inf" } else { "-inf" });
    } else {
        out.extend_from_slice(double::general(n).as_bytes());
    }
}

fn write_map(out: &mut Vec<u8>, pairs: &[(Value, Value)]) {
    // An object that would read as bytes or as an error is written as what it is.
    let is_tagged = matches!(pairs, [(key, _)] if *key == BYTES || *key == ERROR);
    let is_object = !is_tagged
        && pairs.iter().enumerate().all(|(index, (key, _))| {
            key.as_str().is_some_and(|key| pairs[..index].iter().all(|(other, _)| other.as_str() != Some(key)))
        });
    if is_object {
        separated(out, b'{', b'}', pairs.iter(), |out, (key, value)| {
            write_string(out, key.as_str().unwrap_or_default());
            out.push(b':');
            write(out, value);
        });
    } else {
        separated(out, b'[', b']', pairs.iter(), |out, (key, value)| {
            separated(out, b'[', b']', [key, value].into_iter(), write);
        });
    }
}

fn write_tagged(out: &mut Vec<u8>, tag: &str, content: impl FnOnce(&mut Vec<u8>)) {
    out.push(b'{');
    write_string(out, tag);
    out.push(b':');
    content(out);
    out.push(b'}');
}

fn separated<T>(
    out: &mut Vec<u8>,
    open: u8,
    close: u8,
    items: impl Iterator<Item = T>,
    mut item: impl FnMut(&mut Vec<u8>, T),
) {
    out.push(open);
    for (index, next) in items.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        item(out, next);
    }
    out.push(close);
}
