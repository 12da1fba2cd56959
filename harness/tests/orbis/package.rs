//! Plugins as they are given away, written and opened again.

use std::path::{Path, PathBuf};

use plugsmith_harness::Module;
use plugsmith_harness::hosts::orbis::{Form, Manifest, Orbis, Package};

use crate::guest::{manifest, module};

fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("orbis-package").join(test);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn package() -> Package {
    let ready = r#"(data (i32.const 8) "\04\00\00\00true") (func $named (export "ready") (param i32 i32) (result i32) (i32.const 8))
        (@custom "manifest" "{}") (@custom ".debug_info" "x")"#;
    let wasm = wat::parse_str(module(ready)).unwrap();
    Package::new(&wasm, Manifest::parse(&manifest("[]", &["ready"])).unwrap()).unwrap()
}

#[test]
fn every_form_is_loaded_as_orbis_loads_it() {
    let folder = folder("forms");
    for (form, name) in [(Form::Folder, "plugin"), (Form::Zip, "plugin.zip"), (Form::Wasm, "plugin.wasm")] {
        let path = folder.join(name);
        package().write(form, &path).unwrap();
        let mut app = Orbis::as_shipped().load(path).unwrap();
        assert_eq!(app.get("/ready").send().unwrap().body["data"], true, "{form:?}");
    }
}

#[test]
fn a_package_holds_what_orbis_reads_and_no_more() {
    let folder = folder("contents");
    package().write(Form::Folder, &folder.join("plugin")).unwrap();
    package().write(Form::Wasm, &folder.join("plugin.wasm")).unwrap();
    let sections = |path: &str| {
        let module = Module::parse(&std::fs::read(folder.join(path)).unwrap()).unwrap();
        module.sections.into_iter().map(|(name, _)| name).collect::<Vec<_>>().join(" ")
    };
    insta::assert_snapshot!(sections("plugin/plugin.wasm"), @"type import function memory global export code data");
    insta::assert_snapshot!(sections("plugin.wasm"), @"type import function memory global export code data manifest");
    insta::assert_snapshot!(std::fs::read_to_string(folder.join("plugin/manifest.json")).unwrap(), @r#"
    {
      "name": "wat",
      "permissions": [],
      "routes": [
        {
          "handler": "ready",
          "method": "GET",
          "path": "/ready",
          "requires_auth": false
        }
      ],
      "version": "1.0.0",
      "wasm_entry": "plugin.wasm"
    }
    "#);
}

#[test]
fn the_same_package_is_the_same_zip() {
    let folder = folder("same");
    let zip = |name: &str| {
        package().write(Form::Zip, &folder.join(name)).unwrap();
        std::fs::read(folder.join(name)).unwrap()
    };
    assert_eq!(zip("a.zip"), zip("b.zip"));
}

#[test]
fn a_package_that_is_none_is_told() {
    let folder = folder("none");
    let open = |name: &str| {
        let error = Package::open(folder.join(name)).unwrap_err().to_string();
        error.replace(&folder.display().to_string(), "[folder]")
    };
    std::fs::write(folder.join("a.zip"), "no zip").unwrap();
    std::fs::create_dir(folder.join("empty")).unwrap();
    std::fs::create_dir(folder.join("out")).unwrap();
    let out = r#"{"name": "a", "version": "1.0.0", "wasm_entry": "../plugin.wasm"}"#;
    std::fs::write(folder.join("out/manifest.json"), out).unwrap();
    insta::assert_snapshot!(["missing.zip", "a.zip", "empty", "out"].map(open).join("\n"), @r#"
    [folder]/missing.zip: No such file or directory (os error 2)
    [folder]/a.zip: invalid Zip archive: Could not find EOCD
    [folder]/empty: there is no plugin.wasm in it, where Orbis looks for the plugin's code
    the host refuses the manifest:
      wasm_entry: "../plugin.wasm" leads out of the package: name a file beside manifest.json
    "#);
}

#[test]
fn an_artifact_that_orbis_cannot_call_is_not_packed() {
    let manifest = Manifest::parse(&manifest("[]", &[])).unwrap();
    insta::assert_snapshot!(Package::new(b"\0asm\x01\0\0\0", manifest).unwrap_err(), @"not a valid plugin: it exports no memory called `memory`");
}
