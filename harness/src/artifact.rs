//! The artifact of the author's own crate: built, or proven fresh. Never stale.
//!
//! A build is skipped only when a stamp proves that nothing has changed: the contents (not the
//! times) of every file that cargo's `.d` file names, of the manifests, lock file and cargo
//! configuration, of the toolchain and flags in the environment, and of the artifact itself.
//! Otherwise cargo builds; and if cargo, which goes by times, calls a changed crate fresh, its
//! fingerprints are removed and it builds again.

mod cargo;
mod given;
mod stamp;

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::error::{Error, Result};

/// The environment variable that names an artifact to test instead of building one.
pub(crate) const GIVEN: &str = "PLUGSMITH_WASM";

/// The artifact of the crate in `folder`: the one that `PLUGSMITH_WASM` names if it is no older
/// than its sources, else built by cargo with the profile for tests. Once for each crate and
/// process, and by one process at a time.
///
/// # Errors
/// [`Error::BuildFailed`] with cargo's words, [`Error::StaleArtifact`], [`Error::MissingArtifact`].
pub fn build(folder: &Path) -> Result<PathBuf> {
    static BUILT: LazyLock<Mutex<HashMap<PathBuf, Result<PathBuf>>>> = LazyLock::new(Mutex::default);
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = built.get(folder) {
        return known.clone();
    }
    let result = match std::env::var_os(GIVEN).filter(|path| !path.is_empty()) {
        Some(path) => given::check(Path::new(&path), folder),
        None => build_or_prove(folder),
    };
    built.insert(folder.to_owned(), result.clone());
    result
}

fn build_or_prove(folder: &Path) -> Result<PathBuf> {
    let package = cargo::Package::read(folder)?;
    let own = package.target_folder.join("plugsmith");
    let _lock = lock(&own.join(format!("{}.lock", package.name)))?;
    let stamp = own.join(format!("{}.stamp", package.name));
    if let Some(artifact) = stamp::proves(&stamp) {
        return Ok(artifact);
    }
    cargo::ensure_target(folder)?;
    let mut build = cargo::build(&package)?;
    if build.fresh && stamp::contradicts(&stamp, &build.artifact) {
        cargo::forget(&package)?;
        build = cargo::build(&package)?;
    }
    stamp::write(&stamp, &package, &build.artifact)?;
    Ok(build.artifact)
}

/// Waits until no other process builds; released when dropped.
fn lock(path: &Path) -> Result<File> {
    let fail = |error: std::io::Error| Error::File { path: path.to_owned(), reason: error.to_string() };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(fail)?;
    }
    let file = File::create(path).map_err(fail)?;
    file.lock().map_err(fail)?;
    Ok(file)
}
