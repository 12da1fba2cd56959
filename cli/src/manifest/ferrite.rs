//! `plugin.toml`, printed, written or checked.

use std::path::{Path, PathBuf};

use plugsmith_harness::hosts::ferrite::manifest::{Declared, Manifest as PluginToml, check, generate, merge};
use plugsmith_harness::{Inspection, Profile, file};

use crate::artifact::{self, Named};
use crate::error::{self, Error};
use crate::options::Manifest;
use crate::terminal;

/// What the host looks for.
const FILE: &str = "plugin.toml";

pub(crate) fn manifest(options: &Manifest) -> Result<u8, Error> {
    let named = options.check.as_ref().or(options.write.as_ref()).and_then(Option::as_ref);
    if let Some(folder) = named.filter(|file| file.is_dir()) {
        return Err(Error::Input(format!("{} is a folder: name the plugin before --check or --write", shown(folder))));
    }
    let plugin = artifact::locate(&options.plugin)?;
    let file = named.cloned().unwrap_or_else(|| beside(&plugin, FILE));
    let kept = read(&file)?;
    if options.check.is_some() && kept.is_none() {
        return Err(Error::Input(format!("no {}: make it with --write", shown(&file))));
    }
    let artifact = artifact::build(&plugin, options.krate.of(Profile::Release), options.quiet)?;
    if let (Some(_), Some(kept)) = (&options.check, &kept) {
        let differences = differences(&plugin, &artifact, kept).map_err(|error| of_file(error, &file))?;
        return report(&file, &differences);
    }
    let text = text(&plugin, &artifact, kept.as_deref()).map_err(|error| of_file(error, &file))?;
    if options.write.is_none() {
        terminal::output(text.as_bytes())?;
        return Ok(0);
    }
    std::fs::write(&file, &text).map_err(|reason| Error::File { path: file.clone(), reason })?;
    if !options.quiet {
        terminal::note(&format!("wrote {}", shown(&file)));
        // What only a person can decide: entries and fields that stay although nothing speaks for them.
        for difference in differences(&plugin, &artifact, &text).map_err(|error| of_file(error, &file))? {
            terminal::note(&format!("note: {}:{difference}", shown(&file)));
        }
    }
    Ok(0)
}

/// The file's text; `kept` is the one that is there.
fn text(plugin: &Named, artifact: &Path, kept: Option<&str>) -> Result<String, plugsmith_harness::Error> {
    let old = kept.map(PluginToml::read).transpose()?;
    let manifest = generate(&Inspection::read(artifact)?, &declared(plugin)?, old.as_ref())?;
    kept.map_or_else(|| Ok(manifest.to_string()), |kept| merge(kept, &manifest))
}

/// The differences, each with its line.
fn differences(plugin: &Named, artifact: &Path, kept: &str) -> Result<Vec<String>, plugsmith_harness::Error> {
    let differences = check(kept, &Inspection::read(artifact)?, &declared(plugin)?)?;
    Ok(differences.iter().map(ToString::to_string).collect())
}

fn declared(plugin: &Named) -> Result<Declared, plugsmith_harness::Error> {
    match plugin {
        Named::Crate(folder) => Declared::read(folder),
        Named::Artifact(_) => Ok(Declared::default()),
    }
}

/// Prints the differences, if there are any.
fn report(file: &Path, differences: &[String]) -> Result<u8, Error> {
    let lines: String = differences.iter().map(|difference| format!("{}:{difference}\n", shown(file))).collect();
    terminal::output(lines.as_bytes())?;
    Ok(if differences.is_empty() { 0 } else { error::FAILED })
}

/// The file in the crate's folder, or in the artifact's.
fn beside(plugin: &Named, name: &str) -> PathBuf {
    match plugin {
        Named::Crate(folder) => folder.join(name),
        Named::Artifact(file) => file.with_file_name(name),
    }
}

fn read(file: &Path) -> Result<Option<String>, Error> {
    match file::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(reason) if reason.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(reason) => Err(Error::File { path: file.to_owned(), reason }),
    }
}

/// The error, with the path of the file that it is in: the harness knows only what the file is called.
fn of_file(error: plugsmith_harness::Error, file: &Path) -> Error {
    use plugsmith_harness::Error as Of;
    match error {
        Of::BadManifest { place, reason } => match place.strip_prefix("plugin.toml:") {
            Some(line) => Error::Input(format!("{}:{line}: {reason}", shown(file))),
            None => Error::Harness(Of::BadManifest { place, reason }),
        },
        other => Error::Harness(other),
    }
}

/// A path as short as it can be said from here.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).display().to_string()
}
