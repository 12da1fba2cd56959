//! The program in a world that is the same everywhere.

use std::path::{Path, PathBuf};
use std::process::Command;

use plugsmith_harness::{Profile, build, build_with};

/// Compares what a command prints, and its exit code, with the snapshot beside the test.
macro_rules! snapshot {
    ($command:expr) => {{
        let shown = $crate::sandbox::shown(&mut $command);
        let _filters = $crate::sandbox::filters().bind_to_scope();
        insta::assert_snapshot!(shown);
    }};
}
pub(crate) use snapshot;

/// `cargo plugsmith` with these arguments, in the repository's root.
pub(crate) fn plugsmith<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-plugsmith"));
    command.arg("plugsmith").args(arguments).current_dir(root());
    for name in ["CARGO_TERM_COLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "PLUGSMITH_WASM"] {
        command.env_remove(name);
    }
    command
}

/// As [`plugsmith`], where the example is built already, so that no progress is shown.
pub(crate) fn on_hello<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    build(&root().join("examples/ferrite-hello")).unwrap();
    plugsmith(arguments)
}

/// As [`on_hello`], for the plugin of all failures that the harness is tested with.
pub(crate) fn on_faulty<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    build(&root().join("harness/tests/fixtures/faulty")).unwrap();
    plugsmith(arguments)
}

/// As [`on_hello`], for the release profile.
pub(crate) fn on_released_hello<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    build_with(&root().join("examples/ferrite-hello"), Profile::Release, &mut |_| {}).unwrap();
    plugsmith(arguments)
}

/// The plugin in wasm's text format.
pub(crate) const VERBS: &str = "cli/tests/fixtures/verbs.wat";

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// An empty folder for one test.
pub(crate) fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("plugsmith").join(test);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A crate in such a folder, with a workspace of its own.
pub(crate) fn krate(test: &str, library: &str, source: &str) -> PathBuf {
    let folder = folder(test);
    let manifest = format!(
        "[package]\nname = \"broken\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[lib]\n{library}\n\n[workspace]\n"
    );
    std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    std::fs::create_dir(folder.join("src")).unwrap();
    std::fs::write(folder.join("src/lib.rs"), source).unwrap();
    folder
}

/// The command line, the exit code, and both outputs.
pub(crate) fn shown(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let mut text = String::from("$ cargo");
    for argument in command.get_args() {
        let argument = argument.to_str().unwrap();
        let quote = if argument.contains([' ', '*', '"']) { "'" } else { "" };
        text.push_str(&format!(" {quote}{argument}{quote}"));
    }
    text.push_str(&format!("\nexit code {}\n", output.status.code().unwrap()));
    for (name, bytes) in [("stdout", output.stdout), ("stderr", output.stderr)] {
        // What a reply in the middle of a line would hide.
        let end = if bytes.is_empty() || bytes.ends_with(b"\n") { "" } else { "[no end of line]\n" };
        text.push_str(&format!("--- {name}\n{}{end}", String::from_utf8(bytes).unwrap()));
    }
    text
}

/// What differs from machine to machine.
pub(crate) fn filters() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR")).join("plugsmith").display().to_string();
    settings.add_filter(&regex_escape(&temporary), "[temp]");
    settings.add_filter(&regex_escape(&root().display().to_string()), "[root]");
    settings.add_filter(r"plugsmith/tests/[0-9a-f]{16}", "plugsmith/tests/[key]");
    settings.add_filter(r"[\d,]+ fuel, (\d+) pages, [\d.]+ ms", "[n] fuel, $1 pages, [n] ms");
    settings.add_filter(r"finished in [\d.]+s", "finished in [n]s");
    settings.add_filter(r#""fuel":\d+"#, r#""fuel":[n]"#);
    settings.add_filter(r#""duration_us":\d+"#, r#""duration_us":[n]"#);
    // Another process may hold a lock, or change a source, at any moment.
    settings
        .add_filter(r"(building (ferrite-hello|faulty|xtp-\w+)|waiting for another process .*| +Blocking .*)\n", "");
    settings
}

fn regex_escape(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_alphanumeric() { letter.to_string() } else { format!("\\{letter}") })
        .collect()
}
