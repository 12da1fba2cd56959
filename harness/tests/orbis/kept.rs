//! What a crate keeps beside its Cargo.toml: the pages of its plugin, or the whole manifest.

use std::path::{Path, PathBuf};

use plugsmith_harness::hosts::orbis::{Manifest, Orbis};

const PAGES: &str = r#"[{"route": "/p", "title": "P", "sections": [], "requires_auth": false}]"#;

/// A folder with these files.
fn folder(test: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    for (name, text) in files {
        std::fs::write(folder.join(name), text).unwrap();
    }
    folder
}

/// An artifact with this section.
fn artifact(manifest: &str) -> Vec<u8> {
    wat::parse_str(format!("(module (@custom \"manifest\" {manifest:?}))")).unwrap()
}

fn made() -> Vec<u8> {
    artifact(r#"{"name": "a", "version": "1.0.0"}"#)
}

fn refusal(folder: &Path, wasm: &[u8]) -> String {
    Manifest::of_crate(folder, wasm).unwrap_err().to_string().replace(&folder.display().to_string(), "[folder]")
}

#[test]
fn a_crate_that_is_loaded_has_its_pages() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/orbis-page-pdk");
    let mut app = Orbis::page_abi().load_crate(&folder).unwrap();
    assert_eq!(app.get("/pages").user("u1").send().unwrap().body["data"]["pages"][0]["title"], "Items");
}

#[test]
fn pages_join_the_manifest_of_the_artifact() {
    let folder = folder("kept-pages", &[("pages.json", PAGES)]);
    let manifest = Manifest::of_crate(&folder, &made()).unwrap().unwrap();
    assert_eq!(manifest.parsed().pages[0].title, "P");
}

#[test]
fn a_manifest_is_kept_where_the_artifact_has_none() {
    let kept = ("manifest.json", r#"{"name": "kept", "version": "1.0.0"}"#);
    let folder = folder("kept-manifest", &[kept, ("pages.json", PAGES)]);
    let name = |wasm: &[u8]| Manifest::of_crate(&folder, wasm).unwrap().map(|manifest| manifest.parsed().name.clone());
    assert_eq!(name(b"\0asm\x01\0\0\0").as_deref(), Some("kept"));
    assert_eq!(name(&made()).as_deref(), Some("a"));
}

#[test]
fn a_crate_may_have_neither() {
    let folder = folder("kept-nothing", &[]);
    assert!(Manifest::of_crate(&folder, b"\0asm\x01\0\0\0").unwrap().is_none());
}

#[test]
fn pages_that_are_no_json_are_named_with_their_line() {
    let folder = folder("kept-broken", &[("pages.json", "[\n  oops\n]")]);
    insta::assert_snapshot!(refusal(&folder, &made()), @"[folder]/pages.json: it is no JSON: expected value at line 2 column 3");
    // As `pages = "pages.json"` puts them into the section.
    let section = artifact("{\"name\": \"a\", \"version\": \"1.0.0\", \"pages\": [\n  oops\n]}");
    assert_eq!(refusal(&folder, &section), refusal(&folder, &made()));
}

#[test]
fn pages_that_orbis_refuses_are_named_with_their_file() {
    let folder = folder("kept-refused", &[("pages.json", r#"[{"route": "/p", "sections": []}]"#)]);
    insta::assert_snapshot!(refusal(&folder, &made()), @"
    [folder]/pages.json: the host refuses the manifest:
      pages[0]: missing field `title`
    ");
}
