//! From what the user names, a crate or a file, to an artifact.

use std::path::{Path, PathBuf};

use plugsmith_harness::{PluginPackage, Profile, build_with, plugin_packages};

use crate::error::Error;
use crate::terminal::Progress;

/// What a user can name.
pub(crate) enum Named {
    /// A `.wasm` or `.wat` file.
    Artifact(PathBuf),
    /// The folder of a crate.
    Crate(PathBuf),
}

/// The artifact that `named` means: a `.wasm` or `.wat` file as it is, otherwise the crate in that
/// folder, or the plugin of that name in this workspace, built.
pub(crate) fn find(named: &str, profile: Profile, quiet: bool) -> Result<PathBuf, Error> {
    build(&locate(named)?, profile, quiet)
}

/// The file, or the crate's, built.
pub(crate) fn build(named: &Named, profile: Profile, quiet: bool) -> Result<PathBuf, Error> {
    match named {
        Named::Artifact(path) => Ok(path.clone()),
        Named::Crate(folder) => {
            let mut progress = Progress::new(quiet);
            Ok(build_with(folder, profile, &mut |line| progress.show(line))?)
        }
    }
}

/// Where that is which `named` means.
pub(crate) fn locate(named: &str) -> Result<Named, Error> {
    let path = Path::new(named);
    if path.is_dir() {
        crate_folder(path).map(Named::Crate)
    } else if path.is_file() {
        match path.file_name().and_then(|name| name.to_str()) {
            Some("Cargo.toml") => crate_folder(path.parent().unwrap_or(path)).map(Named::Crate),
            _ if is_artifact(path) => Ok(Named::Artifact(path.to_owned())),
            _ => Err(Error::Input(format!(
                "{named} is no plugin: name a .wasm or .wat file, a crate's folder, or a package"
            ))),
        }
    } else if named.contains(['/', '\\']) || is_artifact(path) {
        Err(Error::Input(format!("no file or folder {named}: name a .wasm file, a crate's folder, or a package")))
    } else {
        package_folder(named).map(Named::Crate)
    }
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
