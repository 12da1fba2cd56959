//! A plugin author's project, outside of this workspace, as it stands on their disk.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The project of an author who has just begun.
pub struct Project {
    /// Its folder.
    pub folder: PathBuf,
}

/// What a command cost.
pub struct Cost {
    /// By the clock on the wall.
    pub wall: Duration,
    /// On all processors, children included.
    pub cpu: Duration,
}

impl Project {
    /// A fresh project with one command and one test, and nothing built.
    ///
    /// # Panics
    /// The folder cannot be written.
    pub fn fresh(name: &str) -> Project {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("bench lies in the workspace");
        let project = Project::kept(name);
        let _ = std::fs::remove_dir_all(&project.folder);
        project.write("Cargo.toml", &manifest(name, root));
        project.write("src/lib.rs", SOURCE);
        project.write("tests/artifact.rs", TEST);
        // The versions that this workspace is tested with.
        let lock = std::fs::read_to_string(root.join("Cargo.lock")).expect("this workspace has a lock file");
        project.write("Cargo.lock", &lock);
        project
    }

    /// The project as it was left.
    pub fn kept(name: &str) -> Project {
        let bench = Path::new(env!("CARGO_MANIFEST_DIR"));
        Project { folder: bench.with_file_name("target").join("bench-author").join(name) }
    }

    /// Writes a file of the project.
    ///
    /// # Panics
    /// The folder cannot be written.
    pub fn write(&self, file: &str, text: &str) {
        let path = self.folder.join(file);
        let folder = path.parent().expect("a file lies in a folder");
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&path, text))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// Runs cargo in the project; whether it succeeded, and what it cost.
    ///
    /// # Panics
    /// Cargo cannot be run.
    pub fn cargo(&self, arguments: &[&str]) -> (bool, Cost) {
        let (started, before) = (Instant::now(), children_cpu());
        let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .current_dir(&self.folder)
            .args(arguments)
            // An author's cache for machine code is as empty as their target folder.
            .env("XDG_CACHE_HOME", &self.folder)
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            .stdout(Stdio::null())
            .status()
            .expect("cargo runs this, so it can be run");
        (status.success(), Cost { wall: started.elapsed(), cpu: children_cpu().saturating_sub(before) })
    }
}

/// The source with one line edited, so that it must be built again.
pub fn edited(round: u32) -> String {
    SOURCE.replace("Hello", &format!("Hello{}", " ".repeat(round as usize % 7)))
}

/// The source with an edit that its test must notice.
pub fn broken() -> String {
    SOURCE.replace("{name}!", "{name}?")
}

const SOURCE: &str = r#"//! The plugin of an author who has just begun.

use plugsmith::{CommandError, PluginContext, command};

#[command(name = "GREET", flags = ["write"])]
fn greet(ctx: &PluginContext, name: String) -> Result<String, CommandError> {
    ctx.storage().incr("greeted")?;
    Ok(format!("Hello, {name}!"))
}
"#;

const TEST: &str = r#"//! The built plugin, in the harness.

#[test]
fn greets() {
    let mut plugin = plugsmith_harness::plugin!();
    assert!(plugin.command("GREET", ["Ada"]).unwrap().as_str().is_some_and(|text| text.ends_with(", Ada!")));
}
"#;

fn manifest(name: &str, root: &Path) -> String {
    let (pdk, harness) = (root.join("pdk"), root.join("harness"));
    format!(
        r#"[package]
name = "{name}"
version = "0.1.0"
edition = "2024"

[lib]
crate-type = ["cdylib", "rlib"]

[dependencies]
plugsmith = {{ path = {pdk:?} }}

[dev-dependencies]
plugsmith-harness = {{ path = {harness:?} }}

[workspace]

[profile.dev.package."*"]
debug = false
debug-assertions = false
[profile.dev.package.cranelift-codegen]
opt-level = 2
[profile.dev.package.cranelift-frontend]
opt-level = 2
[profile.dev.package.regalloc2]
opt-level = 2
[profile.dev.package.sha2]
opt-level = 2
"#
    )
}

/// The CPU time of all children that have ended, and of theirs. Linux only.
fn children_cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the program's name, which may hold spaces: fields 16 and 17, in hundredths.
    let fields = text.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    let ticks = fields.skip(13).take(2).filter_map(|field| field.parse::<u64>().ok()).sum::<u64>();
    Duration::from_millis(10 * ticks)
}
