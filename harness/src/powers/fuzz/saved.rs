//! Inputs with a problem, in files that every later run tries first.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::input::Input;
use super::judge::Problem;
use crate::error::{Error, Result};
use crate::text::sha256;

/// A file of a folder of regressions.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Saved {
    /// The problem that it was saved for.
    pub(super) problem: Problem,
    /// What exactly it was.
    pub(super) reason: String,
    /// The calls of a fresh guest.
    pub(super) inputs: Vec<Input>,
}

/// Those in a folder, by the names of their files; none where there is no folder.
///
/// # Errors
/// [`Error::File`], for a file that cannot be read or is none of these.
pub(super) fn read(folder: &Path) -> Result<Vec<(PathBuf, Saved)>> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    let read = |file: PathBuf| {
        let failed = |reason: String| Error::File { path: file.clone(), reason };
        let text = std::fs::read_to_string(&file).map_err(|error| failed(error.to_string()))?;
        let saved = serde_json::from_str(&text)
            .map_err(|error| failed(format!("it is no saved input of a fuzzer: {error}; remove it")))?;
        Ok((file, saved))
    };
    files.into_iter().map(read).collect()
}

/// Writes one, under a name that follows from its inputs.
///
/// # Errors
/// [`Error::File`].
pub(super) fn write(folder: &Path, saved: &Saved) -> Result<PathBuf> {
    let mut text = serde_json::to_string_pretty(saved).expect("inputs have a JSON form");
    text.push('\n');
    let entry = saved.inputs.last().map_or("", |input| input.entry.as_str());
    let entry: String = entry.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect();
    let inputs = serde_json::to_vec(&saved.inputs).expect("inputs have a JSON form");
    let file = folder.join(format!("{}-{}.json", entry.trim_matches('-').to_lowercase(), &sha256(&inputs)[..8]));
    let failed = |error: std::io::Error| Error::File { path: file.clone(), reason: error.to_string() };
    std::fs::create_dir_all(folder).map_err(failed)?;
    std::fs::write(&file, text).map_err(failed)?;
    Ok(file)
}
