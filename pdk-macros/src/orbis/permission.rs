//! The permissions that a plugin can ask of Orbis, as its manifest spells them.

use crate::arguments::Placed;
use crate::diagnostics::{Mistakes, suggestion};
use crate::record::quoted;

/// As in `plugsmith::protocol::orbis`, which a test holds against this.
pub(crate) const PERMISSIONS: &[&str] =
    &["database_read", "database_write", "file_read", "file_write", "network", "system", "shell", "environment"];

/// What an author's own permission starts with.
const CUSTOM: &str = "custom:";

/// The permission in a manifest's JSON; a wrong spelling is noted.
pub(crate) fn json(permission: &Placed<String>, mistakes: &mut Mistakes) -> String {
    let text = &permission.value;
    if let Some(name) = text.strip_prefix(CUSTOM) {
        if name.is_empty() {
            mistakes.at(permission.span, "a custom permission has a name: `custom:reports`");
        }
        return format!("{{\"custom\":{}}}", quoted(name));
    }
    if !PERMISSIONS.contains(&text.as_str()) {
        let advice = match documented(text) {
            Some(right) => format!("Orbis' parser refuses `{text}`: write `{right}`"),
            None => {
                format!("unknown permission (one of your own is `custom:{text}`), {}", suggestion(text, PERMISSIONS))
            }
        };
        mistakes.at(permission.span, advice);
    }
    quoted(text)
}

/// The right spelling of a form that Orbis documents, or its host looks for, and its parser refuses.
pub(crate) fn documented(text: &str) -> Option<&'static str> {
    let spelt = text.replace([':', '.', '-', ' '], "_").to_ascii_lowercase();
    let spelt = match spelt.as_str() {
        "db_read" | "databaseread" => "database_read",
        "db_write" | "databasewrite" => "database_write",
        "filesystem_read" | "files_read" | "fs_read" | "fileread" => "file_read",
        "filesystem_write" | "files_write" | "fs_write" | "filewrite" => "file_write",
        "network_http" | "http" | "network_request" | "network_requests" => "network",
        "env" => "environment",
        other => other,
    };
    PERMISSIONS.iter().copied().find(|permission| *permission == spelt && *permission != text)
}
