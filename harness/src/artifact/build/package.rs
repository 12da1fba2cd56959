//! What cargo knows of a package.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use cargo_metadata::{CrateType, Metadata, TargetKind};

use super::options::BuildOptions;
use super::{author, command};
use crate::error::{Error, Result};

/// A package of a workspace that builds a plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginPackage {
    /// Its name.
    pub name: String,
    /// The folder of its manifest.
    pub folder: PathBuf,
}

/// The packages that build plugins, in the workspace that `folder` lies in.
///
/// # Errors
/// There is no workspace, or cargo cannot read it; cargo's own words.
pub fn plugin_packages(folder: &Path) -> Result<Vec<PluginPackage>> {
    let packages = metadata(folder, None)?.packages.into_iter().filter(|package| library(package).is_some());
    Ok(packages
        .map(|package| PluginPackage {
            name: package.name.to_string(),
            folder: package.manifest_path.parent().map(Into::into).unwrap_or_default(),
        })
        .collect())
}

/// A plugin's package.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) name: String,
    /// As cargo takes it wherever a package is named: a name alone may be that of a dependency, too.
    pub(super) id: String,
    /// Of its library, as files are named by it.
    pub(super) library: String,
    pub(super) folder: PathBuf,
    pub(super) target_folder: PathBuf,
    pub(super) build_folder: Option<PathBuf>,
    pub(super) workspace: PathBuf,
}

/// What `cargo metadata` reports about the package in `folder`.
pub(crate) fn describe(folder: &Path) -> Result<cargo_metadata::Package> {
    Ok(package_in(folder)?.1)
}

/// The metadata of the workspace that `folder` lies in, and in it that of the package there.
fn package_in(folder: &Path) -> Result<(Metadata, cargo_metadata::Package)> {
    let manifest = folder.join("Cargo.toml");
    if !manifest.is_file() {
        return Err(Error::BuildFailed { output: format!("there is no {}", manifest.display()) });
    }
    let metadata = metadata(folder, Some(&manifest))?;
    let is_it = |package: &&cargo_metadata::Package| is_same(package.manifest_path.as_std_path(), &manifest);
    let package = metadata.packages.iter().find(is_it).cloned();
    let package = package
        .ok_or_else(|| Error::BuildFailed { output: format!("{} is no package's manifest", manifest.display()) })?;
    Ok((metadata, package))
}

impl Package {
    /// Asks cargo about the package in `folder`.
    pub(super) fn read(folder: &Path) -> Result<Package> {
        let (metadata, package) = package_in(folder)?;
        let manifest = package.manifest_path.as_std_path();
        let library = library(&package).ok_or_else(|| Error::BuildFailed { output: no_plugin(&package, manifest) })?;
        Ok(Package {
            library: library.replace('-', "_"),
            name: package.name.to_string(),
            id: package.id.repr.clone(),
            folder: manifest.parent().map(Path::to_owned).unwrap_or_default(),
            target_folder: metadata.target_directory.into(),
            build_folder: metadata.build_directory.map(Into::into),
            workspace: metadata.workspace_root.into(),
        })
    }

    /// What its artifact is called.
    pub(super) fn file_name(&self) -> String {
        format!("{}.wasm", self.library)
    }

    /// The name of a folder for the artifacts of this package and these options; no other package has it.
    pub(super) fn key(&self, options: &BuildOptions) -> PathBuf {
        Path::new("tests").join(short((&self.id, options)))
    }

    /// The options, where a test asks with the profile and the target folder that the test was built with.
    pub(super) fn resolve(&self, options: &BuildOptions, of_a_test: bool) -> BuildOptions {
        let mut options = options.clone();
        if let Some((profile, folder)) = std::env::current_exe().ok().filter(|_| of_a_test).and_then(author::layout) {
            // cargo's name for the folder of `dev` and `test`, for which there is a profile of ours.
            if profile != "debug" {
                options.cargo_profile.get_or_insert(profile);
            }
            // A test of another workspace says nothing of where this one is built.
            let of_this =
                std::env::var_os("CARGO_MANIFEST_DIR").is_some_and(|at| Path::new(&at).starts_with(&self.workspace));
            if of_this && folder != self.target_folder && Some(&folder) != self.build_folder.as_ref() {
                options.target_dir.get_or_insert(folder);
            }
        }
        options
    }

    /// The folder for all that is ours, in the target folder.
    pub(super) fn own_folder(&self, options: &BuildOptions) -> PathBuf {
        options.target_dir.as_ref().unwrap_or(&self.target_folder).join("plugsmith")
    }

    /// The target folder for guests of this workspace.
    pub(super) fn guests(&self, options: &BuildOptions) -> PathBuf {
        self.own_folder(options).join("guests").join(short(&self.workspace))
    }

    /// Whether the workspace has a profile of this name.
    pub(super) fn declares(&self, profile: &str) -> bool {
        let manifest = std::fs::read_to_string(self.workspace.join("Cargo.toml")).unwrap_or_default();
        let manifest = toml::from_str::<toml::Table>(&manifest).unwrap_or_default();
        manifest.get("profile").and_then(|profiles| profiles.get(profile)).is_some()
    }
}

/// What cargo knows of the workspace that `folder` lies in.
fn metadata(folder: &Path, manifest: Option<&Path>) -> Result<Metadata> {
    let mut command = command::cargo(folder);
    command.args(["metadata", "--format-version=1", "--no-deps"]);
    if let Some(manifest) = manifest {
        command.arg("--manifest-path").arg(manifest);
    }
    let output = command::run(&mut command)?;
    serde_json::from_slice(&output.stdout)
        .map_err(|error| Error::BuildFailed { output: format!("cargo metadata: {error}") })
}

/// The name of its library, if that is a plugin.
fn library(package: &cargo_metadata::Package) -> Option<&str> {
    let is_cdylib = |target: &&cargo_metadata::Target| target.kind.contains(&TargetKind::CDyLib);
    package.targets.iter().find(is_cdylib).map(|target| target.name.as_str())
}

/// What keeps it from being a plugin.
fn no_plugin(package: &cargo_metadata::Package, manifest: &Path) -> String {
    let example = package
        .targets
        .iter()
        .find(|target| target.kind.contains(&TargetKind::Example) && target.crate_types.contains(&CrateType::CDyLib));
    let because = match example {
        Some(example) => format!(": its example `{}` is a cdylib, but a plugin is the library", example.name),
        None => String::new(),
    };
    format!("{} builds no plugin{because}: add to it\n\n[lib]\ncrate-type = [\"cdylib\", \"rlib\"]", manifest.display())
}

/// Whether both are the same file; a folder may be reached through a link.
pub(super) fn is_same(a: &Path, b: &Path) -> bool {
    a == b || matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// A name that differs where the value does.
fn short(value: impl Hash) -> String {
    let mut hash = DefaultHasher::new();
    value.hash(&mut hash);
    format!("{:016x}", hash.finish())
}
