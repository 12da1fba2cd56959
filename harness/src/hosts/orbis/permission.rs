//! What a manifest may ask for, in the one spelling that the real parser takes.

use orbis_plugin_api::PluginPermission;
use serde_json::Value as Json;

use super::manifest::spelling;

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
        serde_json::from_value(json.clone()).map(Permission).map_err(|_| match spelling::permission(json) {
            Some(right) => format!("Orbis knows no permission {json}: write {right}"),
            None => format!(
                "Orbis knows no permission {json}: it has {}, and {{\"custom\": \"..\"}} for the application's own",
                spelling::list(&Permission::NAMES)
            ),
        })
    }
}
