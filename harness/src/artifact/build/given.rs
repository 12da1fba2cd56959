//! An artifact that `PLUGSMITH_WASM` names: taken as it is, unless its sources have changed since.
//!
//! They have if a file is newer, by the time of its contents or of its entry. Times can be set, and
//! copying an artifact renews its own, so the first use of an artifact notes what its sources hold,
//! and every later use of the same artifact compares them with that.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{cargo, inputs, stamp};
use crate::error::{Error, Result};

/// The artifact at `path`, checked against the sources of the crate in `folder`.
pub(super) fn check(path: &Path, folder: &Path) -> Result<PathBuf> {
    let missing = || Error::MissingArtifact { path: path.to_owned() };
    let built = modified(path).ok_or_else(missing)?;
    let mut sources = inputs::sources(path);
    if sources.is_empty() {
        sources = walk(folder);
    }
    let stale = |file: &Path| Err(Error::StaleArtifact { artifact: path.to_owned(), source_file: file.to_owned() });
    let newest = sources.iter().filter_map(|file| Some((modified(file)?, file))).max();
    if let Some((changed, file)) = newest
        && changed > built
    {
        return stale(file);
    }
    let newest = sources.iter().filter_map(|file| Some((stamp::changed(file)?, file))).max();
    if let (Some((changed, file)), Some(placed)) = (newest, stamp::changed(path))
        && changed > placed
    {
        return stale(file);
    }
    match differs_from_record(path, built, folder, &sources) {
        Some(file) => stale(&file),
        None => Ok(path.to_owned()),
    }
}

/// A source that holds something else than when this artifact was used first. An artifact of the
/// same contents that was written again is another one: its sources are noted anew.
fn differs_from_record(path: &Path, built: SystemTime, folder: &Path, sources: &BTreeSet<PathBuf>) -> Option<PathBuf> {
    let records = cargo::Package::read(folder).ok()?.target_folder.join("plugsmith/given");
    let built = built.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos();
    let record = records.join(format!("{}-{built}.json", inputs::hash_file(path)?));
    let now: BTreeMap<&PathBuf, Option<String>> = sources.iter().map(|file| (file, inputs::hash_file(file))).collect();
    if let Some(old) = std::fs::read(&record)
        .ok()
        .and_then(|text| serde_json::from_slice::<BTreeMap<PathBuf, Option<String>>>(&text).ok())
    {
        return old.into_iter().find(|(file, hash)| now.get(file) != Some(hash)).map(|(file, _)| file);
    }
    // Without a record there is nothing to compare: a folder that cannot be written is no error.
    let half = record.with_extension(format!("{}.half", std::process::id()));
    let text = serde_json::to_string_pretty(&now).ok()?;
    std::fs::create_dir_all(&records).and_then(|()| std::fs::write(&half, text)).ok()?;
    std::fs::rename(&half, &record).ok()?;
    None
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
