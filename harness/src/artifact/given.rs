//! An artifact that `PLUGSMITH_WASM` names: taken as it is, unless its sources are newer.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::stamp;
use crate::error::{Error, Result};

/// The artifact at `path`, checked against the sources of the crate in `folder`.
pub(super) fn check(path: &Path, folder: &Path) -> Result<PathBuf> {
    let missing = || Error::MissingArtifact { path: path.to_owned() };
    let built = modified(path).ok_or_else(missing)?;
    let mut sources = stamp::sources(path);
    if sources.is_empty() {
        sources = walk(folder);
    }
    let newest = sources.iter().filter_map(|file| Some((modified(file)?, file))).max();
    match newest {
        Some((changed, file)) if changed > built => {
            Err(Error::StaleArtifact { artifact: path.to_owned(), source_file: file.clone() })
        }
        _ => Ok(path.to_owned()),
    }
}

/// The crate's manifest, build script and sources, for an artifact without a `.d` file beside it.
fn walk(folder: &Path) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::from([folder.join("Cargo.toml"), folder.join("build.rs")]);
    let mut folders = vec![folder.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path);
            }
        }
    }
    files
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).ok()?.modified().ok()
}
