//! The built plugin, in the harness.

use plugsmith_harness::hosts::orbis::Orbis;

#[test]
fn greets_and_counts() {
    let mut app = plugsmith_harness::orbis!(Orbis::as_documented()); // built, never stale, strict
    let response = app.get("/api/greet?name=Ada").send().unwrap();
    assert_eq!(response.body, "Hello, Ada! You are visitor 1.");
    plugsmith_harness::assert_trace_snapshot!(app);
}

#[test]
fn greets_in_the_shipped_host_where_nobody_can_log_in() {
    // It puts every answer into `data`; without authentication, as it is started by default.
    let mut app = plugsmith_harness::orbis!(Orbis::as_shipped().without_auth());
    let response = app.get("/api/greet?name=Ada").send().unwrap();
    let body = &response.body["data"]["body"];
    assert_eq!(body, "Hello, Ada! You are visitor 1.");
}
