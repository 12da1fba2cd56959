//! The built plugin, in the harness: as its pages describe the host, and as it is shipped.

use plugsmith_harness::hosts::orbis::Orbis;
use plugsmith_harness::{assert_trace_snapshot, orbis};

#[test]
fn greets_and_counts() {
    let mut app = orbis!(Orbis::as_documented());
    assert_eq!(app.get("/api/greet").send().unwrap().body, "Hello, World! You are visitor 1.");
    assert_eq!(app.get("/api/greet?name=Ada").send().unwrap().body, "Hello, Ada! You are visitor 2.");
    assert_trace_snapshot!(app);
}

#[test]
fn greets_in_the_shipped_host() {
    let mut app = orbis!(Orbis::as_shipped());
    let response = app.get("/api/greet?name=Ada").send().unwrap();

    assert_eq!(response.body["data"]["body"], "Hello, Ada! You are visitor 1.");
}

#[test]
fn the_artifact_asks_for_what_it_uses_and_no_more() {
    let app = orbis!(Orbis::as_shipped());
    let mut imports: Vec<_> = app.module().imports.iter().map(|import| (&*import.module, &*import.name)).collect();
    imports.sort();

    assert_eq!(imports, [("env", "log"), ("env", "state_get"), ("env", "state_set")]);
    let exports: Vec<_> = app.module().exports.iter().map(|(name, signature)| signature.render(name)).collect();
    assert_eq!(
        exports,
        [
            "allocate(i32) -> i32",
            "cleanup() -> i32",
            "deallocate(i32, i32)",
            "execute() -> i32",
            "greet(i32, i32) -> i32",
            "init() -> i32",
        ]
    );
    app.manifest().parsed().validate().unwrap();
}
