//! The files that an artifact was built from, as cargo notes them in the `.d` file beside it.

use crate::artifact::file;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What paths in cargo's `.d` files are relative to, in the builds that we run, whatever
/// `build.dep-info-basedir` says in a configuration.
pub(super) const BASE: &str = "/";

/// The files: `artifact: source source ..`.
pub(super) fn of(artifact: &Path) -> BTreeSet<PathBuf> {
    let text = file::read_to_string(&artifact.with_extension("d")).unwrap_or_default();
    let lists = text.lines().filter_map(|line| line.split_once(": ")).map(|(_, list)| list);
    let mut files = BTreeSet::new();
    for list in lists {
        // A space within a path is written with a backslash before it.
        let names = list.replace("\\ ", "\u{0}");
        for name in names.split(' ').filter(|name| !name.is_empty()) {
            let file = Path::new(BASE).join(name.replace('\u{0}', " "));
            // The manifest beside the sources of a path dependency decides its features.
            let manifests = file.ancestors().skip(1).map(|folder| folder.join("Cargo.toml"));
            files.extend(manifests.into_iter().find(|manifest| manifest.is_file()));
            files.insert(file);
        }
    }
    files
}
