//! The artifacts that the cases name: release builds as their author would ship them, and modules
//! in wasm's text format for what no plugin of ours would do.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use plugsmith_harness::{Profile, build_with, plugin_packages};

use crate::table::Table;

/// Builds the artifacts that the cases name; the folder they are in.
///
/// # Panics
/// They do not build.
pub fn artifacts(table: &Table) -> PathBuf {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let names: BTreeSet<&String> =
        table.cases.iter().flat_map(|case| case.peers.values().chain([&case.artifact])).collect();
    let (written, built): (Vec<&String>, Vec<&String>) =
        names.into_iter().partition(|name| home.join("wat").join(format!("{name}.wat")).is_file());
    let folder = release(&home.join(".."), &built);
    for name in written {
        let source = home.join("wat").join(format!("{name}.wat"));
        let wasm = wat::parse_file(&source).unwrap_or_else(|error| panic!("{error}"));
        let target = folder.join(format!("{name}.wasm"));
        std::fs::write(&target, wasm).unwrap_or_else(|error| panic!("{}: {error}", target.display()));
    }
    folder
}

/// Where what ships of these crates lies.
fn release(root: &Path, names: &[&String]) -> PathBuf {
    let known = plugin_packages(root).unwrap_or_else(|error| panic!("{error}"));
    let mut folder = None;
    for name in names {
        let package = known.iter().find(|package| package.name.replace('-', "_") == **name);
        let package = package.unwrap_or_else(|| panic!("no package {name} builds a plugin"));
        let artifact =
            build_with(&package.folder, Profile::Release, &mut |_| {}).unwrap_or_else(|error| panic!("{error}"));
        folder = artifact.parent().map(Path::to_owned);
    }
    folder.expect("the cases name an artifact that is built")
}
