//! Where a plugin's files lie.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::download::LONGEST;
use super::install::Candidate;
use crate::artifact::file;
use crate::hosts::ferrite::manifest::Manifest;
use crate::hosts::ferrite::store::Fault;

fn cannot(what: &Path, error: &dyn std::fmt::Display) -> Fault {
    Fault::new(format!("ERR cannot read {}: {error}", what.display()))
}

/// A plugin in a file, with the manifest at `manifest` or the one beside it, and its `config/default.toml`.
pub(super) fn file(name: &str, path: &Path, manifest: Option<&Path>) -> Result<Candidate, Fault> {
    let size = std::fs::metadata(path).map_err(|error| cannot(path, &error))?.len();
    if size > LONGEST {
        return Err(Fault::new(format!("ERR {} has {size} bytes, and at most {LONGEST} are loaded", path.display())));
    }
    let wasm = crate::Source::Path(path.to_owned()).read().map_err(|error| Fault::new(format!("ERR {error}")))?;
    let beside = path.with_file_name("plugin.toml");
    let manifest = match manifest {
        Some(manifest) => Some(read_manifest(manifest)?),
        None if beside.is_file() => Some(read_manifest(&beside)?),
        None => None,
    };
    let config = path.with_file_name("config").join("default.toml");
    let config = if config.is_file() { read_config(&config)? } else { BTreeMap::new() };
    Ok(Candidate { name: name.to_owned(), wasm, manifest, config })
}

pub(super) fn read_manifest(path: &Path) -> Result<Manifest, Fault> {
    let text = file::read_to_string(path).map_err(|error| cannot(path, &error))?;
    Manifest::read(&text).map_err(|error| Fault::new(format!("ERR {}: {error}", path.display())))
}

/// A plugin's configuration: `key = value` with a text, a number or a boolean.
fn read_config(path: &Path) -> Result<BTreeMap<String, String>, Fault> {
    let text = file::read_to_string(path).map_err(|error| cannot(path, &error))?;
    let table: toml::Table = text.parse().map_err(|error| cannot(path, &error))?;
    let entry = |(key, value): (String, toml::Value)| match value {
        toml::Value::String(text) => Ok((key, text)),
        toml::Value::Integer(_) | toml::Value::Float(_) | toml::Value::Boolean(_) => Ok((key, value.to_string())),
        _ => Err(cannot(path, &format!("`{key}` is not a text, a number or a boolean"))),
    };
    table.into_iter().map(entry).collect()
}

/// The plugins of a folder, `<folder>/<name>/<name>.wasm` or the only artifact in `<folder>/<name>`, each
/// after those that it depends on.
pub(super) fn folder(folder: &Path) -> Result<Vec<Candidate>, Fault> {
    let entries = std::fs::read_dir(folder).map_err(|error| cannot(folder, &error))?;
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let named = path.join(format!("{name}.wasm"));
        let artifact = if named.is_file() { Some(named) } else { only_artifact(&path) };
        if let Some(artifact) = artifact {
            found.push(file(&name, &artifact, None)?);
        }
    }
    in_order(found)
}

fn only_artifact(folder: &Path) -> Option<PathBuf> {
    let mut artifacts = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    artifacts.find(|path| path.extension().is_some_and(|extension| extension == "wasm"))
}

/// Plugins after their dependencies.
fn in_order(mut left: Vec<Candidate>) -> Result<Vec<Candidate>, Fault> {
    let mut sorted: Vec<Candidate> = Vec::new();
    while !left.is_empty() {
        let waits = |candidate: &Candidate| {
            let needs = candidate.manifest.iter().flat_map(|manifest| &manifest.dependencies);
            let mut needs = needs.map(|dependency| &dependency.name);
            needs.any(|name| *name != candidate.name && left.iter().any(|other| is(other, name)))
        };
        let Some(next) = left.iter().position(|candidate| !waits(candidate)) else {
            let names: Vec<&str> = left.iter().map(|candidate| candidate.name.as_str()).collect();
            return Err(Fault::new(format!("ERR plugins that depend on each other in a circle: {}", names.join(", "))));
        };
        sorted.push(left.remove(next));
    }
    Ok(sorted)
}

fn is(candidate: &Candidate, name: &str) -> bool {
    candidate.name == name || candidate.manifest.as_ref().is_some_and(|manifest| manifest.package.name == name)
}

/// An artifact in base64.
pub(super) fn base64(text: &str) -> Result<Vec<u8>, Fault> {
    use base64::Engine as _;
    if text.len() as u64 > LONGEST / 3 * 4 + 4 {
        return Err(Fault::new(format!("ERR the artifact is too long: at most {LONGEST} bytes are loaded")));
    }
    base64::engine::general_purpose::STANDARD
        .decode(text.trim())
        .map_err(|error| Fault::new(format!("ERR the artifact is not base64: {error}")))
}
