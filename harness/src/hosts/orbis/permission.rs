//! What a manifest may ask for, in the one spelling that the real parser takes.

use orbis_plugin_api::PluginPermission;
use serde_json::Value as Json;

use super::spelling;

/// A permission of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission(pub(super) PluginPermission);

impl Permission {
    /// The names that stand for themselves.
    pub const NAMES: [&str; 8] =
        ["database_read", "database_write", "file_read", "file_write", "network", "system", "shell", "environment"];

    /// The permission to emit events: the shipped host asks for it, but no manifest can grant it
    /// there; as documented, `{"custom": "events:emit"}` does.
    pub const EVENTS: &str = "events:emit";

    /// Reads a name, or `custom:` and a name of the application's own.
    ///
    /// # Errors
    /// What the real parser refuses, with the right spelling.
    pub fn parse(text: &str) -> Result<Permission, String> {
        match text.strip_prefix("custom:") {
            Some(name) => Ok(Permission(PluginPermission::Custom(name.to_owned()))),
            None => Permission::from_json(&Json::String(text.to_owned())),
        }
    }

    /// Reads a permission as a manifest holds it.
    pub(super) fn from_json(json: &Json) -> Result<Permission, String> {
        serde_json::from_value(json.clone()).map(Permission).map_err(|_| match right_spelling(json) {
            Some(right) => format!("Orbis knows no permission {json}: write {right}"),
            None => format!(
                "Orbis knows no permission {json}: it has {}, and {{\"custom\": \"..\"}} for the application's own",
                spelling::list(&Permission::NAMES)
            ),
        })
    }
}

/// The right spelling of a permission, as JSON.
fn right_spelling(json: &Json) -> Option<String> {
    if let Some(name) = custom(json) {
        return Some(format!("{{\"custom\": {}}}", Json::from(name)));
    }
    let words = words(json).to_lowercase();
    let words: String = words.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let has = |part: &str| words.contains(part);
    let (reads, writes) = (has("read"), has("write"));
    let name = match words.as_str() {
        known if Permission::NAMES.contains(&known) => known,
        _ if (has("database") || has("db")) && reads && !writes => "database_read",
        _ if (has("database") || has("db")) && writes && !reads => "database_write",
        _ if has("database") || has("db") => return Some("\"database_read\" and \"database_write\"".to_owned()),
        _ if (has("file") || has("fs")) && reads && !writes => "file_read",
        _ if (has("file") || has("fs")) && writes && !reads => "file_write",
        _ if has("file") || has("fs") => return Some("\"file_read\" and \"file_write\"".to_owned()),
        _ if has("net") || has("http") => "network",
        _ if has("env") => "environment",
        _ if has("shell") || has("exec") => "shell",
        _ if has("system") => "system",
        _ if has("event") || has("emit") => return Some(format!("{{\"custom\": \"{}\"}}", Permission::EVENTS)),
        other => spelling::nearest(other, Permission::NAMES.into_iter())?,
    };
    Some(format!("\"{name}\""))
}

/// The name of one of the application's own: `custom:x` is how the PDK's macro has it.
fn custom(json: &Json) -> Option<&str> {
    match json {
        Json::String(text) => text.strip_prefix("custom:"),
        Json::Object(members) => members.iter().find(|(key, _)| key.eq_ignore_ascii_case("custom"))?.1.as_str(),
        _ => None,
    }
}

/// All words of it: Orbis' page has `{"type": "database", "action": "read"}` and the like.
fn words(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(words).collect::<Vec<_>>().join("_"),
        Json::Object(members) => members
            .iter()
            .flat_map(|(key, value)| {
                [if key == "type" || key.starts_with("action") { "" } else { key }.to_owned(), words(value)]
            })
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join("_"),
        _ => String::new(),
    }
}
