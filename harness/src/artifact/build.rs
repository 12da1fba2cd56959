//! The artifact of the author's own crate: built, or proven fresh. Never stale.
//!
//! A build is skipped only when a stamp proves that nothing has changed: the contents (not the
//! times) of every file that cargo's `.d` file names, of the manifests, lock file and cargo
//! configuration, of the toolchain and flags in the environment, and of the artifact itself.
//! Otherwise cargo builds; and if cargo, which goes by times that anybody can set, calls a changed
//! crate fresh, its fingerprints are removed and it builds again.

mod cargo;
mod given;
mod inputs;
mod linker;
mod progress;
mod stamp;
mod twin;

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::SystemTime;

use crate::error::{Error, Result};

pub(crate) use cargo::describe;
pub use cargo::{PluginPackage, plugin_packages};
pub(crate) use inputs::sources;
pub(crate) use twin::twin;

/// The environment variable that names an artifact to test instead of building one.
pub(crate) const GIVEN: &str = "PLUGSMITH_WASM";

/// What an artifact is built for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Profile {
    /// Tests: quick to build and to load, with line tables and overflow checks.
    #[default]
    Test,
    /// Users: the author's release profile, with the names of functions kept.
    Release,
}

/// What has been built in this process, by folder.
type Built = HashMap<(PathBuf, Profile), Result<PathBuf>>;

/// The artifact of the crate in `folder`: the one that `PLUGSMITH_WASM` names if it is no older
/// than its sources, else built by cargo with the profile for tests. Once for each crate and
/// process, and by one process at a time.
///
/// # Errors
/// [`Error::BuildFailed`] with cargo's words, [`Error::StaleArtifact`], [`Error::MissingArtifact`].
pub fn build(folder: &Path) -> Result<PathBuf> {
    build_with(folder, Profile::Test, &mut |_| {})
}

/// As [`build`], for this profile; `progress` hears what is being done, a line at a time, and
/// nothing where the artifact is proven fresh.
///
/// # Errors
/// As [`build`].
pub fn build_with(folder: &Path, profile: Profile, progress: &mut dyn FnMut(&str)) -> Result<PathBuf> {
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (folder.to_owned(), profile);
    if let Some(known) = built.get(&key) {
        return known.clone();
    }
    let result = find(folder, profile, progress);
    built.insert(key, result.clone());
    result
}

/// The artifact of another crate than the one under test: `PLUGSMITH_WASM` does not speak of it.
///
/// # Errors
/// [`Error::BuildFailed`] with cargo's words.
pub(crate) fn build_peer(folder: &Path) -> Result<PathBuf> {
    static BUILT: LazyLock<Mutex<HashMap<PathBuf, Result<PathBuf>>>> = LazyLock::new(Mutex::default);
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    built.entry(folder.to_owned()).or_insert_with(|| build_or_prove(folder, Profile::Test, &mut |_| {})).clone()
}

/// As [`build_with`], of the sources as they are now, though the same process has built them before.
///
/// # Errors
/// As [`build`].
pub fn build_again(folder: &Path, profile: Profile, progress: &mut dyn FnMut(&str)) -> Result<PathBuf> {
    let result = find(folder, profile, progress);
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    built.insert((folder.to_owned(), profile), result.clone());
    result
}

static BUILT: LazyLock<Mutex<Built>> = LazyLock::new(Mutex::default);

fn find(folder: &Path, profile: Profile, progress: &mut dyn FnMut(&str)) -> Result<PathBuf> {
    match std::env::var_os(GIVEN).filter(|path| !path.is_empty()) {
        Some(path) => given::check(Path::new(&path), folder),
        None => build_or_prove(folder, profile, progress),
    }
}

/// The files that an artifact was built from, as cargo has noted them beside it.
pub fn sources_of(artifact: &Path) -> BTreeSet<PathBuf> {
    inputs::sources(artifact)
}

fn build_or_prove(folder: &Path, profile: Profile, progress: &mut dyn FnMut(&str)) -> Result<PathBuf> {
    let package = cargo::Package::read(folder)?;
    let own = package.target_folder.join("plugsmith");
    let file = match profile {
        Profile::Test => package.name.clone(),
        Profile::Release => format!("{}.release", package.name),
    };
    let stamp = own.join(format!("{file}.stamp"));
    if let Some(artifact) = stamp::proves(&stamp, &package) {
        return Ok(artifact);
    }
    let _lock = lock(&own.join(format!("{file}.lock")), progress)?;
    // Whoever held the lock may have built it meanwhile.
    if let Some(artifact) = stamp::proves(&stamp, &package) {
        return Ok(artifact);
    }
    cargo::ensure_target(folder)?;
    progress(&format!("building {}", package.name));
    let mut started = SystemTime::now();
    let mut build = cargo::build(&package, profile, progress)?;
    if stamp::is_outdated(&package, &build) || (build.fresh && stamp::contradicts(&stamp, &package, &build.artifact)) {
        cargo::forget(&package, profile, &build.local)?;
        started = SystemTime::now();
        build = cargo::build(&package, profile, progress)?;
    }
    stamp::write(&stamp, &package, &build, started)?;
    Ok(build.artifact)
}

/// Waits until no other process builds; released when dropped.
fn lock(path: &Path, progress: &mut dyn FnMut(&str)) -> Result<File> {
    let fail = |error: std::io::Error| Error::File { path: path.to_owned(), reason: error.to_string() };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(fail)?;
    }
    let file = File::create(path).map_err(fail)?;
    if file.try_lock().is_err() {
        progress("waiting for another process that builds the same plugin");
        file.lock().map_err(fail)?;
    }
    Ok(file)
}
