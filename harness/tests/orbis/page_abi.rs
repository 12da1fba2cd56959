//! The signatures on Orbis' page: its own listings, the PDK's `abi = "page"`, and what goes wrong in them.

use std::path::{Path, PathBuf};

use plugsmith_harness::hosts::orbis::{App, Manifest, Orbis};
use plugsmith_harness::plugsmith::HttpResponse;
use plugsmith_harness::{Error, assert_outcome_snapshot, assert_trace_snapshot};
use serde_json::json;

use crate::guest::run;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn app(host: Orbis, name: &str) -> App {
    host.load_crate(&folder(name)).unwrap()
}

/// A module with what the page asks for, and `body` in it.
fn module(body: &str) -> String {
    let phases =
        ["init", "execute", "cleanup"].map(|name| format!("(func (export \"{name}\") (result i32) (i32.const 0))"));
    format!("(module (memory (export \"memory\") 1 2) {} {body})", phases.concat())
}

fn load(body: &str) -> Result<App, Error> {
    let manifest = Manifest::parse(&crate::guest::manifest("[]", &["run"])).unwrap();
    Orbis::page_abi().manifest(manifest).load(module(body).into_bytes())
}

#[test]
fn the_pages_complete_example_runs() {
    let mut app = app(Orbis::page_abi(), "orbis-page-complete");
    app.get("/api/items").user("ada").send().unwrap();
    // It reads its item where the page puts the whole input, so it never finds one there.
    app.post("/api/items").user("ada").json(json!({ "name": "pen" })).send().unwrap();
    app.handle("create_item", json!({ "name": "pen" })).unwrap();
    for phase in ["init", "execute", "cleanup"] {
        assert_eq!(app.lifecycle(phase).unwrap(), 0);
    }
    assert_trace_snapshot!(app);
}

#[test]
fn the_pages_other_listings_run() {
    let host = Orbis::page_abi()
        .sql("CREATE TABLE items (name TEXT)")
        .http("GET https://api.example.com/", HttpResponse::new(200, "hello"));
    let mut app = app(host, "orbis-page");
    app.get("/api/greet").user("ada").send().unwrap();
    app.post("/api/tour/7?full=1").user("ada").json(json!([1])).send().unwrap();
    assert_trace_snapshot!(app);
}

#[test]
fn what_the_manifest_does_not_ask_for_is_denied() {
    let mut app = app(Orbis::page_abi().permissions([]), "orbis-page");
    assert_outcome_snapshot!(app.handle("handle_tour", 1));
}

#[test]
fn a_plugin_of_the_pdk_runs() {
    let mut app = app(Orbis::page_abi(), "orbis-page-pdk");
    app.get("/items/7?full=true").user("ada").send().unwrap();
    app.get("/items/x").user("ada").send().unwrap();
    app.post("/count").json(json!([1, 2, 3])).send().unwrap();
    app.get("/fail").send().unwrap();
    app.lifecycle("init").unwrap();
    app.lifecycle("execute").unwrap();
    app.lifecycle("cleanup").unwrap();
    assert_trace_snapshot!(app);
}

#[test]
fn a_panic_of_the_pdk_is_in_the_hosts_log() {
    let mut app = app(Orbis::page_abi(), "orbis-page-pdk");
    let error = app.get("/boom?index=7").send().unwrap_err();
    let Error::Trapped { panic: Some(panic), .. } = error else { panic!("{error}") };
    assert!(panic.starts_with("index out of bounds: the len is 3 but the index is 7, "), "{panic}");
}

#[test]
fn no_other_host_takes_such_a_plugin() {
    let told = ["orbis-page-complete", "orbis-page", "orbis-page-pdk"]
        .map(|name| Orbis::as_documented().load_crate(&folder(name)).unwrap_err().to_string());
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn it_takes_no_plugin_of_the_shipped_abi() {
    let error = Orbis::page_abi().load_crate(&folder("orbis-sdk")).unwrap_err();
    insta::assert_snapshot!(error);
}

#[test]
fn what_the_page_asks_for_must_be_there() {
    let manifest = || Manifest::parse(&crate::guest::manifest("[]", &[])).unwrap();
    let told = [
        r#"(module (memory (export "memory") 1) (func (export "init") (result i32) (i32.const 0)))"#.to_owned(),
        module(r#"(func (export "alloc") (param i64) (result i32) (i32.const 0))"#),
        module(r#"(func (export "dealloc") (param i32))"#),
        r#"(module (import "env" "db_query" (func (param i32 i32 i32 i32) (result i32))))"#.to_owned(),
    ]
    .map(|module| Orbis::page_abi().manifest(manifest()).load(module.into_bytes()).unwrap_err().to_string());
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn an_answer_ends_where_its_json_does() {
    let answers = [
        ("object, then anything", r#"{\"a\":[]}\ff\ff"#, r#"{"a":[]}"#),
        ("list", r#"[1]x"#, "[1]"),
        ("text", r#"\"}\"x"#, r#""}""#),
        ("number, then NUL", r#"12\003"#, "12"),
        ("word, then NUL", r#"null\00"#, "null"),
    ];
    for (name, data, json) in answers {
        let body = format!(
            r#"(data (i32.const 8) "{data}") (func (export "run") (param i32 i32) (result i32) (i32.const 8))"#
        );
        assert_eq!(run(&mut load(&body).unwrap()).unwrap().to_string(), json, "{name}");
    }
}

#[test]
fn an_answer_that_is_none_is_told() {
    let answers = [
        ("null", "(i32.const 0)"),
        ("out of bounds", "(i32.const -8)"),
        ("just beyond", "(i32.const 131072)"),
        ("empty", "(i32.const 8)"),
        ("no JSON", r#"(i32.store (i32.const 8) (i32.const 0x73706f6f)) (i32.const 8)"#),
        ("a number without an end", r#"(i32.store (i32.const 8) (i32.const 0xff3231)) (i32.const 8)"#),
        ("half a list", r#"(i32.store (i32.const 8) (i32.const 0x2c315b)) (i32.const 8)"#),
        ("unterminated", r#"(i32.store (i32.const 131068) (i32.const 0x322c315b)) (i32.const 131068)"#),
    ];
    let told = answers.map(|(name, answer)| {
        let mut app = load(&format!(r#"(func (export "run") (param i32 i32) (result i32) {answer})"#)).unwrap();
        format!("{name}: {}", run(&mut app).unwrap_err())
    });
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn an_input_without_room_is_told() {
    let body = r#"(func (export "run") (param i32 i32) (result i32) (i32.const 0))"#;
    let error = load(body).unwrap().handle("run", "x".repeat(65536)).unwrap_err();
    insta::assert_snapshot!(error);
}
