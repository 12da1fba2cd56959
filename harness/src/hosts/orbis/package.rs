//! A plugin as it is given away: a folder, a `.zip`, or one `.wasm` with its manifest inside.

mod open;
mod write;

use std::path::Path;

use wasmparser::{Parser, Payload};

use super::manifest::Manifest;
use crate::artifact::module::Module;
use crate::artifact::source::Source;
use crate::error::{Error, Result};

/// The name of a plugin's code where its manifest gives none.
const ENTRY: &str = "plugin.wasm";

/// The name of its manifest.
const MANIFEST: &str = "manifest.json";

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
    /// Something that is not an artifact, or one that Orbis cannot call.
    pub fn new(wasm: &[u8], manifest: Manifest) -> Result<Package> {
        super::check::artifact(&Module::parse(wasm)?, &super::abi::SHIPPED)?;
        Ok(Package { wasm: without_sections(wasm, |name| name == "name" || name.starts_with(".debug")), manifest })
    }

    /// Opens a package as Orbis does; the bytes of an artifact, or its text form, do as well.
    ///
    /// # Errors
    /// [`Error::File`] for missing files, and as [`Manifest::parse`].
    pub fn open(source: impl Into<Source>) -> Result<Package> {
        let (wasm, manifest) = Package::find(source.into(), None)?;
        Ok(Package { wasm, manifest })
    }

    /// The code and the manifest, which `given` replaces.
    pub(super) fn find(source: Source, given: Option<Manifest>) -> Result<(Vec<u8>, Manifest)> {
        if let Source::Path(path) = &source {
            let is_zip = path.extension().is_some_and(|extension| extension == "zip");
            if path.is_dir() {
                return open::folder(path, given);
            } else if is_zip {
                return open::archive(path, given);
            }
        }
        let wasm = source.read()?;
        let manifest = match given {
            Some(manifest) => manifest,
            None => embedded(&wasm)?,
        };
        Ok((wasm, manifest))
    }

    /// Writes the package to `path`, where it may replace an earlier one, and opens it again as Orbis
    /// would.
    ///
    /// # Errors
    /// [`Error::File`], also where something is there already that is no such package.
    pub fn write(self, form: Form, path: &Path) -> Result<()> {
        write::write(self, form, path)?;
        Package::open(path).map(|_| ())
    }
}

fn embedded(wasm: &[u8]) -> Result<Manifest> {
    if let Some(manifest) = Manifest::embedded(wasm)? {
        return Ok(manifest);
    }
    super::check::plugin(&Module::parse(wasm)?)?;
    let problem = "the artifact has no section `manifest`: write plugsmith::orbis::export_plugin!(..), or keep a \
                   manifest.json beside it, or beside Cargo.toml";
    Err(Error::InvalidManifest { problems: vec![problem.to_owned()] })
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
