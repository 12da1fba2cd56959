//! No stale artifact, ever: an author's project is edited in every way that we know of, and after
//! each edit its `cargo test` must see it.
//!
//! The project lies in a temporary folder and builds into this checkout's target folder, with its
//! lock file and profiles, so that wasmtime is compiled once for both.

#![expect(clippy::unwrap_used, reason = "what fails in a helper fails the test")]

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, SystemTime};

const PLUGIN: &str = r#"//! Says hello.

use plugsmith::{CommandError, command, export_plugin};

/// Greets.
#[command(name = "GREET")]
fn greet(name: String) -> Result<String, CommandError> {
    let word = option_env!("FRESH_WORD").unwrap_or("plain");
    Ok(format!("Hello {name} {} {} {word}", include_str!("file.txt").trim(), fresh_helper::data()))
}

export_plugin!(greet);
"#;

const TEST: &str = r#"//! The built plugin.

use plugsmith_harness::plugin;

#[test]
fn greets() {
    assert_eq!(plugin!().command("GREET", ["Ada"]).unwrap(), "Hello Ada file data plain");
}

#[test]
fn greets_again() {
    assert_eq!(plugin!().command("GREET", ["Ada"]).unwrap(), "Hello Ada file data plain");
}
"#;

const MANIFEST: &str = r#"[package]
name = "fresh-plugin"
version = "0.1.0"
edition = "2024"

[lib]
crate-type = ["cdylib", "rlib"]

[dependencies]
fresh-helper = { path = "../../helper" }
plugsmith = { path = "{checkout}/pdk" }

[dev-dependencies]
plugsmith-harness = { path = "{checkout}/harness" }
"#;

/// A dependency outside of the workspace, whose build script does not tell cargo what it reads.
const HELPER: &[(&str, &str)] = &[
    (
        "helper/Cargo.toml",
        "[package]\nname = \"fresh-helper\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n",
    ),
    (
        "helper/src/lib.rs",
        "//! Helps.\n\n/// What the build script has read.\npub fn data() -> &'static str {\n    env!(\"FRESH_DATA\")\n}\n",
    ),
    (
        "helper/build.rs",
        "fn main() {\n    println!(\"cargo::rustc-env=FRESH_DATA={}\", std::fs::read_to_string(\"data.txt\").unwrap().trim());\n}\n",
    ),
    ("helper/data.txt", "data\n"),
];

/// The author's files; tests share them, one after the other, also those of other processes.
struct Project {
    folder: PathBuf,
    target: PathBuf,
    _lock: File,
}

/// What a run of cargo came to.
#[derive(Debug)]
struct Run {
    green: bool,
    text: String,
}

impl Project {
    /// The project as it was first, whatever the last test did with it.
    fn fresh() -> Project {
        // `target/debug/deps/fresh-..` is this test.
        let target = std::env::current_exe().unwrap().ancestors().nth(3).unwrap().to_owned();
        let lock = File::create(target.join("plugsmith-fresh.lock")).unwrap();
        lock.lock().unwrap();
        let mut name = DefaultHasher::new();
        target.hash(&mut name);
        let folder = std::env::temp_dir().join(format!("plugsmith-fresh-{:016x}", name.finish()));
        let project = Project { folder, target, _lock: lock };
        let versions = fs::read_to_string(checkout().join("Cargo.lock")).unwrap();
        if project.keep("author/first.lock", &versions) {
            // cargo takes out what this project does not need.
            fs::write(project.folder.join("author/Cargo.lock"), versions).unwrap();
        }
        project.write_all();
        project
    }

    fn write_all(&self) {
        let checkout = checkout();
        let manifest = fs::read_to_string(checkout.join("Cargo.toml")).unwrap();
        let profiles = &manifest[manifest.find("[profile.dev.package").unwrap()..];
        let root = format!("[workspace]\nresolver = \"3\"\nmembers = [\"plugin\"]\n\n{profiles}");
        self.keep("author/Cargo.toml", &root);
        self.keep("author/plugin/Cargo.toml", &MANIFEST.replace("{checkout}", &checkout.display().to_string()));
        self.keep("author/plugin/src/lib.rs", PLUGIN);
        self.keep("author/plugin/src/file.txt", "file\n");
        self.keep("author/plugin/tests/artifact.rs", TEST);
        for (path, text) in HELPER {
            self.keep(path, text);
        }
    }

    /// Writes a file unless it holds that already; whether it did not.
    fn keep(&self, path: &str, text: &str) -> bool {
        let path = self.folder.join(path);
        if fs::read_to_string(&path).is_ok_and(|old| old == text) {
            return false;
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        true
    }

    /// Replaces text in a file.
    fn edit(&self, path: &str, from: &str, to: &str) {
        let path = self.folder.join(path);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from} in {text}");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    /// Replaces text in a file, and makes it look as if that had been long ago.
    fn edit_in_the_past(&self, path: &str, from: &str, to: &str) {
        self.edit(path, from, to);
        let file = File::options().write(true).open(self.folder.join(path)).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000)).unwrap();
    }

    fn command(&self, folder: &str, arguments: &str) -> Command {
        let mut command = Command::new(env!("CARGO"));
        command.args(arguments.split(' ')).current_dir(self.folder.join(folder)).stdin(Stdio::null());
        command.env("CARGO_TARGET_DIR", &self.target).env("CARGO_TERM_COLOR", "never").env("RUST_BACKTRACE", "0");
        for name in ["FRESH_WORD", "NEXTEST_RUN_ID", "PLUGSMITH_WASM", "RUSTFLAGS"] {
            command.env_remove(name);
        }
        command
    }

    fn cargo(&self, folder: &str, arguments: &str) -> Run {
        Run::from(self.command(folder, arguments).output().unwrap())
    }

    fn test(&self) -> Run {
        self.cargo("author/plugin", TESTS)
    }

    fn test_with(&self, name: &str, value: &Path) -> Run {
        Run::from(self.command("author/plugin", TESTS).env(name, value).output().unwrap())
    }
}

const TESTS: &str = "test --offline --test artifact";

impl From<Output> for Run {
    fn from(output: Output) -> Run {
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        Run { green: output.status.success(), text }
    }
}

impl Run {
    #[track_caller]
    fn must_be_green(&self) {
        assert!(self.green, "{}", self.text);
    }

    /// Red, and by this text.
    #[track_caller]
    fn must_show(&self, text: &str) {
        assert!(!self.green && self.text.contains(text), "no `{text}` in\n{}", self.text);
    }
}

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

#[test]
fn every_edit_reaches_the_test() {
    let project = Project::fresh();
    project.test().must_be_green();

    project.edit("author/plugin/src/lib.rs", "Hello", "Goodbye");
    project.test().must_show("Goodbye Ada file data plain");
    project.edit_in_the_past("author/plugin/src/lib.rs", "Goodbye", "Hello");
    project.test().must_be_green();

    project.edit_in_the_past("author/plugin/src/file.txt", "file", "other file");
    project.test().must_show("Hello Ada other file data plain");
    project.edit("author/plugin/src/file.txt", "other file", "file");

    project.edit_in_the_past("helper/src/lib.rs", "env!(\"FRESH_DATA\")", "\"changed\"");
    project.test().must_show("Hello Ada file changed plain");
    project.edit_in_the_past("helper/src/lib.rs", "\"changed\"", "env!(\"FRESH_DATA\")");

    project.edit_in_the_past("helper/data.txt", "data", "other-data");
    project.test().must_show("Hello Ada file other-data plain");
    project.edit("helper/data.txt", "other-data", "data");

    project.test_with("FRESH_WORD", Path::new("fancy")).must_show("Hello Ada file data fancy");
    project.test().must_be_green();
}

#[test]
fn a_given_artifact_is_held_against_its_sources() {
    let project = Project::fresh();
    let build = "build --offline --release --target wasm32-unknown-unknown";
    let artifact = project.target.join("wasm32-unknown-unknown/release/fresh_plugin.wasm");
    let test = || project.test_with("PLUGSMITH_WASM", &artifact);
    project.cargo("author/plugin", build).must_be_green();
    test().must_be_green();

    // A release build does not hide an edit from a test of the plugin as it is now.
    project.edit("author/plugin/src/lib.rs", "Hello", "Goodbye");
    project.test().must_show("Goodbye Ada file data plain");
    test().must_show("plugin/src/lib.rs has changed since; build it again");

    project.cargo("author/plugin", build).must_be_green();
    test().must_show("Goodbye Ada file data plain");

    project.edit_in_the_past("author/plugin/src/lib.rs", "Goodbye", "Hello");
    test().must_show("plugin/src/lib.rs has changed since");
    // A renewed time of the artifact's entry hides nothing, either: its sources are on record.
    fs::rename(&artifact, artifact.with_extension("moved")).unwrap();
    fs::rename(artifact.with_extension("moved"), &artifact).unwrap();
    test().must_show("plugin/src/lib.rs has changed since");

    project.test_with("PLUGSMITH_WASM", Path::new("no/such.wasm")).must_show("no artifact at no/such.wasm: build it");
}

#[test]
fn a_guest_that_does_not_build_is_shown_as_cargo_shows_it() {
    let project = Project::fresh();
    let broken = "#[cfg(target_arch = \"wasm32\")]\nconst NUMBER: u32 = \"text\";\n\nexport_plugin!(greet);";
    project.edit("author/plugin/src/lib.rs", "export_plugin!(greet);", broken);
    let run = project.test();
    run.must_show("the plugin does not build:\n");
    run.must_show("error[E0308]: mismatched types");
    run.must_show("= \"text\";\n   |                     ^^^^^^ expected `u32`, found `&str`");

    project.write_all();
    project.edit("author/plugin/Cargo.toml", "[\"cdylib\", \"rlib\"]", "[\"rlib\"]");
    project.test().must_show("builds no plugin: add to it\n\n[lib]\ncrate-type = [\"cdylib\", \"rlib\"]");
}

#[test]
fn two_runs_at_once_and_a_process_for_each_test_see_the_same_edit() {
    let project = Project::fresh();
    project.edit("author/plugin/src/lib.rs", "Hello", "Goodbye");
    let runs: Vec<_> = ["author", "author/plugin"]
        .map(|folder| {
            let mut command = project.command(folder, TESTS);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .into_iter()
        .map(|run| Run::from(run.wait_with_output().unwrap()))
        .collect();
    runs.iter().for_each(|run| run.must_show("Goodbye Ada file data plain"));

    if project.cargo("author", "nextest --version").green {
        project.edit_in_the_past("author/plugin/src/lib.rs", "Goodbye", "Good evening");
        let nextest = "nextest run --offline --no-fail-fast";
        project.cargo("author", nextest).must_show("Good evening Ada file data plain");
        project.edit_in_the_past("author/plugin/src/lib.rs", "Good evening", "Hello");
        project.cargo("author/plugin", nextest).must_be_green();
    }
}
