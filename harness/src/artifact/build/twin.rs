//! An artifact built once more with line tables, for the frames of a trap in a stripped one.
//!
//! Building runs code: build scripts, macros. So there is a twin only for an artifact that this process
//! has built, or that is tested as the plugin of a crate which the user named. Nothing that lies beside
//! an artifact is trusted.

use std::path::{Path, PathBuf};

use super::options::{BuildOptions, Profile};
use super::package::Package;
use super::{cargo, origin};

/// The twin of `artifact`; `folder` is the crate that it is tested as the plugin of. `None` where nobody
/// named a crate, and where it does not build.
pub(crate) fn twin(artifact: &Path, folder: Option<&Path>) -> Option<PathBuf> {
    let built_here = origin(artifact).filter(|(_, options)| options.profile == Profile::Release);
    let (folder, options) = match (built_here, folder) {
        (Some(known), _) => known,
        (None, Some(folder)) => (folder.to_owned(), BuildOptions::from(Profile::Release)),
        (None, None) => return None,
    };
    let package = Package::read(&folder).ok()?;
    eprintln!("plugsmith: building {} with line tables, to name the frames of the trap", package.name);
    cargo::build_with_lines(&package, &options, profile(artifact).as_deref()).ok().map(|build| build.artifact)
}

/// The profile of the author's that an artifact in cargo's folder for it was built with.
fn profile(artifact: &Path) -> Option<String> {
    let folder =
        artifact.parent().filter(|folder| folder.parent().is_some_and(|target| target.ends_with(cargo::TARGET)))?;
    match folder.file_name()?.to_str()? {
        "debug" => Some("dev".to_owned()),
        profile => Some(profile.to_owned()),
    }
}
