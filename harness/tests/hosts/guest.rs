//! Guests in wasm's text format, and places for files.

use std::path::PathBuf;

/// A guest that answers with its input, with its configuration, its variables, a web page, a file.
pub(crate) const GUEST: &str = include_str!("guest.wat");

/// An empty folder for one test.
pub(crate) fn folder(test: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("hosts").join(test);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
