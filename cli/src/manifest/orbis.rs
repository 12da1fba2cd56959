//! `manifest.json`, printed, written or checked; and where the verbs for Orbis find a manifest.

use std::path::{Path, PathBuf};

use plugsmith_harness::hosts::orbis::{Manifest, Package};
use plugsmith_harness::{Module, Profile, Source};

use crate::artifact::{self, CrateOptions, Named};
use crate::error::{Error, FAILED};
use crate::options;
use crate::terminal;

/// A plugin that is to be shipped, and what is known of its manifest.
pub(crate) struct Shipped {
    pub(crate) wasm: Vec<u8>,
    pub(crate) module: Module,
    /// The folder of the crate, or of the artifact.
    pub(crate) folder: PathBuf,
    /// The manifest in the artifact, with the pages beside its Cargo.toml.
    pub(crate) made: Option<Manifest>,
}

impl Shipped {
    pub(crate) fn find(named: &str, krate: &CrateOptions, quiet: bool) -> Result<Shipped, Error> {
        let plugin = artifact::locate(named)?;
        let path = artifact::build(&plugin, krate.of(Profile::Release), quiet)?;
        let wasm = Source::Path(path).read()?;
        let module = Module::parse(&wasm)?;
        // Pages lie beside a Cargo.toml; beside an artifact a pages.json may be anybody's.
        let (folder, made) = match plugin {
            Named::Artifact(file) => {
                (file.parent().map(Path::to_owned).unwrap_or_default(), Manifest::embedded(&wasm)?)
            }
            Named::Crate(folder) => (folder.clone(), Manifest::made_by(&folder, &wasm)?),
        };
        Ok(Shipped { wasm, module, folder, made })
    }

    /// The manifest: in this file, made, or kept beside Cargo.toml.
    pub(crate) fn manifest(&self, given: Option<&Path>) -> Result<Manifest, Error> {
        match (given, &self.made) {
            (Some(file), _) => Ok(Manifest::read(file)?),
            (None, Some(made)) => Ok(made.clone()),
            (None, None) => {
                let kept = self.kept(None);
                if !kept.is_file() {
                    return Ok(Package::open(self.wasm.clone())?.manifest);
                }
                Ok(Manifest::read(&kept)?)
            }
        }
    }

    /// Where the manifest is kept.
    fn kept(&self, named: Option<&Path>) -> PathBuf {
        named.map_or_else(|| self.folder.join("manifest.json"), Path::to_owned)
    }
}

pub(crate) fn manifest(options: &options::Manifest) -> Result<u8, Error> {
    let shipped = Shipped::find(&options.plugin, &options.krate, options.quiet)?;
    if let Some(named) = &options.check {
        return check(&shipped, &shipped.kept(named.as_deref()));
    }
    let manifest = shipped.manifest(None)?;
    match &options.write {
        None => terminal::output(manifest.text().as_bytes())?,
        Some(named) => {
            let path = shipped.kept(named.as_deref());
            std::fs::write(&path, manifest.text()).map_err(|reason| Error::File { path: path.clone(), reason })?;
            terminal::note(&format!("wrote {}", path.display()));
        }
    }
    Ok(0)
}

/// Tells all that is wrong with the file, a line each.
fn check(shipped: &Shipped, file: &Path) -> Result<u8, Error> {
    let shown = file.display();
    let kept = Manifest::read(file).map_err(|error| match error {
        plugsmith_harness::Error::File { .. } => {
            Error::Input(format!("there is no {shown} to check: write it with --write"))
        }
        error => Error::Harness(error),
    })?;
    let mut problems = shipped.made.as_ref().map(|made| made.differences(&kept)).unwrap_or_default();
    problems.extend(kept.remarks(&shipped.module));
    for problem in &problems {
        terminal::output(format!("{shown}: {problem}\n").as_bytes())?;
    }
    for caution in kept.cautions() {
        terminal::note(&format!("note: {caution}"));
    }
    // A manifest that fits an artifact which Orbis cannot call is of no use.
    let unfit = Package::new(&shipped.wasm, kept).err();
    if let Some(error) = &unfit {
        terminal::output(format!("the artifact: {error}\n").as_bytes())?;
    }
    Ok(if problems.is_empty() && unfit.is_none() { 0 } else { FAILED })
}
