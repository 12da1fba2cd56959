//! What crosses the boundary in Orbis: a request in, a reply out, a manifest and records inside.
//!
//! Mirrors crates/orbis-plugin/src/runtime.rs and crates/orbis-plugin-api of cyberpath-HQ/orbis
//! 3b5a6e6. A handler is called with the address and length of a JSON object, and answers the
//! address of a little-endian `u32` length with that much JSON behind it.

mod scan;

pub use scan::{Malformed, members};

#[cfg(not(target_arch = "wasm32"))]
pub use super::metadata::Route;

/// The module that an Orbis plugin imports from.
pub const MODULE: &str = "env";

/// The custom section that holds the manifest.
pub const MANIFEST_SECTION: &str = "manifest";

/// The permissions that the host's parser knows, beside `{"custom": ".."}`.
pub const PERMISSIONS: &[&str] =
    &["database_read", "database_write", "file_read", "file_write", "network", "system", "shell", "environment"];

/// The most random bytes that the host gives at once.
pub const MOST_RANDOM: usize = 1024 * 1024;

/// What is put behind an `INSERT` for the id of its row.
pub(crate) const RETURNING: &str = "\nRETURNING rowid AS id";
