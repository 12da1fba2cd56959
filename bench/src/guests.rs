//! The guests that are measured, built as authors ship them.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The artifact of one guest; all are built first, if cargo finds that they must be.
///
/// # Panics
/// The guests do not build.
pub fn path(name: &str) -> PathBuf {
    build().join(format!("{}.wasm", name.replace('-', "_")))
}

/// The bytes of one guest's artifact.
///
/// # Panics
/// As [`path`], and an artifact that cannot be read.
pub fn bytes(name: &str) -> Vec<u8> {
    let path = path(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Builds all guests; the folder of their artifacts.
fn build() -> PathBuf {
    let bench = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = bench.with_file_name("target").join("bench-guests");
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .current_dir(bench.join("guests"))
        .args(["build", "--quiet", "--release", "--target", "wasm32-unknown-unknown", "--target-dir"])
        .arg(&target)
        .status()
        .expect("cargo runs this, so it can be run");
    assert!(status.success(), "the guests do not build: run cargo build in bench/guests");
    target.join("wasm32-unknown-unknown").join("release")
}
