//! What the fuzz targets share.

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use plugsmith_harness::Inspection;
use wasm_encoder::{CustomSection, Section};

/// A plugin with an export of each kind, which says nothing of itself.
pub const PLUGIN: &str = r#"(module
  (import "extism:host/user" "storage_get" (func (param i64) (result i64)))
  (import "extism:host/user" "storage_set" (func (param i64 i64) (result i64)))
  (import "extism:host/env" "http_request" (func (param i64 i64) (result i64)))
  (memory (export "memory") 1)
  (func (export "GREET") (result i32) (i32.const 0))
  (func (export "json_get") (result i32) (i32.const 0))
  (func (export "hook:OnKeyWrite:guard") (result i32) (i32.const 0))
  (func (export "transform:write:seal") (result i32) (i32.const 0))
  (func (export "backend:Cold") (result i32) (i32.const 0))
  (func (export "handle") (param i32 i32) (result i32) (i32.const 0))
  (func (export "allocate") (param i32) (result i32) (i32.const 1024)))"#;

/// [`PLUGIN`] as a module.
pub static WASM: LazyLock<Vec<u8>> =
    LazyLock::new(|| plugsmith_harness::Source::from(PLUGIN.as_bytes()).read().expect("the text is a module"));

/// [`PLUGIN`] as it is inspected.
pub static INSPECTED: LazyLock<Inspection> =
    LazyLock::new(|| Inspection::read(WASM.as_slice()).expect("the text is a module"));

/// [`PLUGIN`] with a custom section.
pub fn with_section(name: &str, data: &[u8]) -> Vec<u8> {
    let mut wasm = WASM.clone();
    CustomSection { name: name.into(), data: data.into() }.append_to(&mut wasm);
    wasm
}

/// A file with these bytes: each process has one of this name, in memory where the machine has such a folder.
pub fn file(name: &str, bytes: &[u8]) -> PathBuf {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        let shared = PathBuf::from("/dev/shm");
        let folder = if shared.is_dir() { shared } else { std::env::temp_dir() };
        let folder = folder.join(format!("plugsmith-fuzz-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("the folder can be made");
        folder
    });
    let file = FOLDER.join(name);
    fs::write(&file, bytes).expect("the file can be written");
    file
}

/// Checks an error's text: there is one, and a terminal that is shown it obeys nothing in it.
pub fn assert_told(error: &impl std::fmt::Display) {
    let text = error.to_string();
    assert!(!text.trim().is_empty(), "an error without a text");
    assert_harmless(&plugsmith_harness::printable(&text));
}

/// Checks that a terminal obeys nothing in this text.
pub fn assert_harmless(text: &str) {
    let obeyed = |letter: &char| letter.is_control() && !matches!(letter, '\n' | '\t');
    if let Some(letter) = text.chars().find(obeyed) {
        panic!("{letter:?} reaches the terminal: {text:?}");
    }
}
