//! A plugin as it is given away: a folder, a `.zip`, or one `.wasm` with its manifest inside.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Component, Path};

use serde_json::Value as Json;
use wasm_encoder::{CustomSection, Section};
use wasmparser::{Parser, Payload};
use zip::ZipArchive;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::manifest::{Manifest, SECTION};
use crate::error::{Error, Result};
use crate::source::Source;

/// The name of a plugin's code where its manifest gives none.
const ENTRY: &str = "plugin.wasm";

/// The most that a file within a `.zip` may unpack to.
const UNPACKED: u64 = 256 * 1024 * 1024;

/// How a plugin is given away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A folder with `manifest.json` and the code.
    Folder,
    /// A `.zip` of both.
    Zip,
    /// The code, with the manifest in a section.
    Wasm,
}

/// A plugin that can be given away: an artifact and the manifest that fits it.
#[derive(Clone, Debug)]
pub struct Package {
    /// The code, without names and debug information.
    pub wasm: Vec<u8>,
    /// What it says of itself.
    pub manifest: Manifest,
}

impl Package {
    /// The package of an artifact.
    ///
    /// # Errors
    /// An artifact that is none, and one that Orbis cannot call.
    pub fn new(wasm: &[u8], manifest: Manifest) -> Result<Package> {
        super::check::artifact(&crate::module::Module::parse(wasm)?, &super::abi::SHIPPED)?;
        Ok(Package { wasm: without_sections(wasm, |name| name == "name" || name.starts_with(".debug")), manifest })
    }

    /// Opens a package as Orbis does; the bytes of an artifact, or its text form, do as well.
    ///
    /// # Errors
    /// [`Error::File`] for what is missing, and as [`Manifest::parse`].
    pub fn open(source: impl Into<Source>) -> Result<Package> {
        let (wasm, manifest) = Package::find(source.into(), None)?;
        Ok(Package { wasm, manifest })
    }

    /// The code and the manifest, which `given` replaces.
    pub(super) fn find(source: Source, given: Option<Manifest>) -> Result<(Vec<u8>, Manifest)> {
        if let Source::Path(path) = &source {
            let is_zip = path.extension().is_some_and(|extension| extension == "zip");
            if path.is_dir() {
                return folder(path, given);
            } else if is_zip {
                return archive(path, given);
            }
        }
        let wasm = source.read()?;
        let manifest = match given {
            Some(manifest) => manifest,
            None => embedded(&wasm)?,
        };
        Ok((wasm, manifest))
    }

    /// Writes the package to `path`, and opens it again as Orbis would.
    ///
    /// # Errors
    /// [`Error::File`], also where something is there already that is no such package.
    pub fn write(self, form: Form, path: &Path) -> Result<()> {
        let fail = |error: std::io::Error| Error::File { path: path.to_owned(), reason: error.to_string() };
        match form {
            Form::Folder => {
                let package = self.with_entry()?;
                let bare = without_sections(&package.wasm, |name| name == SECTION);
                std::fs::create_dir_all(path).map_err(fail)?;
                std::fs::write(path.join(ENTRY), bare).map_err(fail)?;
                std::fs::write(path.join("manifest.json"), package.manifest.text()).map_err(fail)?;
            }
            Form::Zip => {
                let package = self.with_entry()?;
                let bare = without_sections(&package.wasm, |name| name == SECTION);
                let write = || {
                    let mut zip = ZipWriter::new(File::create(path)?);
                    for (name, bytes) in [("manifest.json", package.manifest.text().as_bytes()), (ENTRY, &bare)] {
                        // The same package is the same bytes: no time of day.
                        zip.start_file(name, SimpleFileOptions::default())?;
                        zip.write_all(bytes)?;
                    }
                    zip.finish()?;
                    Ok::<(), zip::result::ZipError>(())
                };
                write().map_err(|error| fail(error.into()))?;
            }
            Form::Wasm => {
                let mut wasm = without_sections(&self.wasm, |name| name == SECTION);
                let text = self.manifest.text();
                let section = CustomSection { name: SECTION.into(), data: text.as_bytes().into() };
                section.append_to(&mut wasm);
                std::fs::write(path, wasm).map_err(fail)?;
            }
        }
        Package::open(path).map(|_| ())
    }

    fn with_entry(self) -> Result<Package> {
        Ok(Package { manifest: self.manifest.with("wasm_entry", Json::from(ENTRY))?, wasm: self.wasm })
    }
}

fn folder(path: &Path, given: Option<Manifest>) -> Result<(Vec<u8>, Manifest)> {
    let file = path.join("manifest.json");
    let manifest = match given {
        Some(manifest) => Some(manifest),
        None if file.is_file() => Some(Manifest::read(&file)?),
        None => None,
    };
    let entry = entry(manifest.as_ref())?;
    let wasm = Source::Path(path.join(&entry)).read().map_err(|error| match error {
        Error::MissingArtifact { .. } => Error::File {
            path: path.to_owned(),
            reason: format!("there is no {entry} in it, where Orbis looks for the plugin's code"),
        },
        error => error,
    })?;
    let manifest = manifest.map_or_else(|| embedded(&wasm), Ok)?;
    Ok((wasm, manifest))
}

fn archive(path: &Path, given: Option<Manifest>) -> Result<(Vec<u8>, Manifest)> {
    let fail = |reason: String| Error::File { path: path.to_owned(), reason };
    let file = File::open(path).map_err(|error| fail(error.to_string()))?;
    let mut zip = ZipArchive::new(file).map_err(|error| fail(error.to_string()))?;
    // At the top, or in a folder `plugin`, as Orbis looks for them.
    let mut read = |name: &str| {
        let found = [name.to_owned(), format!("plugin/{name}")].into_iter().find(|name| zip.by_name(name).is_ok());
        let Some(name) = found else { return Ok(None) };
        let mut bytes = Vec::new();
        let file = zip.by_name(&name).map_err(|error| fail(error.to_string()))?;
        let length = file.take(UNPACKED + 1).read_to_end(&mut bytes).map_err(|error| fail(error.to_string()))?;
        if length as u64 > UNPACKED {
            return Err(fail(format!("{name} unpacks to more than {UNPACKED} bytes")));
        }
        Ok(Some(bytes))
    };
    let manifest = match given {
        Some(manifest) => Some(manifest),
        None => match read("manifest.json")? {
            Some(text) => Some(Manifest::parse(&String::from_utf8_lossy(&text))?),
            None => None,
        },
    };
    let name = entry(manifest.as_ref())?;
    let wasm = read(&name)?.ok_or_else(|| fail(format!("there is no {name} in it, which its manifest names")))?;
    let wasm = Source::Bytes(wasm).read()?;
    let manifest = manifest.map_or_else(|| embedded(&wasm), Ok)?;
    Ok((wasm, manifest))
}

/// The name of the code, which stays within the package.
fn entry(manifest: Option<&Manifest>) -> Result<String> {
    let name = manifest.and_then(|manifest| manifest.parsed().wasm_entry.as_deref()).unwrap_or(ENTRY);
    if Path::new(name).components().all(|part| matches!(part, Component::Normal(_))) && !name.is_empty() {
        return Ok(name.to_owned());
    }
    let problem = format!("wasm_entry: {name:?} leads out of the package: name a file beside manifest.json");
    Err(Error::InvalidManifest { problems: vec![problem] })
}

fn embedded(wasm: &[u8]) -> Result<Manifest> {
    Manifest::embedded(wasm)?.ok_or_else(|| Error::InvalidManifest {
        problems: vec![format!(
            "there is none: the artifact has no section `{SECTION}`, and no manifest.json was given with it"
        )],
    })
}

/// The module without some of its custom sections; as it is, where it cannot be read.
fn without_sections(wasm: &[u8], is_unwanted: impl Fn(&str) -> bool) -> Vec<u8> {
    let mut kept = Vec::with_capacity(wasm.len());
    let mut copied = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        let Ok(payload) = payload else { return wasm.to_vec() };
        let Some((_, range)) = payload.as_section() else { continue };
        let start = copied.max(8);
        if copied == 0 {
            kept.extend_from_slice(&wasm[..start]);
        }
        let is_kept = !matches!(&payload, Payload::CustomSection(section) if is_unwanted(section.name()));
        if is_kept {
            kept.extend_from_slice(&wasm[start..range.end]);
        }
        copied = range.end;
    }
    if copied == 0 { wasm.to_vec() } else { kept }
}
