//! A manifest's modules, linked as the runtime links them.

use plugsmith_harness::Host;
use plugsmith_harness::hosts::extism::{self, Manifest, Wasm};

/// A manifest's modules, each a text and the name that it has there.
fn modules(sources: &[(&str, Option<&str>)]) -> Manifest {
    Manifest::new(sources.iter().map(|(wat, name)| match name {
        Some(name) => Wasm::data(wat.as_bytes()).with_name(*name),
        None => Wasm::data(wat.as_bytes()),
    }))
}

fn run(manifest: &Manifest) -> plugsmith_harness::Result<String> {
    extism::load(manifest, Host::new()).and_then(|mut plugin| plugin.call("run", "").result)
}

/// A plugin of several modules: the harness links it where the runtime does, and refuses it where the
/// runtime refuses it.
#[test]
fn modules_are_linked_as_the_runtime_links_them() {
    let words = r#"(module (func (export "one") (result i32) (i32.const 1)))"#;
    let main = r#"(module (import "words" "one" (func $one (result i32)))
      (func (export "run") (result i32) (i32.sub (call $one) (i32.const 1))))"#;
    let wrong_type = r#"(module (func (export "one") (result i64) (i64.const 1)))"#;
    // `sum` imports from `words`, and the plugin from both.
    let sum = r#"(module (import "words" "one" (func $one (result i32)))
      (func (export "two") (result i32) (i32.add (call $one) (call $one))))"#;
    let both = r#"(module (import "words" "one" (func $one (result i32))) (import "sum" "two" (func $two (result i32)))
      (func (export "run") (result i32) (i32.sub (i32.sub (call $two) (call $one)) (i32.const 1))))"#;
    let kernel = r#"(module (import "extism:host/env" "input_length" (func $length (result i64)))
      (func (export "one") (result i32) (i32.add (i32.wrap_i64 (call $length)) (i32.const 1))))"#;
    let alone = r#"(module (func (export "run") (result i32) (i32.const 0)))"#;
    let manifests: &[&[(&str, Option<&str>)]] = &[
        &[(words, Some("words")), (main, None)],
        &[(main, Some("main")), (words, Some("words"))],
        &[(words, Some("words")), (main, Some("main"))],
        &[(words, Some("words")), (main, Some("any"))],
        &[(words, Some("word")), (main, None)],
        &[(words, None), (main, None)],
        &[(main, None), (words, Some("words"))],
        &[(main, Some("any"))],
        &[(wrong_type, Some("words")), (main, None)],
        &[(kernel, Some("words")), (main, None)],
        &[(words, Some("words")), (sum, Some("sum")), (both, None)],
        &[(sum, Some("sum")), (both, Some("main")), (words, Some("words"))],
        &[(sum, Some("sum")), (words, Some("words")), (both, Some("any"))],
        &[(words, Some("words")), (words, Some("words")), (main, None)],
        &[(words, Some("unused")), (alone, None)],
        &[(words, Some("extism:host/env")), (alone, None)],
    ];
    let mut told = Vec::new();
    for sources in manifests {
        let manifest = modules(sources);
        let real = ::extism::Plugin::new(&manifest, [], true)
            .is_ok_and(|mut plugin| plugin.call::<&str, &str>("run", "").is_ok());
        let ours = run(&manifest);
        assert_eq!(ours.is_ok(), real, "{ours:?}");
        told.push(ours.map_or_else(|error| error.to_string(), |_| "runs".to_owned()));
    }
    insta::assert_snapshot!(told.join("\n"));
}

/// The runtime overflows its stack on these, and takes the process along.
#[test]
fn modules_that_import_from_each_other_are_refused() {
    let tick = r#"(module (import "tock" "f" (func)) (func (export "f")))"#;
    let tock = r#"(module (import "tick" "f" (func)) (func (export "f")))"#;
    let main = r#"(module (import "tick" "f" (func $f)) (func (export "run") (result i32) (call $f) (i32.const 0)))"#;
    let error = run(&modules(&[(tick, Some("tick")), (tock, Some("tock")), (main, None)])).unwrap_err();
    insta::assert_snapshot!(error.to_string(), @"not a valid plugin: modules of its manifest import from each other or from themselves, which Extism links without end: `tick`, `tock`");
    let error = run(&modules(&[(tock, Some("tick")), (main, None)])).unwrap_err();
    insta::assert_snapshot!(error.to_string(), @"not a valid plugin: modules of its manifest import from each other or from themselves, which Extism links without end: `tick`");
}
