//! The proof that an artifact is what its sources say now: the hash of everything it came from.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::cargo::Package;
use crate::error::{Error, Result};

/// Environment variables that change what cargo builds.
const ENVIRONMENT: &[&str] =
    &["CARGO_BUILD_RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC", "RUSTFLAGS", "RUSTUP_TOOLCHAIN"];

/// What an artifact was built from.
#[derive(Serialize, Deserialize)]
struct Stamp {
    artifact: PathBuf,
    artifact_hash: String,
    /// Every source and manifest.
    files: BTreeSet<PathBuf>,
    /// The hash of their contents, and of the environment.
    hash: String,
}

/// The artifact, if the stamp at `path` proves it fresh.
pub(super) fn proves(path: &Path) -> Option<PathBuf> {
    let stamp = read(path)?;
    let fresh = hash_file(&stamp.artifact).as_deref() == Some(&stamp.artifact_hash) && stamp.hash == hash(&stamp.files);
    fresh.then_some(stamp.artifact)
}

/// Whether the stamp at `path` shows that sources have changed since the artifact was built. Without
/// a stamp nothing is known of them, and cargo's word that an old artifact is fresh is not enough.
pub(super) fn contradicts(path: &Path, artifact: &Path) -> bool {
    read(path).is_none_or(|stamp| {
        stamp.hash != hash(&stamp.files) || hash_file(artifact).as_deref() != Some(&stamp.artifact_hash)
    })
}

/// Writes the stamp of a build that has just been made.
pub(super) fn write(path: &Path, package: &Package, artifact: &Path) -> Result<()> {
    let mut files = sources(artifact);
    files.insert(package.manifest.clone());
    files.insert(package.workspace.join("Cargo.toml"));
    files.insert(package.workspace.join("Cargo.lock"));
    for folder in package.manifest.ancestors().skip(1) {
        for name in [".cargo/config.toml", ".cargo/config", "rust-toolchain.toml", "rust-toolchain"] {
            // Those that do not exist count too: one may be added.
            files.insert(folder.join(name));
        }
    }
    let stamp = Stamp {
        artifact: artifact.to_owned(),
        artifact_hash: hash_file(artifact).unwrap_or_default(),
        hash: hash(&files),
        files,
    };
    let text = serde_json::to_string_pretty(&stamp).expect("a stamp has a JSON form");
    std::fs::write(path, text).map_err(|error| Error::File { path: path.to_owned(), reason: error.to_string() })
}

/// The files that cargo's `.d` file beside the artifact names: `artifact: source source ..`.
pub(super) fn sources(artifact: &Path) -> BTreeSet<PathBuf> {
    let text = std::fs::read_to_string(artifact.with_extension("d")).unwrap_or_default();
    let mut files = BTreeSet::new();
    for line in text.lines() {
        let Some((_, list)) = line.split_once(": ") else { continue };
        // A space within a path is written with a backslash before it.
        for name in list.replace("\\ ", "\u{0}").split(' ').filter(|name| !name.is_empty()) {
            let file = PathBuf::from(name.replace('\u{0}', " "));
            // The manifest beside the sources of a path dependency decides its features.
            files.extend(
                file.ancestors().skip(1).map(|folder| folder.join("Cargo.toml")).find(|manifest| manifest.is_file()),
            );
            files.insert(file);
        }
    }
    files
}

fn read(path: &Path) -> Option<Stamp> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

fn hash(files: &BTreeSet<PathBuf>) -> String {
    let mut hash = Sha256::new();
    for file in files {
        hash.update(file.as_os_str().as_encoded_bytes());
        hash.update([0]);
        hash.update(hash_file(file).unwrap_or_default());
    }
    for name in ENVIRONMENT {
        hash.update(std::env::var_os(name).unwrap_or_default().as_encoded_bytes());
        hash.update([0]);
    }
    hex(&hash.finalize())
}

/// The hash of a file's contents; `None` where there is no such file.
pub(super) fn hash_file(path: &Path) -> Option<String> {
    Some(hex(&Sha256::digest(std::fs::read(path).ok()?)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
