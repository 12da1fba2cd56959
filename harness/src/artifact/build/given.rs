//! An artifact that `PLUGSMITH_WASM` names: taken as it is, unless its sources have changed since.
//!
//! They have if a file is newer, by the time of its contents or of its entry, than the artifact's
//! contents. What `cargo plugsmith build` makes is not looked at like this: cargo brings it up to date.

use std::path::{Path, PathBuf};

use super::package::Package;
use super::{hidden, sources};
use crate::error::{Error, Result};

/// The artifact at `path`, checked against the sources of the package.
pub(super) fn check(path: &Path, package: &Package) -> Result<PathBuf> {
    let missing = |_| Error::MissingArtifact { path: path.to_owned() };
    let built = path.metadata().and_then(|metadata| metadata.modified()).map_err(missing)?;
    let mut files = sources::of(path);
    if files.is_empty() {
        files.extend([package.folder.join("Cargo.toml"), package.folder.join("build.rs")]);
        hidden::walk(&package.folder.join("src"), package, &mut files);
    }
    let newer = |file: &&PathBuf| {
        let Ok(metadata) = file.metadata() else { return false };
        metadata.modified().ok().max(hidden::changed(&metadata)).is_some_and(|changed| changed > built)
    };
    // A source says more than a manifest.
    match files.iter().filter(newer).min_by_key(|file| file.ends_with("Cargo.toml")) {
        Some(file) => Err(Error::StaleArtifact { artifact: path.to_owned(), source_file: file.clone() }),
        None => Ok(path.to_owned()),
    }
}
