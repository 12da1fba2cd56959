//! The values of Orbis' host functions as text.

use plugsmith::protocol::host_functions::{HostValue, WireType};
use serde_json::Value as Json;

use super::{Shown, bytes, render, render_bytes, render_json, requested};
use crate::text::hex;

pub(super) fn arguments(call: &Shown<'_>) -> Vec<String> {
    if let ("http_request", [method, url, .., body], Some(WireType::Bytes)) =
        (call.name, call.arguments, call.parameters.last())
    {
        let text = |value| String::from_utf8_lossy(bytes(value));
        return requested(&text(method), &text(url), bytes(body));
    }
    let values = call.parameters.iter().zip(call.arguments);
    values.filter_map(|(ty, value)| argument(call.name, *ty, value)).collect()
}

fn argument(name: &str, ty: WireType, value: &HostValue) -> Option<String> {
    Some(match (name, ty, value) {
        ("crypto_hash", _, HostValue::I32(0)) => "sha256".to_owned(),
        ("crypto_hash", _, HostValue::I32(1)) => "sha512".to_owned(),
        ("crypto_random", _, HostValue::I32(length)) => length.cast_unsigned().to_string(),
        (_, WireType::Json, value) => match serde_json::from_slice::<Json>(bytes(value)) {
            // The parameters of a statement: the list, wherever the guest puts it.
            Ok(json) if name.starts_with("db_") => render_json(json.get("params").unwrap_or(&json)),
            Ok(json) => render_json(&json),
            Err(_) => render_bytes(bytes(value)),
        },
        _ => return render(ty, value),
    })
}

pub(super) fn result(call: &Shown<'_>, value: &HostValue) -> Option<String> {
    match (call.name, value) {
        ("crypto_hash" | "crypto_random", HostValue::Block(Some(bytes))) => Some(hexadecimal(bytes)),
        ("http_request", HostValue::Block(Some(bytes))) => Some(response(bytes)),
        _ => render(call.answers, value),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let shown = hex(&bytes[..bytes.len().min(32)]);
    if bytes.len() > 32 { format!("{shown}.. ({} bytes)", bytes.len()) } else { shown }
}

/// `200 "body"`, of a response in the form that the guest gets.
fn response(json: &[u8]) -> String {
    let response: Json = serde_json::from_slice(json).unwrap_or_default();
    let body = match &response["body"] {
        Json::String(text) => render_bytes(text.as_bytes()),
        Json::Array(bytes) => {
            let bytes = bytes.iter().filter_map(|byte| u8::try_from(byte.as_u64()?).ok());
            render_bytes(&bytes.collect::<Vec<u8>>())
        }
        other => other.to_string(),
    };
    format!("{} {body}", response["status"])
}
