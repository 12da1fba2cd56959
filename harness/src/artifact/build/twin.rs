//! An artifact built once more with line tables, for the frames of a trap in a stripped one.

use std::path::{Path, PathBuf};

use super::cargo;

/// The twin of `artifact`, which lies in cargo's folder of its profile (`release` where it does
/// not), built from the crate in `folder`. `None` where it does not build.
pub(crate) fn twin(artifact: &Path, folder: &Path) -> Option<PathBuf> {
    let package = cargo::Package::read(folder).ok()?;
    let lies_in = artifact.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    let of_cargo = artifact.ancestors().nth(2).is_some_and(|target| target.ends_with(cargo::TARGET));
    let profile = match lies_in.filter(|_| of_cargo) {
        Some("debug") => "dev",
        Some(profile) => profile,
        None => "release",
    };
    eprintln!("plugsmith: building {} with line tables, to name the frames of the trap", package.name);
    cargo::build_with_lines(&package, profile).ok().map(|build| build.artifact)
}
