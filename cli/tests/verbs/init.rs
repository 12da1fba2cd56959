//! `init`.

use std::path::{Path, PathBuf};

use crate::sandbox::{folder, plugsmith, snapshot};

/// A crate that uses `extism-pdk`, with comments that are to stay.
const CARGO_TOML: &str = r#"[package]
name = "vowels"
version = "0.1.0"
edition = "2024"

[lib]
crate-type = ["cdylib"] # a plugin

[dependencies]
extism-pdk = "1.4"
"#;

fn write(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn crate_with(name: &str, cargo_toml: &str) -> PathBuf {
    let folder = folder(name);
    write(&folder, "Cargo.toml", cargo_toml);
    write(&folder, "src/lib.rs", "");
    folder
}

fn manifest(folder: &Path) -> toml::Table {
    std::fs::read_to_string(folder.join("Cargo.toml")).unwrap().parse().unwrap()
}

#[test]
fn adds_the_harness_the_settings_and_a_test() {
    let folder = crate_with("init", CARGO_TOML);
    snapshot!(plugsmith(["init"]).current_dir(&folder));
    let text = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    assert!(text.contains("crate-type = [\"cdylib\"] # a plugin"), "{text}");
    let manifest = manifest(&folder);
    assert!(manifest["dev-dependencies"]["plugsmith-harness"]["path"].is_str());
    assert_eq!(manifest["profile"]["dev"]["package"]["regalloc2"]["opt-level"].as_integer(), Some(2));
    assert!(std::fs::read_to_string(folder.join("tests/artifact.rs")).unwrap().contains("plugin!()"));

    // A second time there is nothing to do.
    snapshot!(plugsmith(["init"]).current_dir(&folder));
}

#[test]
fn a_dry_run_changes_nothing() {
    let folder = crate_with("init-dry", CARGO_TOML);
    snapshot!(plugsmith(["init", "--dry-run"]).current_dir(&folder));
    assert_eq!(std::fs::read_to_string(folder.join("Cargo.toml")).unwrap(), CARGO_TOML);
    assert!(!folder.join("tests").exists());
}

#[test]
fn a_member_gets_the_harness_and_the_workspace_the_settings() {
    let folder = folder("init-member");
    write(&folder, "Cargo.toml", "[workspace]\nmembers = [\"plugin\"]\nresolver = \"3\"\n");
    write(&folder, "plugin/Cargo.toml", "[package]\nname = \"vowels\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    write(&folder, "plugin/src/lib.rs", "");
    snapshot!(plugsmith(["init", "plugin"]).current_dir(&folder));
    assert_eq!(manifest(&folder)["profile"]["dev"]["package"]["sha2"]["opt-level"].as_integer(), Some(2));
    let member = manifest(&folder.join("plugin"));
    assert_eq!(member["lib"]["crate-type"], toml::Value::from(vec!["cdylib", "rlib"]));
    assert!(!member.contains_key("profile"));
}

#[test]
fn a_plugin_of_orbis_own_sdk_gets_a_test_for_orbis() {
    let folder = crate_with("init-orbis", &CARGO_TOML.replace("extism-pdk = \"1.4\"", "orbis-plugin-api = \"1.0\""));
    assert!(plugsmith(["init"]).current_dir(&folder).output().unwrap().status.success());
    let harness = &manifest(&folder)["dev-dependencies"]["plugsmith-harness"];
    assert_eq!(harness["features"], toml::Value::from(vec!["orbis"]));
    assert!(std::fs::read_to_string(folder.join("tests/artifact.rs")).unwrap().contains("orbis!("));
}

#[test]
fn what_cannot_be_adopted_is_refused_with_the_reason() {
    snapshot!(plugsmith(["init"]).current_dir(folder("init-nothing")));

    let workspace = folder("init-workspace");
    write(&workspace, "Cargo.toml", "[workspace]\nmembers = []\n");
    snapshot!(plugsmith(["init"]).current_dir(&workspace));

    let program = folder("init-program");
    write(&program, "Cargo.toml", "[package]\nname = \"program\"\nversion = \"0.1.0\"\n");
    write(&program, "src/main.rs", "fn main() {}");
    snapshot!(plugsmith(["init"]).current_dir(&program));

    let broken = folder("init-broken");
    write(&broken, "Cargo.toml", "[package\n");
    snapshot!(plugsmith(["init"]).current_dir(&broken));
}
