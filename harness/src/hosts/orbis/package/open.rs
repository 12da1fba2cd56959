//! A folder or a `.zip`, opened as the real host does it: first the manifest, then the code that it
//! names (cyberpath-HQ/orbis 18468f5, `crates/orbis-plugin/src/loader.rs`).

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Component, Path};

use zip::ZipArchive;

use super::super::manifest::Manifest;
use super::{ENTRY, MANIFEST, embedded};
use crate::artifact::file;
use crate::artifact::source::Source;
use crate::error::{Error, Result};

/// The most that a file within a `.zip` may unpack to.
const UNPACKED: u64 = 256 * 1024 * 1024;

/// The code and the manifest in this folder.
pub(super) fn folder(path: &Path, given: Option<Manifest>) -> Result<(Vec<u8>, Manifest)> {
    open(path, Files::Folder(path), given)
}

/// The code and the manifest in this `.zip`.
pub(super) fn archive(path: &Path, given: Option<Manifest>) -> Result<(Vec<u8>, Manifest)> {
    let fail = |reason: String| Error::File { path: path.to_owned(), reason };
    let file = file::open(path).map_err(|error| fail(error.to_string()))?;
    let zip = ZipArchive::new(file).map_err(|error| fail(error.to_string()))?;
    open(path, Files::Zip(zip), given)
}

fn open(path: &Path, mut files: Files<'_>, given: Option<Manifest>) -> Result<(Vec<u8>, Manifest)> {
    let fail = |reason: String| Error::File { path: path.to_owned(), reason };
    let manifest = match given {
        Some(manifest) => manifest,
        None => match files.read(MANIFEST).map_err(fail)? {
            Some(text) => {
                let place = path.join(MANIFEST);
                let text = String::from_utf8(text)
                    .map_err(|_| Error::File { path: place.clone(), reason: "it is not UTF-8".to_owned() })?;
                Manifest::parse_file(&text, &place)?
            }
            None => {
                let name = files.holder().map_err(fail)?;
                let wasm = files.read(&name).map_err(fail)?.unwrap_or_default();
                embedded(&Source::Bytes(wasm).read()?)?
            }
        },
    };
    let named = manifest.parsed().wasm_entry.as_deref();
    let entry = named.unwrap_or(ENTRY);
    if entry.is_empty() || !Path::new(entry).components().all(|part| matches!(part, Component::Normal(_))) {
        let problem = format!("wasm_entry: {entry:?} leads out of the package: name a file beside {MANIFEST}");
        return Err(Error::InvalidManifest { problems: vec![problem] });
    }
    let Some(wasm) = files.read(entry).map_err(fail)? else {
        let why = match named {
            Some(_) => "which its manifest names as `wasm_entry`: call the code so",
            None => "where Orbis looks for the code of a manifest without `wasm_entry`",
        };
        return Err(fail(format!("there is no {entry} in it, {why}")));
    };
    Ok((Source::Bytes(wasm).read()?, manifest))
}

/// What a package is made of; an error is a reason.
enum Files<'a> {
    Folder(&'a Path),
    Zip(ZipArchive<File>),
}

impl Files<'_> {
    fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>, String> {
        let zip = match self {
            Files::Zip(zip) => zip,
            Files::Folder(folder) => {
                return match file::read(&folder.join(name)) {
                    Ok(bytes) => Ok(Some(bytes)),
                    Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
                    Err(error) => Err(format!("{name}: {error}")),
                };
            }
        };
        // At the top, or in a folder `plugin`, as Orbis looks for them.
        let found = [name.to_owned(), format!("plugin/{name}")].into_iter().find(|name| zip.by_name(name).is_ok());
        let Some(name) = found else { return Ok(None) };
        let mut bytes = Vec::new();
        let file = zip.by_name(&name).map_err(|error| error.to_string())?;
        let length = file.take(UNPACKED + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
        if length as u64 > UNPACKED {
            return Err(format!("{name} unpacks to more than {UNPACKED} bytes"));
        }
        Ok(Some(bytes))
    }

    /// The `.wasm` that holds the manifest where no file does; its code may be another one's.
    fn holder(&self) -> Result<String, String> {
        let name = match self {
            Files::Zip(zip) => {
                let mut names = zip.file_names().filter_map(|name| Some(name.ok()?.into_owned()));
                names.find(|name| name.ends_with(".wasm"))
            }
            // The server's scan passes any other folder by, without a word
            // (`crates/orbis-plugin/src/lib.rs` at 14dd706, `load_all`).
            Files::Folder(folder) => Some(ENTRY.to_owned()).filter(|name| folder.join(name).exists()),
        };
        name.ok_or_else(|| match self {
            Files::Zip(_) => format!("there is neither a {MANIFEST} nor a .wasm in it"),
            Files::Folder(_) => format!(
                "there is neither a {MANIFEST} nor a {ENTRY} in it, and Orbis skips such a folder: call the code \
                 {ENTRY}, or add a {MANIFEST}"
            ),
        })
    }
}
