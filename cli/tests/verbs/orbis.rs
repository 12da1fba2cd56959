//! `pack` and `manifest --host orbis`.

use plugsmith_harness::hosts::orbis::Orbis;

use crate::sandbox::{filters, folder, plugsmith, root, shown, snapshot};
use crate::serve::ORBIS;

#[test]
fn a_package_is_loaded_as_orbis_loads_it() {
    let folder = folder("pack");
    for out in ["plugin", "plugin.zip", "plugin.wasm"] {
        let output = plugsmith(["pack", ORBIS, "--quiet", "--out"]).arg(folder.join(out)).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut app = Orbis::as_documented().load(folder.join(out)).unwrap();
        assert_eq!(app.get("/number").send().unwrap().body, 1, "{out}");
    }
}

#[test]
fn the_name_is_the_plugins_and_the_form_a_zip() {
    let folder = folder("pack-name");
    snapshot!(plugsmith(["pack"]).arg(root().join(ORBIS)).current_dir(&folder));
    assert!(folder.join("wat.zip").is_file());
}

#[test]
fn a_plugin_whose_handler_is_missing_is_not_packed() {
    let folder = folder("pack-missing");
    let text = std::fs::read_to_string(root().join(ORBIS)).unwrap();
    std::fs::write(folder.join("a.wat"), text.replace("(export \"echo\")", "(export \"ech\")")).unwrap();
    snapshot!(plugsmith(["pack", "a.wat"]).current_dir(&folder));
    assert!(!folder.join("wat.zip").exists());
}

#[test]
fn a_plugin_without_a_manifest_is_not_packed() {
    snapshot!(plugsmith(["pack", crate::sandbox::VERBS]));
}

#[test]
fn a_manifest_is_printed() {
    snapshot!(plugsmith(["manifest", ORBIS, "--host", "orbis"]));
}

#[test]
fn a_manifest_that_is_written_passes_the_check() {
    let folder = folder("manifest-write");
    let file = folder.join("manifest.json");
    let run = |option: &str| plugsmith(["manifest", ORBIS, "--host", "orbis", option]).arg(&file).output().unwrap();
    assert!(run("--write").status.success());
    assert!(run("--check").status.success());
}

#[test]
fn a_manifest_that_differs_is_told_where() {
    let folder = folder("manifest-check");
    std::fs::copy(root().join(ORBIS), folder.join("a.wat")).unwrap();
    let kept = r#"{"name": "wat", "version": "1.0.1", "require_auth": false, "routes": [
        {"method": "GET", "path": "/number", "handler": "numbers", "requires_auth": false}]}"#;
    std::fs::write(folder.join("manifest.json"), kept).unwrap();
    snapshot!(plugsmith(["manifest", "a.wat", "--host", "orbis", "--check", "manifest.json"]).current_dir(&folder));
}

#[test]
fn a_manifest_that_orbis_refuses_is_told_why() {
    let folder = folder("manifest-refused");
    std::fs::copy(root().join(ORBIS), folder.join("a.wat")).unwrap();
    std::fs::write(
        folder.join("manifest.json"),
        r#"{"name": "wat", "version": "1", "permissions": ["database:read"]}"#,
    )
    .unwrap();
    snapshot!(plugsmith(["manifest", "a.wat", "--host", "orbis", "--check", "manifest.json"]).current_dir(&folder));
}

#[test]
fn a_file_is_named_where_there_is_no_crate() {
    snapshot!(plugsmith(["manifest", ORBIS, "--host", "orbis", "--check"]));
    snapshot!(plugsmith(["manifest", ORBIS, "--host", "orbis", "--check", "no-such.json"]));
}

#[test]
fn a_kept_manifest_of_a_foreign_sdk_is_checked() {
    let output = plugsmith(["manifest", "harness/tests/fixtures/orbis-sdk", "--host", "orbis", "--check", "--quiet"])
        .output()
        .unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stdout).unwrap().as_str()), (Some(0), ""));
}

#[test]
fn a_form_and_a_name_that_disagree_are_refused() {
    let folder = folder("pack-disagree");
    snapshot!(
        plugsmith(["pack"]).arg(root().join(ORBIS)).args(["--form", "zip", "--out", "x.wasm"]).current_dir(&folder)
    );
    assert!(!folder.join("x.wasm").exists());
}

#[test]
fn a_name_of_another_kind_of_file_makes_no_folder() {
    let folder = folder("pack-tar");
    let pack = |options: &[&str]| {
        let mut command = plugsmith(["pack"]);
        command.arg(root().join(ORBIS)).args(options).current_dir(&folder).output().unwrap()
    };
    let refused = pack(&["--out", "x.tar"]);
    assert_eq!(refused.status.code(), Some(2));
    insta::assert_snapshot!(String::from_utf8(refused.stderr).unwrap(), @"error: x.tar is named like a file, and Orbis takes .zip and .wasm: name it so, or add --form folder");
    assert!(!folder.join("x.tar").exists());
    let named = [pack(&["--out", "x.tar", "--form", "folder"]), pack(&["--out", "x-1.0"])];
    assert!(named.iter().all(|output| output.status.success()), "{named:?}");
}

#[test]
fn pages_that_the_host_refuses_are_a_breach() {
    let folder = folder("check-pages");
    let text = std::fs::read_to_string(root().join(ORBIS)).unwrap();
    let pages =
        r#",\"pages\":[{\"route\":\"/\",\"title\":\"x\",\"sections\":[],\"actions\":{\"a\":{\"type\":\"nope\"}}}]"#;
    let broken = text.replacen(r#"\"routes\""#, &format!(r#"{}\"routes\""#, &format!("{},", &pages[1..])), 1);
    assert_ne!(broken, text);
    std::fs::write(folder.join("a.wat"), broken).unwrap();
    snapshot!(plugsmith(["check", "a.wat", "--host", "orbis"]).current_dir(&folder));
}

#[test]
fn a_manifest_beside_an_artifact_is_found() {
    let folder = folder("manifest-beside");
    std::fs::copy(root().join(ORBIS), folder.join("a.wat")).unwrap();
    let run = |option: &str| {
        plugsmith(["manifest", "a.wat", "--host", "orbis", option]).current_dir(&folder).output().unwrap()
    };
    assert!(run("--write").status.success());
    assert!(folder.join("manifest.json").is_file());
    assert!(run("--check").status.success());
}

#[test]
fn what_is_no_package_is_not_overwritten() {
    let folder = folder("pack-over");
    std::fs::create_dir(folder.join("wat")).unwrap();
    std::fs::write(folder.join("wat/Cargo.toml"), "").unwrap();
    std::fs::write(folder.join("x.zip"), "precious").unwrap();
    let pack = |options: &[&str]| shown(plugsmith(["pack"]).arg(root().join(ORBIS)).args(options).current_dir(&folder));
    let told = [pack(&["--form", "folder"]), pack(&["--out", "x.zip"])].concat();
    filters().bind(|| insta::assert_snapshot!(told));
    assert_eq!(std::fs::read_dir(folder.join("wat")).unwrap().count(), 1);
    assert_eq!(std::fs::read_to_string(folder.join("x.zip")).unwrap(), "precious");
}

#[test]
#[cfg(unix)]
fn a_package_that_does_not_fit_the_disk_leaves_the_old_one() {
    let folder = folder("pack-full");
    let file = folder.join("wat.zip");
    let pack = plugsmith(["pack"]);
    assert!(plugsmith(["pack"]).arg(root().join(ORBIS)).current_dir(&folder).status().unwrap().success());
    let before = std::fs::read(&file).unwrap();
    let status = std::process::Command::new("sh")
        .args(["-c", "ulimit -f 0; exec \"$@\"", "sh"])
        .arg(pack.get_program())
        .args(pack.get_args())
        .arg(root().join(ORBIS))
        .current_dir(&folder)
        .status()
        .unwrap();
    assert_eq!((status.success(), std::fs::read(&file).unwrap() == before), (false, true));
}

#[test]
fn a_plugin_of_orbis_page_is_told_what_it_is() {
    let folder = folder("page-abi");
    let phases =
        ["init", "execute", "cleanup"].map(|name| format!("(func (export \"{name}\") (result i32) (i32.const 0))"));
    let manifest = r#"{"name": "page", "version": "1.0.0"}"#;
    let module = format!(
        r#"(module (import "env" "db_query" (func (param i32 i32) (result i32))) (memory (export "memory") 1) {}
            (@custom "manifest" {manifest:?}))"#,
        phases.concat()
    );
    std::fs::write(folder.join("a.wat"), module).unwrap();
    std::fs::write(folder.join("manifest.json"), manifest).unwrap();
    let run = |arguments: &[&str]| shown(plugsmith(arguments.iter().copied()).current_dir(&folder));
    let told =
        [run(&["pack", "a.wat"]), run(&["serve", "a.wat"]), run(&["manifest", "a.wat", "--host", "orbis", "--check"])];
    filters().bind(|| insta::assert_snapshot!(told.concat()));
}
