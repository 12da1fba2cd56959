//! The manifest of a crate's plugin: the artifact's section, and the files beside Cargo.toml.

use std::path::Path;

use serde_json::Value as Json;

use super::Manifest;
use crate::artifact::file;
use crate::error::{Error, Result};

impl Manifest {
    /// The manifest that the artifact of the crate in `folder` has in its section, with the pages of
    /// `pages.json` beside Cargo.toml; `None` where it has no such section.
    ///
    /// # Errors
    /// As [`Manifest::embedded`], and [`Error::File`] for a `pages.json` that does not fit.
    pub fn made_by(folder: &Path, wasm: &[u8]) -> Result<Option<Manifest>> {
        let file = folder.join("pages.json");
        // Read first: an author who has it put into the section, too, is told the line in the file.
        let pages = file.is_file().then(|| read(&file)).transpose()?;
        match (Manifest::embedded(wasm)?, pages) {
            (Some(made), Some(pages)) => {
                made.with_pages(pages).map(Some).map_err(|error| Error::File { path: file, reason: error.to_string() })
            }
            (made, _) => Ok(made),
        }
    }

    /// The manifest of the crate in `folder`: [made](Manifest::made_by) by its artifact, or kept in
    /// `manifest.json` beside Cargo.toml; `None` where it has neither.
    ///
    /// # Errors
    /// As [`Manifest::made_by`] and [`Manifest::read`].
    pub fn of_crate(folder: &Path, wasm: &[u8]) -> Result<Option<Manifest>> {
        let kept = folder.join("manifest.json");
        match Manifest::made_by(folder, wasm)? {
            None if kept.is_file() => Manifest::read(&kept).map(Some),
            made => Ok(made),
        }
    }
}

fn read(file: &Path) -> Result<Json> {
    let fail = |reason: String| Error::File { path: file.to_owned(), reason };
    let text = file::read_to_string(file).map_err(|error| fail(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| fail(format!("it is no JSON: {error}")))
}
