//! The author's project, and what its plugin says.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, SystemTime};

use plugsmith_harness::__private::Author;
use plugsmith_harness::{BuildOptions, Host, Plugin, build_again};

/// A plugin in Extism's ABI that says what it was built from.
const PLUGIN: &str = r#"//! Says what it was built from.

#[link(wasm_import_module = "extism:host/env")]
unsafe extern "C" {
    fn alloc(length: u64) -> u64;
    fn store_u8(at: u64, byte: u32);
    fn output_set(at: u64, length: u64);
}

#[unsafe(no_mangle)]
pub extern "C" fn say() -> i32 {
    let mut words = vec!["source", include_str!("file.txt"), include_str!("../../outside.txt"), fresh_helper::data()];
    words.extend(option_env!("FRESH_WORD"));
    words.extend(cfg!(marked).then_some("marked"));
    words.extend(cfg!(feature = "usual").then_some("usual"));
    words.extend(cfg!(feature = "extra").then_some("extra"));
    words.extend((!cfg!(debug_assertions)).then_some("unchecked"));
    let text = words.join(" ");
    unsafe {
        let at = alloc(text.len() as u64);
        for (index, byte) in text.bytes().enumerate() {
            store_u8(at + index as u64, byte.into());
        }
        output_set(at, text.len() as u64);
    }
    0
}
"#;

const MANIFEST: &str = r#"[package]
name = "http"
version = "0.1.0"
edition = "2024"

[lib]
crate-type = ["cdylib"]

[features]
default = ["usual"]
usual = []
extra = []

[dependencies]
fresh_helper = { package = "http", path = "../../helper" }

[lints.rust]
unexpected_cfgs = { level = "warn", check-cfg = ["cfg(marked)"] }
"#;

/// A dependency outside of the workspace, with the plugin's name, whose build script does not tell
/// cargo what it reads.
const HELPER: &[(&str, &str)] = &[
    ("helper/Cargo.toml", "[package]\nname = \"http\"\nversion = \"9.0.0\"\nedition = \"2024\"\n\n[workspace]\n"),
    ("helper/src/lib.rs", "pub fn data() -> &'static str {\n    env!(\"FRESH_DATA\")\n}\n"),
    (
        "helper/build.rs",
        "fn main() {\n    println!(\"cargo::rustc-env=FRESH_DATA={}\", std::fs::read_to_string(\"data.txt\").unwrap());\n}\n",
    ),
    ("helper/data.txt", "data"),
];

/// What the plugin says at first.
pub(crate) const FIRST: &str = "source file outside data usual";

/// An author's files.
pub(crate) struct Project {
    pub(crate) folder: PathBuf,
}

impl Project {
    /// The project as it is at first, in a folder of this name.
    pub(crate) fn new(name: &str) -> Project {
        // Not below this checkout, whose configuration would apply. One folder for each checkout.
        let mut checkout = DefaultHasher::new();
        env!("CARGO_TARGET_TMPDIR").hash(&mut checkout);
        let own = format!("plugsmith-fresh-{:016x}", checkout.finish());
        let project = Project { folder: std::env::temp_dir().join(own).join(name) };
        project.remove();
        project.write("author/Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"plugin\"]\n");
        project.write("author/plugin/Cargo.toml", MANIFEST);
        project.write("author/plugin/src/lib.rs", PLUGIN);
        project.write("author/plugin/src/file.txt", "file");
        project.write("author/outside.txt", "outside");
        for (path, text) in HELPER {
            project.write(path, text);
        }
        project
    }

    /// The same project in another folder, which is empty.
    pub(crate) fn elsewhere(&self, name: &str) -> Project {
        let project = Project { folder: self.folder.with_file_name(name) };
        project.remove();
        project
    }

    fn remove(&self) {
        let _ = fs::remove_dir_all(&self.folder);
    }

    /// Where the plugin is.
    pub(crate) fn plugin(&self) -> PathBuf {
        self.folder.join("author/plugin")
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Replaces text in a file.
    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.folder.join(path)).unwrap();
        assert!(text.contains(from), "{from} in {text}");
        self.write(path, &text.replace(from, to));
    }

    /// Replaces text in a file, and makes it look as if that had been long ago.
    pub(crate) fn edit_in_the_past(&self, path: &str, from: &str, to: &str) {
        self.edit(path, from, to);
        let file = File::options().write(true).open(self.folder.join(path)).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000)).unwrap();
    }

    /// What the plugin says now, built with these options.
    pub(crate) fn says(&self, options: impl Into<BuildOptions>) -> String {
        says(&build_again(&self.plugin(), options, &mut |_| {}).unwrap_or_else(|error| panic!("{error}")))
    }

    /// A test of the plugin, in a process of its own: see [`a_test_of_an_author`].
    pub(crate) fn process(&self) -> Command {
        self.process_in("author/target", "debug")
    }

    /// The same, as if cargo had built the test in this target folder with the profile of this folder.
    pub(crate) fn process_in(&self, target: &str, profile: &str) -> Command {
        let target = self.folder.join(target);
        let test = target.join(profile).join("deps/artifact");
        fs::create_dir_all(test.parent().unwrap()).unwrap();
        fs::write(target.join(".rustc_info.json"), "{}").unwrap();
        let _ = fs::remove_file(&test);
        let own = std::env::current_exe().unwrap();
        fs::hard_link(&own, &test).or_else(|_| fs::copy(&own, &test).map(|_| ())).unwrap();
        let mut command = Command::new(test);
        command.args(["--exact", "project::a_test_of_an_author", "--nocapture"]);
        for name in ["CARGO_TARGET_DIR", "FRESH_WORD", "NEXTEST_RUN_ID", "PLUGSMITH_WASM", "RUSTFLAGS"] {
            command.env_remove(name);
        }
        command.env("FRESH_PLUGIN", self.plugin()).env("CARGO_PKG_NAME", "http");
        command.env("CARGO_MANIFEST_DIR", self.plugin());
        command.current_dir(self.plugin()).stdin(Stdio::null()).env("RUST_BACKTRACE", "0");
        command
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.remove();
        }
    }
}

/// What the plugin in this file says.
pub(crate) fn says(artifact: &Path) -> String {
    Plugin::load(artifact).unwrap().call::<String>("say", "").unwrap()
}

/// Runs a process; what its plugin said, or why it failed.
pub(crate) fn run(command: &mut Command) -> Result<String, String> {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
    match text.lines().find_map(|line| line.strip_prefix("said: ")) {
        Some(said) if status.success() => Ok(said.to_owned()),
        _ => Err(text),
    }
}

/// What `plugin!()` comes to in an author's test, whose project lies where `FRESH_PLUGIN` says. Without
/// that variable it starts itself with it.
#[test]
fn a_test_of_an_author() {
    let Ok(folder) = std::env::var("FRESH_PLUGIN") else {
        assert_eq!(run(&mut Project::new("process").process()), Ok(FIRST.to_owned()));
        return;
    };
    let author = Author { folder: &folder, package: "http", features: &[] };
    let mut plugin = plugsmith_harness::__private::plugin(&author, Host::new());
    println!("\nsaid: {}", plugin.call::<String>("say", "").unwrap());
}
