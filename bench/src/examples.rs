//! The examples' artifacts, built as the guide tells authors to.

use std::path::{Path, PathBuf};

use plugsmith_harness::{Profile, build_with};

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

/// The artifact of an example that ships: what `cargo plugsmith build` makes.
///
/// # Panics
/// It does not build.
pub fn built(name: &str) -> Vec<u8> {
    let folder = root().join("examples").join(name);
    let path = build_with(&folder, Profile::Release, &mut |_| {}).unwrap_or_else(|error| panic!("{name}: {error}"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn root() -> PathBuf {
    let bench = Path::new(env!("CARGO_MANIFEST_DIR"));
    bench.parent().expect("bench lies in the workspace").to_owned()
}
