//! What `check` says of a manifest: its modules, its hosts.

use plugsmith_harness::hosts::{extism, profile};
use plugsmith_harness::{Host, check_with};

use crate::guest::folder;

const ASKS: &str =
    r#"(module (import "words" "one" (func (result i32))) (import "env" "two" (func)) (func (export "run")))"#;

/// What check says of `plugin.wat` beside `words.wat`, whose one function gives this, with the manifest
/// of these modules; and whether it loads.
fn told(test: &str, gives: &str, wasm: &str) -> String {
    told_of(test, &format!(r#"(module (func (export "one") {gives}))"#), wasm)
}

/// As `told`, with the whole text of `words.wat`.
fn told_of(test: &str, words: &str, wasm: &str) -> String {
    let folder = folder(test);
    std::fs::write(folder.join("plugin.wat"), ASKS).unwrap();
    std::fs::write(folder.join("words.wat"), words).unwrap();
    let place = format!("{}/", folder.display());
    let text = format!(r#"{{"wasm": [{}]}}"#, wasm.replace("./", &place));
    let manifest = extism::parse(&text).unwrap();
    let report = check_with(folder.join("plugin.wat"), &profile("extism").unwrap(), &manifest).unwrap();
    let host = Host::new().host("two", || {});
    assert_eq!(report.breaches().next().is_none(), extism::load(&manifest, host).is_ok(), "{wasm}: {report}");
    format!("{wasm}\n{report}").replace(&place, "./")
}

#[test]
fn the_modules_of_a_manifest_are_looked_at_together() {
    let fits = "(result i32) (i32.const 1)";
    let plugin = r#"{"path": "./plugin.wat"}"#;
    let words = r#"{"path": "./words.wat", "name": "words"}"#;
    let told = [
        told("modules-none", fits, ""),
        told("modules-fit", fits, &format!("{words}, {plugin}")),
        told("modules-types", "(result i64) (i64.const 1)", &format!("{words}, {plugin}")),
        told("modules-name", fits, &format!(r#"{{"path": "./words.wat", "name": "word"}}, {plugin}"#)),
        told("modules-twice", fits, &format!(r#"{plugin}, {{"path": "./plugin.wat", "name": "main"}}"#)),
        told(
            "modules-absent",
            fits,
            r#"{"path": "./a.wasm", "name": "a"}, {"path": "./b.wasm", "name": "b"}, {"path": "./plugin.wat"}"#,
        ),
        told("modules-hash", fits, &format!(r#"{{"path": "./words.wat", "name": "words", "hash": "0a"}}, {plugin}"#)),
        told("modules-own-hash", fits, &format!(r#"{words}, {{"path": "./plugin.wat", "hash": "0a"}}"#)),
    ];
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_module_that_lacks_an_export_or_is_none_is_named() {
    let wasm = r#"{"path": "./words.wat", "name": "words"}, {"path": "./plugin.wat"}"#;
    let parts = r#"(module (import "words" "one" (func (result i32))) (export "one" (func 0)))"#;
    let told = [
        told_of("modules-lacks", r#"(module (func (export "uno")))"#, wasm),
        told_of("modules-garbage", "garbage", wasm),
        told_of("modules-circle", parts, wasm),
    ];
    insta::assert_snapshot!(told.join("\n"), @r#"
    {"path": "./words.wat", "name": "words"}, {"path": "./plugin.wat"}
    breach: cannot load with the manifest's modules: `one` is imported from `words`, which does not export it; fix: correct the name, or export it there
    note: imports `two()` from `env`, which the host's author must register; fix: say so in your documentation, with the signature

    {"path": "./words.wat", "name": "words"}, {"path": "./plugin.wat"}
    breach: cannot load with the manifest's modules: not a valid plugin: `./words.wat`: it does not start with the wasm magic number; fix: build it again, or leave it out
    note: imports `two()` from `env`, which the host's author must register; fix: say so in your documentation, with the signature

    {"path": "./words.wat", "name": "words"}, {"path": "./plugin.wat"}
    breach: cannot load with the manifest's modules: not a valid plugin: modules of its manifest import from each other or from themselves, which Extism links without end: `words`; fix: build it again, or leave it out
    note: imports `two()` from `env`, which the host's author must register; fix: say so in your documentation, with the signature
    "#);
}

#[test]
fn hosts_that_can_never_match_are_told_with_what_to_write() {
    let wat = r#"(module (func (export "run")))"#;
    let text = r#"{"wasm": [{"path": "a.wasm"}], "allowed_hosts": ["https://api.example.com", "a.example:8080",
      "API.example.com", "", "example.com/api", "b\u00fccher.example", "*", "*.github.com", "127.0.0.1", "[a-c].example.com"]}"#;
    let manifest = extism::parse(text).unwrap();
    insta::assert_snapshot!(check_with(wat.as_bytes(), &profile("extism").unwrap(), &manifest).unwrap(), @r#"
    note: the manifest allows hosts in vain: "https://api.example.com" is a URL, and a pattern is a host's name alone; fix: write "api.example.com"
    note: the manifest allows hosts in vain: "a.example:8080" has a port, and a pattern is a host's name alone; fix: write "a.example"
    note: the manifest allows hosts in vain: "API.example.com" is not written as a URL's host is read, and a pattern is a host's name alone; fix: write "api.example.com"
    note: the manifest allows hosts in vain: "" is no host's name; fix: leave it out, or write "*" for all
    note: the manifest allows hosts in vain: "example.com/api" has a path, and a pattern is a host's name alone; fix: write "example.com"
    note: the manifest allows hosts in vain: "bücher.example" is not written as a URL's host is read, and a pattern is a host's name alone; fix: write "xn--bcher-kva.example"
    "#);
}
