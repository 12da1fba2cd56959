//! The built plugin, in the harness.

use plugsmith_harness::hosts::orbis::Orbis;

#[test]
fn greets_and_counts() {
    let mut app = plugsmith_harness::orbis!(Orbis::as_documented()); // built, never stale, strict
    let response = app.get("/api/greet/Ada").send().unwrap();
    assert_eq!(response.body, "Hello, Ada! You are visitor 1.");
    plugsmith_harness::assert_trace_snapshot!(app);
}

#[test]
fn greets_in_the_shipped_host() {
    // It matches paths letter for letter, and puts every answer into `data`.
    let mut app = plugsmith_harness::orbis!(Orbis::as_shipped());
    let response = app.get("/api/greet/%7Bname%7D?name=Ada").send().unwrap();
    let body = &response.body["data"]["body"];
    assert_eq!(body, "Hello, Ada! You are visitor 1.");
}
