//! Plugins as they are given away, written and opened again.

use std::io::Write;
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

const FORMS: [(Form, &str); 3] = [(Form::Folder, "plugin"), (Form::Zip, "plugin.zip"), (Form::Wasm, "plugin.wasm")];

/// A plugin with its manifest inside, which names this file as the code.
fn code(entry: &str) -> Vec<u8> {
    let manifest = manifest("[]", &["ready"]).replacen('{', &format!("{{\"wasm_entry\": \"{entry}\", "), 1);
    let ready =
        r#"(data (i32.const 8) "\04\00\00\00true") (func (export "ready") (param i32 i32) (result i32) (i32.const 8))"#;
    wat::parse_str(module(&format!("{ready} (@custom \"manifest\" {manifest:?})"))).unwrap()
}

fn zip(path: &Path, files: &[(&str, &[u8])]) {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    for (name, bytes) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap();
}

/// What `load` says of these, without the folder.
fn refused(folder: &Path, names: &[&str]) -> String {
    let load = |name: &&str| Orbis::as_shipped().load(folder.join(name)).unwrap_err().to_string();
    names.iter().map(load).collect::<Vec<_>>().join("\n").replace(&folder.display().to_string(), "[folder]")
}

#[test]
fn every_form_is_loaded_as_orbis_loads_it() {
    let folder = folder("forms");
    for (form, name) in FORMS {
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
    [folder]/empty: there is neither a manifest.json nor a plugin.wasm in it, and Orbis skips such a folder: call the code plugin.wasm, or add a manifest.json
    the host refuses the manifest:
      wasm_entry: "../plugin.wasm" leads out of the package: name a file beside manifest.json
    "#);
}

#[test]
fn an_artifact_that_orbis_cannot_call_is_not_packed() {
    let manifest = Manifest::parse(&manifest("[]", &[])).unwrap();
    insta::assert_snapshot!(Package::new(b"\0asm\x01\0\0\0", manifest).unwrap_err(), @"not a valid plugin: it exports no `allocate`, so it is not an Orbis plugin: write its handlers with #[route]");
}

#[test]
fn without_a_manifest_file_that_of_the_code_counts_and_what_it_names() {
    let folder = folder("inside");
    zip(&folder.join("good.zip"), &[("shop.wasm", &code("shop.wasm"))]);
    zip(&folder.join("inner.zip"), &[("plugin/shop.wasm", &code("shop.wasm"))]);
    std::fs::create_dir(folder.join("good")).unwrap();
    std::fs::write(folder.join("good/plugin.wasm"), code("plugin.wasm")).unwrap();
    for name in ["good.zip", "inner.zip", "good"] {
        let mut app = Orbis::as_shipped().load(folder.join(name)).unwrap();
        assert_eq!(app.get("/ready").send().unwrap().body["data"], true, "{name}");
    }
}

#[test]
fn code_under_another_name_than_its_manifest_says_is_not_found() {
    let folder = folder("elsewhere");
    zip(&folder.join("a.zip"), &[("plugin.wasm", &code("shop.wasm"))]);
    std::fs::create_dir(folder.join("a")).unwrap();
    std::fs::write(folder.join("a/plugin.wasm"), code("shop.wasm")).unwrap();
    // The server's scan passes it by, without a word.
    std::fs::create_dir(folder.join("skipped")).unwrap();
    std::fs::write(folder.join("skipped/shop.wasm"), code("shop.wasm")).unwrap();
    insta::assert_snapshot!(refused(&folder, &["a.zip", "a", "skipped"]), @"
    [folder]/a.zip: there is no shop.wasm in it, which its manifest names as `wasm_entry`: call the code so
    [folder]/a: there is no shop.wasm in it, which its manifest names as `wasm_entry`: call the code so
    [folder]/skipped: there is neither a manifest.json nor a plugin.wasm in it, and Orbis skips such a folder: call the code plugin.wasm, or add a manifest.json
    ");
}

#[test]
fn a_manifest_in_another_encoding_is_refused() {
    let folder = folder("latin-1");
    let latin = b"{\"name\": \"a\", \"version\": \"1.0.0\", \"author\": \"Ren\xe9\"}";
    zip(&folder.join("a.zip"), &[("manifest.json", latin), ("plugin.wasm", &code("plugin.wasm"))]);
    zip(&folder.join("b.zip"), &[("manifest.json", b"{"), ("plugin.wasm", &code("plugin.wasm"))]);
    std::fs::create_dir(folder.join("a")).unwrap();
    std::fs::write(folder.join("a/manifest.json"), latin).unwrap();
    insta::assert_snapshot!(refused(&folder, &["a.zip", "b.zip", "a"]), @"
    [folder]/a.zip/manifest.json: it is not UTF-8
    the host refuses the manifest:
      [folder]/b.zip/manifest.json: it is no JSON: EOF while parsing an object at line 1 column 1
    [folder]/a/manifest.json: it is not UTF-8
    ");
}

#[test]
fn a_package_replaces_an_earlier_one() {
    let folder = folder("again");
    for (form, name) in FORMS {
        package().write(form, &folder.join(name)).unwrap();
        package().write(form, &folder.join(name)).unwrap();
    }
    let mut left: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort_unstable();
    assert_eq!(left, ["plugin", "plugin.wasm", "plugin.zip"]);
}

#[test]
fn what_is_no_package_is_left_alone() {
    let folder = folder("foreign");
    std::fs::create_dir(folder.join("crate")).unwrap();
    std::fs::write(folder.join("crate/Cargo.toml"), "").unwrap();
    std::fs::create_dir(folder.join("kept")).unwrap();
    std::fs::write(folder.join("kept/manifest.json"), "precious").unwrap();
    std::fs::write(folder.join("a.zip"), "precious").unwrap();
    std::fs::write(folder.join("a.wasm"), b"\0asm\x01\0\0\0").unwrap();
    let places = [
        (Form::Folder, "crate"),
        (Form::Folder, "kept"),
        (Form::Folder, "a.zip"),
        (Form::Zip, "a.zip"),
        (Form::Wasm, "a.wasm"),
        (Form::Zip, "crate"),
    ];
    let write = |(form, name)| package().write(form, &folder.join(name)).unwrap_err().to_string();
    let told = places.map(write).join("\n").replace(&folder.display().to_string(), "[folder]");
    insta::assert_snapshot!(told, @"
    [folder]/crate: it is there, and no earlier package of this form: choose another place (`--out`)
    [folder]/kept: it is there, and no earlier package of this form: choose another place (`--out`)
    [folder]/a.zip: it is there, and no earlier package of this form: choose another place (`--out`)
    [folder]/a.zip: it is there, and no earlier package of this form: choose another place (`--out`)
    [folder]/a.wasm: it is there, and no earlier package of this form: choose another place (`--out`)
    [folder]/crate: it is there, and no earlier package of this form: choose another place (`--out`)
    ");
    assert_eq!(std::fs::read_to_string(folder.join("kept/manifest.json")).unwrap(), "precious");
    assert_eq!(std::fs::read_to_string(folder.join("a.zip")).unwrap(), "precious");
}
