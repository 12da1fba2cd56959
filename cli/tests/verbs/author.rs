//! An author's crate, built as its author says: cargo's options, configuration, and where it lies.
//!
//! The crate has no dependencies, so that a build takes a moment.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use plugsmith_harness::Plugin;

use crate::sandbox::plugsmith;

/// A command in Extism's ABI that says what it was built with. Its name is that of a dependency, too.
const PLUGIN: &str = r##"//! Says what it was built with.

const RECORD: &str = "{\"kind\":\"command\",\"name\":\"SAY\",\"arity\":1}\n";

#[used]
#[unsafe(link_section = "plugsmith")]
static RECORDS: [u8; RECORD.len()] = *RECORD.as_bytes().first_chunk().unwrap();

#[link(wasm_import_module = "extism:host/env")]
unsafe extern "C" {
    fn alloc(length: u64) -> u64;
    fn store_u8(at: u64, byte: u32);
    fn output_set(at: u64, length: u64);
}

#[cfg(feature = "foreign")]
#[link(wasm_import_module = "wbg")]
unsafe extern "C" {
    fn nowhere();
}

#[unsafe(export_name = "SAY")]
pub extern "C" fn say() -> i32 {
    let mut words = vec![fresh_helper::WORD];
    words.extend(cfg!(feature = "usual").then_some("usual"));
    words.extend(cfg!(feature = "extra").then_some("extra"));
    words.extend(cfg!(debug_assertions).then_some("checked"));
    words.extend(cfg!(marked).then_some("marked"));
    let text = format!("+{}\r\n", words.join(" "));
    unsafe {
        let at = alloc(text.len() as u64);
        for (index, byte) in text.bytes().enumerate() {
            store_u8(at + index as u64, byte.into());
        }
        output_set(at, text.len() as u64);
    }
    0
}

#[cfg(feature = "extra")]
#[unsafe(no_mangle)]
pub extern "C" fn more() -> i32 {
    0
}

#[cfg(feature = "foreign")]
#[unsafe(no_mangle)]
pub extern "C" fn foreign() -> i32 {
    unsafe { nowhere() }
    0
}
"##;

const MANIFEST: &str = r#"[package]
name = "url"
version = "0.1.0"
edition = "2024"

[lib]
crate-type = ["cdylib", "rlib"]

[features]
default = ["usual"]
usual = []
extra = []
foreign = []

[dependencies]
fresh_helper = { package = "url", path = "../helper" }

[profile.mine]
inherits = "release"
debug-assertions = true

[lints.rust]
unexpected_cfgs = { level = "warn", check-cfg = ["cfg(marked)"] }

[workspace]
"#;

/// A crate, with a dependency of the same name beside it.
struct Author {
    folder: PathBuf,
}

impl Author {
    fn new(test: &str) -> Author {
        Author::at(crate::sandbox::folder(&format!("author-{test}")).join("author"))
    }

    fn at(folder: PathBuf) -> Author {
        let author = Author { folder };
        author.write("Cargo.toml", MANIFEST);
        author.write("src/lib.rs", PLUGIN);
        author.write(
            "../helper/Cargo.toml",
            "[package]\nname = \"url\"\nversion = \"9.0.0\"\nedition = \"2024\"\n\n[workspace]\n",
        );
        author.write("../helper/src/lib.rs", "pub const WORD: &str = \"first\";\n");
        // The checkout's own configuration lies above.
        author.write(".cargo/config.toml", "");
        author
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// `cargo plugsmith` in the crate's folder.
    fn plugsmith<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = plugsmith(arguments);
        command.current_dir(&self.folder);
        for name in ["CARGO_TARGET_DIR", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET"] {
            command.env_remove(name);
        }
        command
    }

    /// What the plugin says, as `call` prints it.
    #[track_caller]
    fn says(&self, options: &[&str]) -> String {
        let mut command = self.plugsmith(["call", ".", "SAY", "--quiet"]);
        said(command.args(options))
    }
}

/// What a command prints that works.
#[track_caller]
fn said(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert!(status.success(), "{command:?}\n{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap().trim().trim_start_matches('+').to_owned()
}

/// What a command prints that fails.
#[track_caller]
fn failed(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
    assert!(!status.success(), "{command:?}\n{text}");
    text
}

fn artifact_says(path: &Path) -> String {
    let output = Plugin::load(path).unwrap().call::<String>("SAY", "").unwrap();
    output.trim().trim_start_matches('+').to_owned()
}

#[test]
fn call_and_run_take_the_features_of_cargo() {
    let author = Author::new("features");
    assert_eq!(author.says(&[]), "first usual checked");
    assert_eq!(author.says(&["--features", "extra"]), "first usual extra checked");
    assert_eq!(author.says(&["--no-default-features"]), "first checked");
    assert_eq!(author.says(&["--no-default-features", "-F", "extra,usual"]), "first usual extra checked");
    assert_eq!(author.says(&["--no-default-features", "-F", "extra usual"]), "first usual extra checked");
    assert_eq!(author.says(&["-F", "url/extra", "-F", "usual"]), "first usual extra checked");
    let run = |options: &[&str]| said(author.plugsmith(["run", ".", "SAY", "-q"]).args(options));
    assert_eq!(run(&[]), "first usual checked");
    assert_eq!(run(&["--features", "extra"]), "first usual extra checked");
    assert_eq!(run(&["--no-default-features"]), "first checked");
    let error = failed(author.plugsmith(["call", ".", "SAY"]).args(["--features", "extar"]));
    assert!(error.contains("extar") && error.contains("extra"), "{error}");
    let all = failed(author.plugsmith(["call", ".", "SAY"]).args(["--all-features"]));
    assert!(all.contains("wbg"), "the artifact has the feature `foreign`: {all}");
}

#[test]
fn inspect_check_pack_and_build_take_the_features_of_cargo() {
    let author = Author::new("verbs");
    let inspect = |options: &[&str]| said(author.plugsmith(["inspect", "."]).args(options));
    assert!(!inspect(&[]).contains("more"));
    assert!(inspect(&["--features", "extra"]).contains("more"));
    assert!(inspect(&["--all-features"]).contains("wbg"));

    let check = ["check", ".", "--host", "extism"];
    said(&mut author.plugsmith(check));
    let breach = failed(author.plugsmith(check).args(["--features", "foreign"]));
    assert!(breach.contains("nowhere"), "{breach}");
    let breach = failed(author.plugsmith(check).args(["--all-features"]));
    assert!(breach.contains("nowhere"), "{breach}");

    let pack = ["pack", ".", "--host", "query", "--out", "dist", "--quiet"];
    said(author.plugsmith(pack).args(["--features", "extra"]));
    assert_eq!(artifact_says(&author.folder.join("dist/query-plugin-url.wasm")), "first usual extra");
    said(author.plugsmith(pack).args(["--no-default-features"]));
    assert_eq!(artifact_says(&author.folder.join("dist/query-plugin-url.wasm")), "first");

    let build = |options: &[&str]| PathBuf::from(said(author.plugsmith(["build", "-q"]).args(options)));
    assert_eq!(artifact_says(&build(&["--features", "extra"])), "first usual extra");
    assert_eq!(artifact_says(&build(&[])), "first usual");
    assert_eq!(artifact_says(&build(&["--no-default-features"])), "first");
}

#[test]
fn a_target_folder_and_a_profile_of_the_author_are_taken() {
    let author = Author::new("profile");
    assert_eq!(author.says(&["--target-dir", "elsewhere"]), "first usual checked");
    let build = PathBuf::from(said(&mut author.plugsmith(["build", "-q", "--target-dir", "elsewhere"])));
    assert!(build.starts_with(author.folder.join("elsewhere")), "{}", build.display());
    assert!(!author.folder.join("target").exists(), "all is built where it was told");
    let mine = ["--target-dir", "elsewhere", "--profile", "mine"];
    let build = PathBuf::from(said(author.plugsmith(["build", "-q"]).args(mine)));
    assert_eq!(artifact_says(&build), "first usual checked", "a profile with debug assertions");
    assert_eq!(author.says(&["--target-dir", "elsewhere", "--profile", "release"]), "first usual");
    let error = failed(author.plugsmith(["build"]).args(["--target-dir", "elsewhere", "--profile", "yours"]));
    assert!(error.contains("yours"), "{error}");
}

#[test]
fn the_configuration_of_the_author_leads_no_build_astray() {
    let author = Author::new("configuration");
    let target = "[build]\ntarget = \"wasm32-unknown-unknown\"\n";
    let several = "[build]\ntarget = [\"wasm32-unknown-unknown\", \"x86_64-unknown-linux-gnu\"]\n";
    let folders = "[build]\nbuild-dir = \"made\"\ntarget-dir = \"out\"\ndep-info-basedir = \".\"\n";
    for (round, config) in [target, several, folders, "[build]\nincremental = false\n"].into_iter().enumerate() {
        author.write(".cargo/config.toml", config);
        let word = format!("round{round}");
        author.write("../helper/src/lib.rs", &format!("pub const WORD: &str = \"{word}\";\n"));
        assert_eq!(author.says(&[]), format!("{word} usual checked"), "{config}");
        let build = PathBuf::from(said(&mut author.plugsmith(["build", "-q"])));
        assert_eq!(artifact_says(&build), format!("{word} usual"), "{config}");
    }
}

#[test]
fn flags_of_the_environment_do_not_displace_those_of_the_configuration() {
    let author = Author::new("flags");
    author.write(".cargo/config.toml", "[target.wasm32-unknown-unknown]\nrustflags = [\"--cfg\", \"marked\"]\n");
    let mut command = author.plugsmith(["call", ".", "SAY", "-q"]);
    assert_eq!(said(command.env("RUSTFLAGS", "-D warnings")), "first usual checked marked");
    let build = PathBuf::from(said(author.plugsmith(["build", "-q"]).env("RUSTFLAGS", "-D warnings")));
    assert_eq!(artifact_says(&build), "first usual marked");
}

#[test]
fn an_example_that_is_a_cdylib_is_named_with_what_to_write() {
    let author = Author::new("example");
    let lib = "[lib]\ncrate-type = [\"cdylib\", \"rlib\"]";
    author.write("Cargo.toml", &MANIFEST.replace(lib, "[[example]]\nname = \"plug\"\ncrate-type = [\"cdylib\"]"));
    author.write("examples/plug.rs", "");
    for verb in [["call", ".", "SAY"], ["run", ".", "SAY"]] {
        let error = failed(&mut author.plugsmith(verb));
        assert!(error.contains("its example `plug` is a cdylib, but a plugin is the library: add to it"), "{error}");
        assert!(error.contains(lib), "{error}");
    }
    // Beside a plugin it is nobody's business.
    author.write("Cargo.toml", &format!("{MANIFEST}\n[[example]]\nname = \"plug\"\ncrate-type = [\"cdylib\"]\n"));
    assert_eq!(author.says(&[]), "first usual checked");
}

#[test]
fn a_crate_is_found_in_any_folder_where_it_is_moved_and_where_it_is_copied() {
    let above = crate::sandbox::folder("author-places");
    let author = Author::at(above.join("my plügin, no. #1/author"));
    assert_eq!(author.says(&[]), "first usual checked");
    author.write("../helper/src/lib.rs", "pub const WORD: &str = \"edited\";\n");
    assert_eq!(author.says(&[]), "edited usual checked");
    let build = PathBuf::from(said(&mut author.plugsmith(["build", "-q"])));
    assert_eq!(artifact_says(&build), "edited usual");

    // LLVM puts other digits there where it names a file.
    let percent = Author::at(above.join("100%/author"));
    let error = failed(&mut percent.plugsmith(["build"]));
    assert!(error.contains("in a path with `%` the linker cannot write its output: move the project"), "{error}");
    said(percent.plugsmith(["build"]).arg("--target-dir").arg(above.join("target")));

    let moved = Author { folder: above.join("moved/author") };
    fs::rename(above.join("my plügin, no. #1"), above.join("moved")).unwrap();
    moved.write("../helper/src/lib.rs", "pub const WORD: &str = \"moved\";\n");
    assert_eq!(moved.says(&[]), "moved usual checked");

    let copied = Author { folder: above.join("copied/author") };
    assert!(Command::new("cp").arg("-a").args([above.join("moved"), above.join("copied")]).status().unwrap().success());
    copied.write("../helper/src/lib.rs", "pub const WORD: &str = \"copied\";\n");
    assert_eq!((copied.says(&[]), moved.says(&[])), ("copied usual checked".into(), "moved usual checked".into()));
}
