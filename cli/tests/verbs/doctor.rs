//! `doctor`.

use crate::sandbox::{folder, plugsmith};

fn checks(command: &mut std::process::Command) -> (Option<i32>, Vec<serde_json::Value>) {
    let output = command.output().unwrap();
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap())
}

fn check<'a>(checks: &'a [serde_json::Value], what: &str) -> &'a serde_json::Value {
    checks.iter().find(|check| check["what"] == what).unwrap()
}

#[test]
fn all_that_is_needed_is_here() {
    let (code, checks) = checks(plugsmith(["doctor", "--json"]).current_dir(folder("doctor")));
    assert_eq!(code, Some(0));
    for what in ["Rust", "target"] {
        assert_eq!(check(&checks, what)["state"], "ok");
    }
}

#[test]
fn what_is_missing_is_named_with_what_to_type() {
    let folder = folder("doctor-missing");
    // No program at all: neither rustc nor cargo.
    let command = &mut plugsmith(["doctor", "--json"]);
    let (code, checks) = checks(command.current_dir(&folder).env("PATH", &folder));
    assert_eq!(code, Some(1));
    let target = check(&checks, "target");
    assert_eq!(
        (&target["state"], &target["fix"]),
        (&"missing".into(), &"rustup target add wasm32-unknown-unknown".into())
    );
    assert_eq!(check(&checks, "cargo-nextest")["state"], "optional");
    let shown = plugsmith(["doctor"]).current_dir(&folder).env("PATH", &folder).output().unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.starts_with("missing   Rust               no rustc in PATH\n"), "{shown}");
}

#[test]
fn another_version_of_our_crates_is_told() {
    let folder = folder("doctor-version");
    std::fs::create_dir_all(folder.join("src")).unwrap();
    std::fs::write(folder.join("src/lib.rs"), "").unwrap();
    std::fs::write(folder.join("Cargo.toml"), "[package]\nname = \"mine\"\nversion = \"0.1.0\"\n[workspace]\n")
        .unwrap();
    std::fs::write(folder.join("Cargo.lock"), "version = 4\n[[package]]\nname = \"plugsmith\"\nversion = \"9.9.9\"\n")
        .unwrap();
    let (code, checks) = checks(plugsmith(["doctor", "--json"]).current_dir(&folder));
    assert_eq!(code, Some(0));
    assert!(check(&checks, "plugsmith")["found"].as_str().unwrap().starts_with("9.9.9, and this program is"));
    assert!(check(&checks, "plugsmith-harness")["fix"].as_str().unwrap().contains("init"));
}
