//! A package, written: what an earlier one wrote is replaced as a whole, anything else is left alone.

use std::io::{Cursor, ErrorKind, Write};
use std::path::Path;

use serde_json::Value as Json;
use wasm_encoder::{CustomSection, Section};
use zip::ZipArchive;
use zip::result::ZipError;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::super::manifest::{Manifest, SECTION};
use super::{ENTRY, Form, MANIFEST, Package, without_sections};
use crate::artifact::file;
use crate::error::{Error, Result};

pub(super) fn write(package: Package, form: Form, path: &Path) -> Result<()> {
    let fail = |error: std::io::Error| Error::File { path: path.to_owned(), reason: error.to_string() };
    if !is_free(form, path).map_err(fail)? {
        let reason = "it is there, and no earlier package of this form: choose another place (`--out`)";
        return Err(Error::File { path: path.to_owned(), reason: reason.to_owned() });
    }
    let bare = without_sections(&package.wasm, |name| name == SECTION);
    let files = match form {
        Form::Folder => {
            std::fs::create_dir_all(path).map_err(fail)?;
            let text = with_entry(package.manifest)?.text();
            vec![(path.join(ENTRY), bare), (path.join(MANIFEST), text.into_bytes())]
        }
        Form::Zip => {
            let text = with_entry(package.manifest)?.text();
            vec![(path.to_owned(), zip(&text, &bare).map_err(|error| fail(error.into()))?)]
        }
        Form::Wasm => {
            let text = package.manifest.text();
            let mut wasm = bare;
            CustomSection { name: SECTION.into(), data: text.as_bytes().into() }.append_to(&mut wasm);
            vec![(path.to_owned(), wasm)]
        }
    };
    file::replace(&files).map_err(fail)
}

/// Whether nothing is lost when a package is written there.
fn is_free(form: Form, path: &Path) -> std::io::Result<bool> {
    file::refuse_link(path)?;
    let found = match path.metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(true),
        found => found?,
    };
    Ok(match form {
        Form::Folder if found.is_dir() => {
            let names = std::fs::read_dir(path)?.map(|entry| Ok(entry?.file_name()));
            let mut names = names.collect::<std::io::Result<Vec<_>>>()?;
            names.sort_unstable();
            names.is_empty() || (names == [MANIFEST, ENTRY] && Manifest::read(&path.join(MANIFEST)).is_ok())
        }
        Form::Zip if found.is_file() => {
            ZipArchive::new(file::open(path)?).is_ok_and(|zip| zip.index_for_name(MANIFEST).is_some())
        }
        Form::Wasm if found.is_file() => Manifest::embedded(&file::read(path)?).is_ok_and(|found| found.is_some()),
        _ => false,
    })
}

fn with_entry(manifest: Manifest) -> Result<Manifest> {
    manifest.with("wasm_entry", Json::from(ENTRY))
}

fn zip(manifest: &str, wasm: &[u8]) -> Result<Vec<u8>, ZipError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [(MANIFEST, manifest.as_bytes()), (ENTRY, wasm)] {
        // The same package is the same bytes: no time of day.
        zip.start_file(name, SimpleFileOptions::default())?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}
