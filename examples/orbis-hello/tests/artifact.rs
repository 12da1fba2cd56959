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
