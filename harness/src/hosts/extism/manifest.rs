//! A manifest as text: JSON or TOML, read as Extism reads it, and written so that it reads it back.

use std::path::Path;

use super::{Manifest, bad};
use crate::artifact::file;
use crate::error::{Error, Result};

/// The manifest in a file, JSON or TOML.
///
/// # Errors
/// [`Error::File`] where there is no such file, and as [`parse`].
pub fn read(path: impl AsRef<Path>) -> Result<Manifest> {
    let path = path.as_ref();
    let text =
        file::read_to_string(path).map_err(|error| Error::File { path: path.to_owned(), reason: error.to_string() })?;
    parse(&text).map_err(|error| match error {
        Error::BadManifest { reason, .. } => Error::BadManifest { place: path.display().to_string(), reason },
        other => other,
    })
}

/// The manifest in a text, JSON or TOML.
///
/// ```
/// let manifest = plugsmith_harness::hosts::extism::parse(
///     r#"{"wasm": [{"path": "plugin.wasm"}], "allowed_hosts": ["*.github.com"], "timeout_ms": 5000}"#,
/// )?;
/// assert_eq!(manifest.timeout_ms, Some(5000));
/// # Ok::<(), plugsmith_harness::Error>(())
/// ```
///
/// # Errors
/// [`Error::BadManifest`] with what is wrong: nothing at all, neither JSON nor TOML, an unknown key, a value
/// of another kind, and an artifact given as a place in the process's memory.
pub fn parse(text: &str) -> Result<Manifest> {
    if text.trim().is_empty() {
        return Err(bad("it is empty: write at least {\"wasm\": [{\"path\": \"plugin.wasm\"}]}"));
    }
    if text.strip_prefix('\u{feff}').is_some_and(|text| text.trim_start().starts_with('{')) {
        return Err(bad(
            "it starts with a byte order mark, which no host takes before JSON: save it as UTF-8 without one",
        ));
    }
    if text.trim_start().starts_with('{') {
        let value: serde_json::Value = serde_json::from_str(text).map_err(|error| bad(error.to_string()))?;
        check(&value)?;
        // Once more from the text, for the place in the message.
        serde_json::from_str(text).map_err(|error| bad(named(&value, &error.to_string())))
    } else {
        let value: serde_json::Value = toml::from_str(text).map_err(|error| bad(error.to_string()))?;
        check(&value)?;
        toml::from_str(text).map_err(|error| bad(named(&value, &error.to_string())))
    }
}

/// Refuses what is harmful to read, and what is better said in other words than serde's.
fn check(value: &serde_json::Value) -> Result<()> {
    if value.get("timeout").is_some() {
        return Err(bad("no key `timeout`: write `timeout_ms`, in milliseconds"));
    }
    let sources = value.get("wasm").and_then(serde_json::Value::as_array);
    for source in sources.into_iter().flatten() {
        // Extism's own reader follows such a pointer, wherever it leads.
        if source.get("data").is_some_and(serde_json::Value::is_object) {
            return Err(bad("`data` is an address in memory, which a file cannot know: write the bytes in base64"));
        }
    }
    Ok(())
}

/// serde's words, and for a source of no kind (of which it only says so) the kinds there are.
fn named(value: &serde_json::Value, error: &str) -> String {
    let error = error.trim_end();
    if !error.contains("untagged enum") {
        return error.to_owned();
    }
    let sources = value.get("wasm").and_then(serde_json::Value::as_array);
    let is_known = |source: &serde_json::Value| serde_json::from_value::<super::Wasm>(source.clone()).is_ok();
    let place = sources.and_then(|sources| sources.iter().position(|source| !is_known(source))).unwrap_or_default();
    let source = sources.and_then(|sources| sources.get(place)).and_then(serde_json::Value::as_object);
    let wrong = source.and_then(wrong_keys).unwrap_or_else(|| "is no source".to_owned());
    format!(
        "`wasm[{place}]` {wrong}: write {{\"path\": \"..\"}}, {{\"url\": \"..\", \"headers\": {{..}}}} or {{\"data\": \"<base64>\"}}, \
         each with an optional \"name\" and \"hash\""
    )
}

/// Which keys of a source keep it from being one, where its keys do.
fn wrong_keys(source: &serde_json::Map<String, serde_json::Value>) -> Option<String> {
    let quoted = |keys: Vec<&str>| keys.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" and ");
    let kinds: Vec<&str> = ["path", "url", "data"].into_iter().filter(|kind| source.contains_key(*kind)).collect();
    let [kind] = kinds[..] else {
        return (kinds.len() > 1).then(|| format!("has {}, and may have only one of them", quoted(kinds)));
    };
    let known = |key: &str| {
        key == kind || matches!(key, "name" | "hash") || kind == "url" && matches!(key, "headers" | "method")
    };
    let unknown: Vec<&str> = source.keys().map(String::as_str).filter(|key| !known(key)).collect();
    (!unknown.is_empty()).then(|| format!("has a `{kind}`, and so no {}", quoted(unknown)))
}

/// The manifest as JSON, without the fields that are not set.
pub fn to_json(manifest: &Manifest) -> String {
    format!("{:#}", plain(manifest))
}

/// The manifest as TOML, without the fields that are not set.
pub fn to_toml(manifest: &Manifest) -> String {
    toml::to_string_pretty(&plain(manifest)).expect("text, numbers, lists and tables have a TOML form")
}

fn plain(manifest: &Manifest) -> serde_json::Value {
    let mut value = serde_json::to_value(manifest).expect("a manifest has a JSON form");
    prune(&mut value);
    // Empty is not the same as absent for hosts and paths: it stays. Any other empty table says nothing.
    if let Some(table) = value.as_object_mut() {
        table.retain(|key, value| key == "allowed_paths" || value.as_object().is_none_or(|inner| !inner.is_empty()));
    }
    value
}

/// Leaves out every null: TOML has none.
fn prune(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(table) => {
            table.retain(|_, value| !value.is_null());
            table.values_mut().for_each(prune);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(prune),
        _ => {}
    }
}
