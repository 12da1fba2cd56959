//! The artifact of the author's own crate: built by cargo, which knows every input. Never stale.
//!
//! cargo runs once for each crate and process; under cargo-nextest, which starts a process for each
//! test, once for each run. Whether there is anything to do is cargo's answer alone, with one
//! exception: cargo compares times, and a file that is put in place with an older time (`mv`,
//! `cp -p`, `rsync -t`) looks unchanged to it. See [`hidden`].
//!
//! Guests have a target folder for each workspace, `<target>/plugsmith/guests/..`: two checkouts that
//! share one target folder look the same to cargo, and so does a copy of a project with its target
//! folder inside.

mod author;
mod cargo;
mod command;
mod given;
mod hidden;
mod linker;
mod options;
mod package;
mod progress;
mod run;
mod ship;
mod sources;
mod twin;

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::error::{Error, Result};
use crate::text::quote;

pub use author::Author;
pub(crate) use author::layout;
pub use options::{BuildOptions, Features, Profile};
pub(crate) use package::describe;
pub use package::{PluginPackage, plugin_packages};
pub use ship::named;
pub(crate) use twin::twin;

use package::Package;
use run::Run;

/// The environment variable that names an artifact to test instead of building one.
pub(crate) const GIVEN: &str = "PLUGSMITH_WASM";

/// What is asked for; an answer is kept for each.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Request {
    /// Absolute.
    folder: PathBuf,
    options: BuildOptions,
    /// A test asks: profile and target folder are those of the test, and a run of nextest builds once.
    of_a_test: bool,
    /// `PLUGSMITH_WASM` applies.
    may_be_given: bool,
}

/// What has been built in this process.
static BUILT: LazyLock<Mutex<HashMap<Request, Result<PathBuf>>>> = LazyLock::new(Mutex::default);

/// The artifact of the crate in `folder` for a test: the one that `PLUGSMITH_WASM` names if it is no
/// older than its sources, else built by cargo with the profile for tests. Once for each crate and
/// process, and by one process at a time.
///
/// A test that was built with another profile than `dev` (`cargo test --release`) gets an artifact of
/// that profile, and a test that was built with `--target-dir` has the artifact built there, too.
///
/// # Errors
/// [`Error::BuildFailed`] with cargo's words, [`Error::StaleArtifact`], [`Error::MissingArtifact`].
pub fn build(folder: &Path) -> Result<PathBuf> {
    build_for_test(folder, Features::default())
}

/// As [`build`], with these features.
///
/// # Errors
/// As [`build`].
pub(crate) fn build_for_test(folder: &Path, features: Features) -> Result<PathBuf> {
    let options = BuildOptions { features, ..BuildOptions::default() };
    once(Request { folder: absolute(folder)?, options, of_a_test: true, may_be_given: true }, &mut |_| {})
}

/// The artifact of another crate than the one under test, to which `PLUGSMITH_WASM` does not apply.
///
/// # Errors
/// [`Error::BuildFailed`] with cargo's words.
pub(crate) fn build_peer(folder: &Path) -> Result<PathBuf> {
    let options = BuildOptions::default();
    once(Request { folder: absolute(folder)?, options, of_a_test: true, may_be_given: false }, &mut |_| {})
}

/// As [`build`], with these options; `progress` hears what is being done, a line at a time, and
/// nothing where there is nothing to do.
///
/// # Errors
/// As [`build`].
pub fn build_with(folder: &Path, options: impl Into<BuildOptions>, progress: &mut dyn FnMut(&str)) -> Result<PathBuf> {
    let options = options.into();
    once(Request { folder: absolute(folder)?, options, of_a_test: false, may_be_given: true }, progress)
}

/// As [`build_with`], of the sources as they are now, even if the same process has built them before.
///
/// # Errors
/// As [`build`].
pub fn build_again(folder: &Path, options: impl Into<BuildOptions>, progress: &mut dyn FnMut(&str)) -> Result<PathBuf> {
    let options = options.into();
    let request = Request { folder: absolute(folder)?, options, of_a_test: false, may_be_given: true };
    let result = find(&request, progress);
    BUILT.lock().unwrap_or_else(PoisonError::into_inner).insert(request, result.clone());
    result
}

/// The files that an artifact was built from, as cargo has noted them beside it.
pub fn sources_of(artifact: &Path) -> BTreeSet<PathBuf> {
    sources::of(artifact)
}

/// What the command line calls the crate in `folder`, with these features; `None` for an artifact that
/// was given.
pub(crate) fn label(folder: &Path, features: &Features) -> Option<String> {
    if std::env::var_os(GIVEN).is_some_and(|path| !path.is_empty()) {
        return None;
    }
    let here = std::env::current_dir().is_ok_and(|here| here == folder);
    let name = if here { ".".to_owned() } else { quote(&folder.display().to_string()) };
    Some(features.arguments().into_iter().map(|argument| quote(&argument) + " ").collect::<String>() + &name)
}

/// As [`label`], for an artifact that this process has built for tests: its crate, which is built again
/// as the sources are then.
pub(crate) fn label_of(artifact: &Path) -> Option<String> {
    let (folder, options) = origin(artifact).filter(|(_, options)| options.profile == Profile::Test)?;
    label(&folder, &options.features)
}

/// The file with the names of an artifact's functions, if this process has built it to ship.
pub(crate) fn named_by_us(artifact: &Path) -> Option<PathBuf> {
    origin(artifact).filter(|(_, options)| options.profile == Profile::Release).map(|_| named(artifact))
}

/// The crate that this process has built this artifact from, and how.
fn origin(artifact: &Path) -> Option<(PathBuf, BuildOptions)> {
    let built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    built
        .iter()
        .find(|(_, result)| result.as_deref() == Ok(artifact))
        .map(|(request, _)| (request.folder.clone(), request.options.clone()))
}

fn once(request: Request, progress: &mut dyn FnMut(&str)) -> Result<PathBuf> {
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = built.get(&request) {
        return known.clone();
    }
    let result = find(&request, progress);
    built.insert(request, result.clone());
    result
}

fn find(request: &Request, progress: &mut dyn FnMut(&str)) -> Result<PathBuf> {
    let given = std::env::var_os(GIVEN).filter(|path| request.may_be_given && !path.is_empty());
    let package = Package::read(&request.folder)?;
    let options = package.resolve(&request.options, request.of_a_test);
    let own = package.own_folder(&options);
    if let Some(path) = given.map(PathBuf::from) {
        let shipped = own.join(package.file_name());
        if !package::is_same(&path, &shipped) {
            return given::check(&path, &package);
        }
        // What ships is as fresh as cargo makes it.
        let ships = BuildOptions { profile: Profile::Release, ..options };
        return locked(&own, &package, progress, |progress| build_now(&package, &ships, &own, progress));
    }
    locked(&own, &package, progress, |progress| match Run::current().filter(|_| request.of_a_test) {
        None => build_now(&package, &options, &own, progress),
        Some(run) => run.once(&own.join(package.key(&options)), || build_now(&package, &options, &own, progress)),
    })
}

/// Builds, and puts the artifact where no other build of ours replaces it with another one.
fn build_now(package: &Package, options: &BuildOptions, own: &Path, progress: &mut dyn FnMut(&str)) -> Result<PathBuf> {
    let mut build = cargo::build(package, options, progress)?;
    let outdated = hidden::packages(package, &build);
    if !outdated.is_empty() {
        cargo::forget(package, options, &outdated)?;
        build = cargo::build(package, options, progress)?;
    }
    let folder = match options.profile {
        Profile::Release => own.to_owned(),
        Profile::Test => own.join(package.key(options)),
    };
    let path = folder.join(package.file_name());
    match options.profile {
        Profile::Release => ship::place(&build.artifact, &path)?,
        Profile::Test => ship::put(&path, &ship::read(&build.artifact)?)?,
    }
    // What it was built from, for whoever watches it.
    ship::put(&path.with_extension("d"), &ship::read(&build.artifact.with_extension("d"))?)?;
    Ok(path)
}

/// Works while no other process builds the same plugin.
fn locked(
    own: &Path,
    package: &Package,
    progress: &mut dyn FnMut(&str),
    work: impl FnOnce(&mut dyn FnMut(&str)) -> Result<PathBuf>,
) -> Result<PathBuf> {
    let path = own.join(format!("{}.lock", package.name));
    let fail = |error: std::io::Error| Error::File { path: path.clone(), reason: error.to_string() };
    std::fs::create_dir_all(own).map_err(fail)?;
    let file = File::create(&path).map_err(fail)?;
    if file.try_lock().is_err() {
        progress("waiting for another process that builds the same plugin");
        file.lock().map_err(fail)?;
    }
    // Released when the file is closed, also that of a process that is killed.
    work(progress)
}

fn absolute(folder: &Path) -> Result<PathBuf> {
    // Of an empty path, too.
    std::env::current_dir()
        .map(|here| here.join(folder))
        .map_err(|error| Error::File { path: folder.to_owned(), reason: error.to_string() })
}
