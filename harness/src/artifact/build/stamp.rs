//! The proof that an artifact is what its sources say now: the hash of everything it came from.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::cargo::{Build, Local, Package};
use super::inputs::{self, hash_file};
use crate::error::{Error, Result};
use crate::text::hex;

/// The starts of the names of environment variables that change what cargo builds.
const ENVIRONMENT: &[&str] = &[
    "CARGO_BUILD_",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_PROFILE_",
    "CARGO_TARGET_WASM32_",
    "RUSTC",
    "RUSTFLAGS",
    "RUSTUP_TOOLCHAIN",
];

/// What an artifact was built from.
#[derive(Serialize, Deserialize)]
struct Stamp {
    /// The manifest of its package: another package may have the same name and target folder.
    manifest: PathBuf,
    artifact: PathBuf,
    artifact_hash: String,
    /// Every source and manifest.
    files: BTreeSet<PathBuf>,
    /// Variables of the environment that went into it.
    variables: BTreeSet<String>,
    /// The hash of their contents, and of the environment.
    hash: String,
}

impl Stamp {
    fn holds(&self, package: &Package) -> bool {
        self.manifest == package.manifest
            && hash_file(&self.artifact).as_deref() == Some(&self.artifact_hash)
            && self.hash == hash(&self.files, &self.variables)
    }
}

/// The artifact, if the stamp at `path` proves it fresh.
pub(super) fn proves(path: &Path, package: &Package) -> Option<PathBuf> {
    read(path).filter(|stamp| stamp.holds(package)).map(|stamp| stamp.artifact)
}

/// Whether the stamp at `path` shows that sources have changed since the artifact was built. Without
/// a stamp nothing is known of them, and cargo's word that an old artifact is fresh is not enough.
pub(super) fn contradicts(path: &Path, package: &Package, artifact: &Path) -> bool {
    read(path).is_none_or(|stamp| stamp.artifact != artifact || !stamp.holds(package))
}

/// Whether cargo calls something fresh whose sources have changed since it was built.
pub(super) fn is_outdated(package: &Package, build: &Build) -> bool {
    let files = inputs::files(package, build);
    let built = |local: &Local| local.built.iter().filter_map(|file| file.metadata().ok()?.modified().ok()).min();
    build.local.iter().filter(|local| local.fresh).any(|local| {
        let Some(built) = built(local) else { return false };
        let is_own = |file: &&PathBuf| {
            // A package may lie in the folder of another.
            let inner = |other: &Local| other.source.starts_with(&local.source) && other.source != local.source;
            let of_another =
                build.local.iter().filter(|other| inner(other)).any(|other| file.starts_with(&other.source));
            // cargo goes by what manifests say, not by their times.
            file.starts_with(&local.source) && !of_another && !file.ends_with("Cargo.toml")
        };
        files.iter().filter(is_own).filter_map(|file| newest_change(file)).any(|changed| changed > built)
    })
}

/// Writes the stamp of a build that began at `started`; none, if a source has changed since, for
/// nobody knows which of its contents rustc has seen.
pub(super) fn write(path: &Path, package: &Package, build: &Build, started: SystemTime) -> Result<()> {
    let fail = |error: std::io::Error| Error::File { path: path.to_owned(), reason: error.to_string() };
    let files = inputs::files(package, build);
    let variables = inputs::variables(build);
    // A file's time may lie a clock tick behind.
    let started = started - Duration::from_millis(20);
    let is_made = |file: &Path| file.starts_with(&package.target_folder) || file.ends_with("Cargo.lock");
    if files.iter().any(|file| !is_made(file) && changed(file).is_some_and(|time| time >= started)) {
        return match std::fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(fail(error)),
            _ => Ok(()),
        };
    }
    let stamp = Stamp {
        manifest: package.manifest.clone(),
        artifact: build.artifact.clone(),
        artifact_hash: hash_file(&build.artifact).unwrap_or_default(),
        hash: hash(&files, &variables),
        files,
        variables,
    };
    let text = serde_json::to_string_pretty(&stamp).expect("a stamp has a JSON form");
    // Renamed into place, since other processes read it without the lock.
    let half = path.with_extension(format!("{}.half", std::process::id()));
    std::fs::write(&half, text).and_then(|()| std::fs::rename(&half, path)).map_err(fail)
}

/// When a file was changed last. The time of its contents can be set to anything; on Unix the time
/// of its entry cannot.
pub(super) fn changed(path: &Path) -> Option<SystemTime> {
    let metadata = std::fs::metadata(path).ok()?;
    use std::os::unix::fs::MetadataExt;
    let seconds = u64::try_from(metadata.ctime()).ok()?;
    let nanoseconds = u32::try_from(metadata.ctime_nsec()).ok()?;
    Some(SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds))
}

/// As [`changed`], of a folder the newest of everything in it but hidden files and `target`.
fn newest_change(path: &Path) -> Option<SystemTime> {
    if !path.is_dir() {
        return changed(path);
    }
    inputs::visible(path).iter().filter_map(|path| newest_change(path)).max()
}

fn read(path: &Path) -> Option<Stamp> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

fn hash(files: &BTreeSet<PathBuf>, variables: &BTreeSet<String>) -> String {
    let mut hash = Sha256::new();
    let mut add = |bytes: Option<&[u8]>| {
        hash.update([u8::from(bytes.is_some())]);
        hash.update(Sha256::digest(bytes.unwrap_or_default()));
    };
    for file in files {
        add(Some(file.as_os_str().as_encoded_bytes()));
        add(hash_file(file).as_deref().map(str::as_bytes));
    }
    for name in variables {
        add(Some(name.as_bytes()));
        add(std::env::var_os(name).as_deref().map(|value| value.as_encoded_bytes()));
    }
    let mut environment: Vec<_> = std::env::vars_os()
        .filter(|(name, _)| ENVIRONMENT.iter().any(|start| name.as_encoded_bytes().starts_with(start.as_bytes())))
        .collect();
    environment.sort();
    for (name, value) in environment {
        add(Some(name.as_encoded_bytes()));
        add(Some(value.as_encoded_bytes()));
    }
    add(toolchain().as_deref().map(str::as_bytes));
    hex(&hash.finalize())
}

/// The compiler's size and time: a toolchain that is updated keeps its name.
fn toolchain() -> Option<String> {
    let cargo = PathBuf::from(std::env::var_os("CARGO")?);
    let compiler = std::fs::metadata(cargo.with_file_name("rustc")).ok()?;
    Some(format!("{} {:?}", compiler.len(), compiler.modified().ok()?))
}
