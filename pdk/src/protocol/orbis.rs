//! What crosses the boundary in Orbis: a request in, a reply out, a manifest and records inside.
//!
//! Mirrors crates/orbis-plugin/src/runtime.rs and crates/orbis-plugin-api of cyberpath-HQ/orbis
//! 3b5a6e6. A handler is called with the address and length of a JSON object, and answers the
//! address of a little-endian `u32` length with that much JSON behind it.

mod scan;

pub use scan::{Malformed, members};

/// The module that an Orbis plugin imports from.
pub const MODULE: &str = "env";

/// The custom section that holds the manifest.
pub const MANIFEST_SECTION: &str = "manifest";

/// The permissions that the host's parser knows, beside `{"custom": ".."}`.
pub const PERMISSIONS: &[&str] =
    &["database_read", "database_write", "file_read", "file_write", "network", "system", "shell", "environment"];

/// The most random bytes that the host gives at once.
pub const MOST_RANDOM: usize = 1024 * 1024;

/// The record of a `#[route]`, and all that the manifest says of it.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Route {
    /// `GET`, `POST` ..
    pub method: String,
    /// The path, with its parameters as `{name}`.
    pub path: String,
    /// The export that handles it.
    pub handler: String,
    /// Whether the host asks for a user.
    pub requires_auth: bool,
    /// What it does, in a sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What its user must have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<String>,
    /// Calls a minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<u32>,
    /// The handler's parameters in order: `path`, `query`, `body`, `user` or `request`.
    #[serde(default)]
    pub parameters: Vec<super::metadata::Parameter>,
}
