//! A shipped artifact, stripped of names and line tables, still names the author's frames.

use std::path::{Path, PathBuf};
use std::process::Command;

use plugsmith_harness::{Error, Plugin};

#[test]
fn a_stripped_artifact_traps_with_file_and_line() {
    let wasm = release();
    let bytes = std::fs::read(&wasm).unwrap();
    assert!(!bytes.windows(12).any(|window| window == b".debug_lines" || window == b".debug_info "), "it is stripped");

    let mut plugin = Plugin::load(wasm.as_path()).unwrap();
    let Err(Error::Trapped { frames, .. }) = plugin.command("PANIC", ["sea"]).result else {
        panic!("PANIC panics");
    };

    assert!(
        frames.iter().any(|frame| frame.starts_with("at_depth at ") && frame.contains("src/lib.rs:2")),
        "{frames:?}"
    );
}

/// The fixture as an author ships it: the workspace's release profile strips.
fn release() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/faulty");
    let output = Command::new(env!("CARGO"))
        .args(["build", "--release", "--lib", "--target", "wasm32-unknown-unknown", "--message-format=json"])
        .current_dir(folder)
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = String::from_utf8_lossy(&output.stdout);
    let end = messages.rfind("faulty.wasm\"").expect("cargo names the artifact") + "faulty.wasm".len();
    let start = messages[..end].rfind('"').expect("the name is quoted") + 1;
    PathBuf::from(&messages[start..end])
}
