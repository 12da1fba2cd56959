//! From what the user names, a crate or a file, to an artifact.

use std::path::{Path, PathBuf};

use clap::Args;
use plugsmith_harness::{BuildOptions, Features, PluginPackage, Profile, build_with, file, plugin_packages};

use crate::error::Error;
use crate::terminal::Progress;

/// What a user can name.
pub(crate) enum Named {
    /// A `.wasm` or `.wat` file.
    Artifact(PathBuf),
    /// The folder of a crate.
    Crate(PathBuf),
}

/// How a crate is built; the words are cargo's.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Building a crate")]
pub(crate) struct CrateOptions {
    /// Features of the crate, with a comma or a space between them
    #[arg(long, short = 'F', value_name = "FEATURES")]
    features: Vec<String>,
    /// All features of the crate
    #[arg(long)]
    all_features: bool,
    /// Without the feature `default`
    #[arg(long)]
    no_default_features: bool,
    /// A profile of the crate's workspace [default: one of plugsmith's own]
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// The target folder [default: that of the crate's workspace]
    #[arg(long, value_name = "FOLDER")]
    target_dir: Option<PathBuf>,
}

impl CrateOptions {
    pub(crate) fn of(&self, profile: Profile) -> BuildOptions {
        let features =
            Features { named: self.features.clone(), all: self.all_features, no_default: self.no_default_features };
        // cargo runs in the crate's folder, and the user means one from here.
        let target_dir = self.target_dir.as_ref().map(|folder| std::path::absolute(folder).unwrap_or(folder.clone()));
        BuildOptions { profile, features, cargo_profile: self.profile.clone(), target_dir }
    }
}

/// The artifact that `named` means: a `.wasm` or `.wat` file as it is, otherwise the crate in that
/// folder, or the plugin with that name in this workspace, built.
pub(crate) fn find(named: &str, options: impl Into<BuildOptions>, quiet: bool) -> Result<PathBuf, Error> {
    build(&locate(named)?, options, quiet)
}

/// The file, or the crate's, built.
pub(crate) fn build(named: &Named, options: impl Into<BuildOptions>, quiet: bool) -> Result<PathBuf, Error> {
    let options = options.into();
    match named {
        Named::Artifact(path) if options == BuildOptions::from(options.profile) => Ok(path.clone()),
        Named::Artifact(path) => Err(Error::Input(format!(
            "{} is built already: features, a profile and a target folder are for a crate; leave them out",
            path.display()
        ))),
        Named::Crate(folder) => {
            let mut progress = Progress::new(quiet);
            Ok(build_with(folder, options, &mut |line| progress.show(line))?)
        }
    }
}

/// Where that is which `named` means.
pub(crate) fn locate(named: &str) -> Result<Named, Error> {
    let path = Path::new(named);
    if path.is_dir() && is_artifact(path) {
        // Whoever names a .wasm wants no build script to run.
        Err(Error::Input(format!("{named} is a folder: name a crate in it by its Cargo.toml")))
    } else if path.is_dir() {
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
    let manifest = match file::read_to_string(&absolute.join("Cargo.toml")) {
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

/// Whether the crate in this folder is a plugin of the workspace that the user works in.
pub(crate) fn is_here(folder: &Path) -> Result<bool, Error> {
    let here = std::env::current_dir().map_err(|reason| Error::File { path: ".".into(), reason })?;
    if !here.ancestors().any(|folder| folder.join("Cargo.toml").is_file()) {
        return Ok(false);
    }
    let real = |folder: &Path| folder.canonicalize().ok();
    let folder = real(folder);
    Ok(folder.is_some() && plugin_packages(&here)?.iter().any(|package| real(&package.folder) == folder))
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
