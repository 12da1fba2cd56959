//! `init`: the harness for a crate that exists already.

mod manifest;

use std::path::{Path, PathBuf};

use clap::Args;

use self::manifest::{Kind, Manifest};
use crate::error::Error;
use crate::terminal;

pub(crate) const EXAMPLES: &str = "\
Examples:
  cargo plugsmith init
  cargo plugsmith init ../my-plugin --dry-run

It adds plugsmith-harness to [dev-dependencies], the crate type cdylib, and the profile settings that make tests load
quickly, and writes a first test, tests/artifact.rs. What is there already stays as it is. The plugin may be written
with plugsmith, extism-pdk or orbis-plugin-api.";

#[derive(Args, Debug)]
pub(crate) struct Init {
    /// The crate's folder
    #[arg(default_value = ".")]
    folder: PathBuf,
    /// Print what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

/// A file to write.
struct Change {
    path: PathBuf,
    contents: String,
    /// What is new in it.
    told: Vec<String>,
}

pub(crate) fn init(options: &Init) -> Result<u8, Error> {
    // All is worked out before the first file is written, so that a mistake leaves nothing behind.
    let mut own = Manifest::read(&options.folder.join("Cargo.toml"))?;
    own.refuse_what_is_no_library(&options.folder)?;
    let kind = own.kind();
    own.add_crate_type();
    own.add_harness(kind, crate::new::dependency_on_the_harness());
    let root = workspace_root(&options.folder)?;
    let mut changes = Vec::new();
    match root {
        Some(root) if !is_same(&root, &own.path) => {
            let mut root = Manifest::read(&root)?;
            root.add_profile();
            changes.extend(own.change());
            changes.extend(root.change());
        }
        _ => {
            own.add_profile();
            changes.extend(own.change());
        }
    }
    let test = options.folder.join("tests/artifact.rs");
    if !test.exists() {
        changes.push(Change {
            path: test,
            contents: first_test(kind).to_owned(),
            told: vec!["a first test".to_owned()],
        });
    }
    let mut report = String::new();
    for change in &changes {
        report.push_str(&format!("{}: {}\n", change.path.display(), change.told.join(", ")));
        if !options.dry_run {
            write(change)?;
        }
    }
    if changes.is_empty() {
        report = "nothing to do: the crate has the harness, its settings and a test\n".to_owned();
    }
    terminal::output(report.as_bytes())?;
    if !options.dry_run {
        terminal::note("\nnext:\n  cargo test");
    }
    Ok(0)
}

fn write(change: &Change) -> Result<(), Error> {
    let unwritten = |reason| Error::Unwritten { path: change.path.clone(), reason };
    if let Some(parent) = change.path.parent() {
        std::fs::create_dir_all(parent).map_err(unwritten)?;
    }
    std::fs::write(&change.path, &change.contents).map_err(unwritten)
}

/// The Cargo.toml whose profiles cargo reads.
fn workspace_root(folder: &Path) -> Result<Option<PathBuf>, Error> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = std::process::Command::new(cargo)
        .args(["locate-project", "--workspace", "--message-format", "plain"])
        .current_dir(folder)
        .output()
        .map_err(|reason| Error::File { path: folder.to_owned(), reason })?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Error::Input(format!("cargo cannot read {}: {reason}", folder.join("Cargo.toml").display())));
    }
    Ok(Some(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim())).filter(|path| path.is_file()))
}

fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

fn first_test(kind: Kind) -> &'static str {
    match kind {
        Kind::Extism => {
            r#"//! The built plugin, in the harness.

use plugsmith_harness::plugin;

#[test]
fn the_artifact_loads() {
    let plugin = plugin!(); // with host functions: plugin!(Host::new().host("name", |key: String| -> String { .. }))
    let exports: Vec<&str> = plugin.module().callable().collect();
    assert!(!exports.is_empty(), "the plugin exports no function");
    // Call one of them: assert_eq!(plugin.call::<String>("greet", "Ada").unwrap(), "Hello, Ada!");
}
"#
        }
        Kind::Orbis => {
            r#"//! The built plugin, in the harness.

use plugsmith_harness::hosts::orbis::Orbis;
use plugsmith_harness::orbis;

#[test]
fn the_artifact_loads() {
    let app = orbis!(Orbis::as_shipped());
    assert!(!app.manifest().parsed().routes.is_empty(), "the plugin has no routes");
    // Send a request: assert_eq!(app.get("/api/hello").user("ada").send().unwrap().status, 200);
}
"#
        }
    }
}
