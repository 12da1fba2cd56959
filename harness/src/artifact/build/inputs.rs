//! Everything that a build depends on: files, folders, and variables of the environment.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::cargo::{Build, Package};
use crate::text::hex;

/// The files of a build by their paths; of a folder everything in it counts.
pub(super) fn files(package: &Package, build: &Build) -> BTreeSet<PathBuf> {
    let mut files = sources(&build.artifact);
    files.insert(package.manifest.clone());
    files.insert(package.workspace.join("Cargo.toml"));
    files.insert(package.workspace.join("Cargo.lock"));
    for folder in package.manifest.ancestors().skip(1) {
        for name in [".cargo/config.toml", ".cargo/config", "rust-toolchain.toml", "rust-toolchain"] {
            // Those that do not exist count too: one may be added.
            files.insert(folder.join(name));
        }
    }
    for (output, folder) in &build.scripts {
        let Some(folder) = folder else { continue };
        let lines = instructions(output);
        files.extend(lines.iter().filter_map(|line| Some(folder.join(line.strip_prefix("rerun-if-changed=")?))));
        if !lines.iter().any(|line| line.starts_with("rerun-if-")) {
            // cargo runs such a script again when any file of its package changes.
            files.insert(folder.clone());
        }
    }
    files
}

/// The names of the variables that went into a build by `env!`, or that a build script asked for.
pub(super) fn variables(build: &Build) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    // rustc notes them in its own `.d` files, one for each crate.
    let folder = build.artifact.parent().map(|folder| folder.join("deps")).unwrap_or_default();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "d") {
            let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
            let dependencies = text.lines().filter_map(|line| line.strip_prefix("# env-dep:"));
            names.extend(dependencies.map(|line| line.split('=').next().unwrap_or(line).to_owned()));
        }
    }
    for (output, _) in &build.scripts {
        let lines = instructions(output);
        names.extend(lines.iter().filter_map(|line| Some(line.strip_prefix("rerun-if-env-changed=")?.to_owned())));
    }
    // cargo sets these itself, from the manifests.
    names.retain(|name| !name.starts_with("CARGO") && name != "OUT_DIR");
    names
}

/// The files that cargo's `.d` file beside the artifact names: `artifact: source source ..`.
pub(crate) fn sources(artifact: &Path) -> BTreeSet<PathBuf> {
    let text = std::fs::read_to_string(artifact.with_extension("d")).unwrap_or_default();
    let mut files = BTreeSet::new();
    for line in text.lines() {
        let Some((_, list)) = line.split_once(": ") else { continue };
        // A space within a path is written with a backslash before it.
        for name in list.replace("\\ ", "\u{0}").split(' ').filter(|name| !name.is_empty()) {
            let file = PathBuf::from(name.replace('\u{0}', " "));
            // The manifest beside the sources of a path dependency decides its features.
            files.extend(
                file.ancestors().skip(1).map(|folder| folder.join("Cargo.toml")).find(|manifest| manifest.is_file()),
            );
            files.insert(file);
        }
    }
    files
}

/// The hash of a file's contents, or of everything in a folder but hidden files and `target`;
/// `None` where there is nothing.
pub(super) fn hash_file(path: &Path) -> Option<String> {
    let mut hash = Sha256::new();
    if path.is_dir() {
        hash_folder(path, &mut hash);
    } else {
        hash.update(std::fs::read(path).ok()?);
    }
    Some(hex(&hash.finalize()))
}

/// What lies in a folder, but for hidden files and `target`, in order.
pub(super) fn visible(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().unwrap_or_default().as_encoded_bytes();
            !name.starts_with(b".") && name != b"target"
        })
        .collect();
    paths.sort();
    paths
}

fn hash_folder(folder: &Path, hash: &mut Sha256) {
    for path in visible(folder) {
        hash.update(path.file_name().unwrap_or_default().as_encoded_bytes());
        hash.update([0]);
        if path.is_dir() {
            hash_folder(&path, hash);
        } else {
            hash.update(hash_file(&path).unwrap_or_default());
        }
    }
}

/// What a build script told cargo: `rerun-if-changed=data.txt`.
fn instructions(output: &Path) -> Vec<String> {
    let text = std::fs::read(output.join("output")).unwrap_or_default();
    String::from_utf8_lossy(&text)
        .lines()
        .filter_map(|line| line.strip_prefix("cargo::").or_else(|| line.strip_prefix("cargo:")).map(str::to_owned))
        .collect()
}
