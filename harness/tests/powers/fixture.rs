//! The plugin with planted bugs.

use std::path::{Path, PathBuf};

pub(crate) fn planted() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/planted");
    plugsmith_harness::build(&folder).unwrap()
}

/// The plugin whose bugs only some inputs show.
#[cfg(feature = "powers")]
pub(crate) fn fragile() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/fragile");
    plugsmith_harness::build(&folder).unwrap()
}
