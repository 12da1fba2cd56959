//! Where an artifact comes from: a file or bytes, wasm or its text format.

use std::path::{Path, PathBuf};

use crate::artifact::build;
use crate::artifact::file;
use crate::artifact::module::NO_WASM;
use crate::artifact::stand_in;
use crate::error::{Error, Result};
use crate::text::quote;

/// Where an artifact comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A file, wasm or wasm's text format.
    Path(PathBuf),
    /// The bytes themselves.
    Bytes(Vec<u8>),
}

impl From<&Path> for Source {
    fn from(path: &Path) -> Source {
        Source::Path(path.to_owned())
    }
}

impl From<PathBuf> for Source {
    fn from(path: PathBuf) -> Source {
        Source::Path(path)
    }
}

impl From<&str> for Source {
    fn from(path: &str) -> Source {
        Source::Path(path.into())
    }
}

impl From<Vec<u8>> for Source {
    fn from(bytes: Vec<u8>) -> Source {
        Source::Bytes(bytes)
    }
}

impl From<&[u8]> for Source {
    fn from(bytes: &[u8]) -> Source {
        Source::Bytes(bytes.to_vec())
    }
}

impl Source {
    pub(crate) fn label(&self) -> String {
        match self {
            Source::Path(path) => build::label_of(path).unwrap_or_else(|| quote(&path.display().to_string())),
            Source::Bytes(_) => "plugin.wasm".to_owned(),
        }
    }

    /// The module's bytes, with records from the `plugin.toml` in its folder where it has none of its own.
    ///
    /// # Errors
    /// As [`Source::read`], and [`Error::BadManifest`] for a file that does not fit.
    pub(crate) fn read_with_records(self) -> Result<Vec<u8>> {
        let path = match &self {
            Source::Path(path) => Some(path.clone()),
            Source::Bytes(_) => None,
        };
        let wasm = self.read()?;
        match path {
            Some(path) => stand_in::adopt(wasm, &path),
            None => Ok(wasm),
        }
    }

    /// The module's bytes; text is made into a module.
    ///
    /// # Errors
    /// A missing file, and a file that is neither wasm nor its text format.
    pub fn read(self) -> Result<Vec<u8>> {
        let bytes = match self {
            Source::Bytes(bytes) => bytes,
            Source::Path(path) => file::read(&path).map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => Error::MissingArtifact { path },
                _ => Error::File { path, reason: error.to_string() },
            })?,
        };
        if bytes.starts_with(b"\0asm") {
            return Ok(bytes);
        }
        if !bytes.trim_ascii_start().starts_with(b"(") && !bytes.trim_ascii_start().starts_with(b";;") {
            return Err(Error::InvalidModule { reason: NO_WASM.to_owned() });
        }
        // Fixtures are easier to read as text.
        wat::parse_bytes(&bytes)
            .map(std::borrow::Cow::into_owned)
            .map_err(|error| Error::InvalidModule { reason: error.to_string() })
    }
}
