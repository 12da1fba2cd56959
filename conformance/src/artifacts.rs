//! The artifacts that the cases name: release builds as their author would ship them, and modules
//! in wasm's text format for what no plugin of ours would do.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

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

fn release(root: &Path, names: &[&String]) -> PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.current_dir(root).args(["build", "--release", "--lib", "--target", "wasm32-unknown-unknown"]);
    build.args(["--message-format", "json-render-diagnostics"]);
    for name in names {
        build.args(["--package", &name.replace('_', "-")]);
    }
    let output = build.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // cargo alone knows where its target folder is.
    let artifact = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|message| {
            let files = message["filenames"].as_array()?.iter().filter_map(|file| file.as_str());
            files.filter(|file| file.ends_with(".wasm")).map(PathBuf::from).next()
        })
        .next();
    artifact.as_deref().and_then(Path::parent).expect("cargo names the artifacts it builds").to_owned()
}
