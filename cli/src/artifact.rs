//! From what the user names, a crate or a file, to an artifact.

use std::path::{Path, PathBuf};

use plugsmith_harness::{PluginPackage, Profile, build_with, plugin_packages};

use crate::error::Error;
use crate::terminal::Progress;

/// What the user names.
pub(crate) enum Plugin {
    /// A `.wasm` or `.wat` file, taken as it is.
    File(PathBuf),
    /// A crate's folder.
    Crate(PathBuf),
}

/// The artifact that `named` means: a file as it is, a crate's built.
pub(crate) fn find(named: &str, profile: Profile, quiet: bool) -> Result<PathBuf, Error> {
    named_by(named)?.artifact(profile, quiet)
}

impl Plugin {
    pub(crate) fn artifact(&self, profile: Profile, quiet: bool) -> Result<PathBuf, Error> {
        match self {
            Plugin::File(path) => Ok(path.clone()),
            Plugin::Crate(folder) => {
                let mut progress = Progress::new(quiet);
                Ok(build_with(folder, profile, &mut |line| progress.show(line))?)
            }
        }
    }
}

/// A `.wasm` or `.wat` file, otherwise the crate in that folder, or the plugin of that name in this
/// workspace.
pub(crate) fn named_by(named: &str) -> Result<Plugin, Error> {
    let path = Path::new(named);
    let folder = if path.is_dir() {
        crate_folder(path)?
    } else if path.is_file() {
        match path.file_name().and_then(|name| name.to_str()) {
            Some("Cargo.toml") => crate_folder(path.parent().unwrap_or(path))?,
            _ if is_artifact(path) => return Ok(Plugin::File(path.to_owned())),
            _ => {
                return Err(Error::Input(format!(
                    "{named} is no plugin: name a .wasm or .wat file, a crate's folder, or a package"
                )));
            }
        }
    } else if named.contains(['/', '\\']) || is_artifact(path) {
        return Err(Error::Input(format!(
            "no file or folder {named}: name a .wasm file, a crate's folder, or a package"
        )));
    } else {
        package_folder(named)?
    };
    Ok(Plugin::Crate(folder))
}

fn is_artifact(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "wasm" || extension == "wat")
}

fn crate_folder(folder: &Path) -> Result<PathBuf, Error> {
    // `a/..` in a path is cargo's to resolve, an empty path is this folder.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let file = |reason| Error::File { path: folder.to_owned(), reason };
    let absolute = std::path::absolute(folder).map_err(file)?;
    let manifest = match std::fs::read_to_string(absolute.join("Cargo.toml")) {
        Ok(text) => text,
        Err(_) => {
            return Err(Error::Input(format!(
                "no Cargo.toml in {}: name a crate's folder, a package, or a .wasm file",
                folder.display()
            )));
        }
    };
    let is_workspace_alone = toml::from_str::<toml::Table>(&manifest)
        .is_ok_and(|manifest| manifest.contains_key("workspace") && !manifest.contains_key("package"));
    if is_workspace_alone {
        let known = plugin_packages(&absolute)?;
        return Err(Error::Input(format!("{} is a workspace; {}", folder.display(), choice(&known))));
    }
    Ok(absolute)
}

fn package_folder(name: &str) -> Result<PathBuf, Error> {
    let here = std::env::current_dir().map_err(|reason| Error::File { path: ".".into(), reason })?;
    if !here.ancestors().any(|folder| folder.join("Cargo.toml").is_file()) {
        return Err(Error::Input(format!(
            "no file, folder or package {name}: there is no Cargo.toml here, so name a .wasm file or a crate's folder"
        )));
    }
    let known = plugin_packages(&here)?;
    match known.iter().find(|package| package.name == name) {
        Some(package) => Ok(package.folder.clone()),
        None => Err(Error::Input(format!("no file, folder or plugin package {name}; {}", choice(&known)))),
    }
}

fn choice(known: &[PluginPackage]) -> String {
    match known {
        [] => "no package here builds a plugin: add `crate-type = [\"cdylib\", \"rlib\"]` to its `[lib]`".to_owned(),
        known => {
            let names = known.iter().map(|package| package.name.as_str()).collect::<Vec<_>>();
            format!("name one of its plugins: {}", names.join(", "))
        }
    }
}
