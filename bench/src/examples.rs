//! The examples' artifacts, built as the guide tells authors to.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The names of all examples, which are those of their folders.
///
/// # Panics
/// The folder cannot be read.
pub fn names() -> Vec<String> {
    let folder = root().join("examples");
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let folders = entries.flatten().filter(|entry| entry.path().join("Cargo.toml").is_file());
    let mut names: Vec<String> = folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The artifact of an example, by `cargo build --release --target wasm32-unknown-unknown`.
///
/// # Panics
/// It does not build.
pub fn built(name: &str) -> Vec<u8> {
    artifact(name, &["build"], "bench-examples", &[])
}

/// The artifact of an example whose rlib, which only tests link, is not built beside it: cargo gives
/// up on link-time optimisation for a library of both kinds.
///
/// # Panics
/// It does not build.
pub fn built_alone(name: &str) -> Vec<u8> {
    artifact(name, &["rustc"], "bench-examples-alone", &["--crate-type", "cdylib"])
}

fn artifact(name: &str, verb: &[&str], target: &str, more: &[&str]) -> Vec<u8> {
    let target = root().join("target").join(target);
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .current_dir(root())
        .args(verb)
        .args(["--quiet", "--release", "--lib", "--target", "wasm32-unknown-unknown", "--package", name])
        .args(more)
        .arg("--target-dir")
        .arg(&target)
        .status()
        .expect("cargo runs this, so it can be run");
    assert!(status.success(), "{name} does not build: run cargo build -p {name}");
    let file = format!("{}.wasm", name.replace('-', "_"));
    let path = target.join("wasm32-unknown-unknown").join("release").join(file);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn root() -> PathBuf {
    let bench = Path::new(env!("CARGO_MANIFEST_DIR"));
    bench.parent().expect("bench lies in the workspace").to_owned()
}
