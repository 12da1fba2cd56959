//! The host as it is shipped, down to what it lacks.

use plugsmith_harness::assert_outcome_snapshot;
use plugsmith_harness::hosts::orbis::{App, HttpBodies, Manifest, Orbis};
use plugsmith_harness::plugsmith::HttpResponse;
use serde_json::json;

use crate::guest::{load, module, run, shipped};
use crate::services::ASKS;

/// Echoes its input: the context as the host gives it.
pub(crate) const ECHO: &str = r#"
    (func (export "echo") (param $pointer i32) (param $length i32) (result i32) (local $answer i32)
      (local.set $answer (call $allocate (i32.add (local.get $length) (i32.const 4))))
      (i32.store (local.get $answer) (local.get $length))
      (memory.copy (i32.add (local.get $answer) (i32.const 4)) (local.get $pointer) (local.get $length))
      (local.get $answer))"#;

fn app(routes: &str) -> App {
    let manifest = format!(r#"{{"name": "echo", "version": "1.0.0", "routes": [{routes}]}}"#);
    Orbis::as_shipped().manifest(Manifest::parse(&manifest).unwrap()).load(module(ECHO).into_bytes()).unwrap()
}

fn route(method: &str, path: &str) -> String {
    format!(r#"{{"method": "{method}", "path": "{path}", "handler": "echo", "requires_auth": false}}"#)
}

#[test]
fn a_handler_is_given_what_the_shipped_host_gives() {
    let mut app = app(&route("POST", "/items"));
    let outcome = app.post("/items?a=1&b").admin("u1").header("X-Trace", "7").json(json!({"n": 1})).send();
    insta::assert_snapshot!(format!("{:#}", outcome.unwrap().body), @r#"
    {
      "data": {
        "body": {
          "n": 1
        },
        "headers": {
          "content-type": "application/json",
          "x-trace": "7"
        },
        "is_admin": true,
        "method": "POST",
        "path": "/items",
        "query": {
          "a": "1",
          "b": ""
        },
        "user_id": "u1"
      },
      "success": true
    }
    "#);
}

#[test]
fn every_answer_is_wrapped_in_a_200() {
    let mut app = shipped(
        r#"
        (data (i32.const 8) "\1d\00\00\00{\"status\": 404, \"body\": null}")
        (func (export "run") (param i32 i32) (result i32) (i32.const 8))
        (func (export "null") (param i32 i32) (result i32) (i32.const 0))"#,
    );
    assert_outcome_snapshot!(app.get("/run").send(), @r#"
    GET /run
    => 200 {"data":{"body":null,"status":404},"success":true}
    "#);
    assert_outcome_snapshot!(app.get("/null").send(), @r#"
    GET /null
    => 200 {"data":null,"success":true}
    "#);
}

#[test]
fn database_http_and_events_are_denied_whatever_the_manifest_says() {
    assert_outcome_snapshot!(run(&mut shipped(ASKS)), @r#"
    run {}
      db_query -> failed: denied: the shipped host asks for "database:read", which no manifest can grant
      db_execute -> failed: denied: the shipped host asks for "database:write", which no manifest can grant
      http_request -> failed: denied: the shipped host asks for "network:http", which no manifest can grant
      emit_event -> failed: denied: the shipped host asks for "events:emit", which no manifest can grant
    => true
    "#);
}

#[test]
fn paths_are_compared_letter_by_letter() {
    let mut app = app(&[route("GET", "/items/{id}"), route("get", "/a b")].join(","));
    assert_outcome_snapshot!(app.get("/items/7").send(), @r#"
    GET /items/7
    => 404 {"error":{"code":"NOT_FOUND","message":"Route GET /items/7 not found in plugin 'echo'"},"success":false}
    "#);
    assert_eq!(app.get("/items/{id}").send().unwrap().status, 200);
    assert_eq!(app.get("/a%20b").send().unwrap().body["data"]["path"], "/a b");
    assert_eq!(app.get("/items/").send().unwrap().status, 404);
}

#[test]
fn a_wrong_method_is_not_found() {
    assert_outcome_snapshot!(app(&route("GET", "/items")).delete("/items").send(), @r#"
    DELETE /items
    => 404 {"error":{"code":"NOT_FOUND","message":"Route DELETE /items not found in plugin 'echo'"},"success":false}
    "#);
}

#[test]
fn a_route_wants_a_user_unless_it_says_otherwise() {
    let routes = r#"{"method": "GET", "path": "/items", "handler": "echo"}"#;
    assert_outcome_snapshot!(app(routes).get("/items").send(), @r#"
    GET /items
    => 401 {"error":{"code":"AUTH_ERROR","message":"Authentication required"},"success":false}
    "#);
    assert_eq!(app(routes).get("/items").user("u1").send().unwrap().body["data"]["user_id"], "u1");
}

#[test]
fn a_body_that_is_no_json_becomes_text() {
    let mut app = app(&route("POST", "/items"));
    assert_eq!(app.post("/items").body("{").send().unwrap().body["data"]["body"], "{");
    assert_eq!(app.post("/items").body([0xff]).send().unwrap().body["data"]["body"], "\u{fffd}");
    assert_eq!(app.post("/items").send().unwrap().body["data"]["body"], json!(null));
}

#[test]
fn only_post_put_and_patch_have_a_body() {
    let mut app = app(&route("DELETE", "/items"));
    assert_eq!(app.delete("/items").json(1).send().unwrap().body["data"]["body"], json!(null));
}

#[test]
fn a_body_of_more_than_1_mib_is_a_500() {
    let mut app = app(&route("POST", "/items"));
    assert_eq!(app.post("/items").body("1".repeat(1024 * 1024 + 1)).send().unwrap().status, 500);
}

#[test]
fn a_query_is_decoded_byte_by_byte() {
    let mut app = app(&route("GET", "/items"));
    let query = app.get("/items?name=caf%C3%A9+x&flag&bad=%zz&=1").send().unwrap().body["data"]["query"].clone();
    assert_eq!(query, json!({"name": "cafÃ© x", "flag": "", "bad": "%zz", "": "1"}));
}

#[test]
fn what_it_has_no_use_for_is_told() {
    let hosts = [
        Orbis::as_shipped().database("items.sqlite"),
        Orbis::as_shipped().migrations("no/such/folder"),
        Orbis::as_shipped().sql("oops"),
        Orbis::as_shipped().http("GET https://a/*", HttpResponse::new(200, "")),
        Orbis::as_shipped().http_bodies(HttpBodies::Bytes),
        Orbis::as_shipped().permissions(["network"]),
    ];
    let told = hosts.map(|host| load(host, "", "[]").unwrap_err().to_string());
    insta::assert_snapshot!(told.join("\n"), @"
    `Orbis::database` does nothing in `Orbis::as_shipped()`, which has no database: leave it out, or use `Orbis::as_documented()`
    `Orbis::migrations` does nothing in `Orbis::as_shipped()`, which has no database: leave it out, or use `Orbis::as_documented()`
    `Orbis::sql` does nothing in `Orbis::as_shipped()`, which has no database: leave it out, or use `Orbis::as_documented()`
    `Orbis::http` does nothing in `Orbis::as_shipped()`, which denies every request: leave it out, or use `Orbis::as_documented()`
    `Orbis::http_bodies` does nothing in `Orbis::as_shipped()`, which denies every request: leave it out, or use `Orbis::as_documented()`
    `Orbis::permissions` does nothing in `Orbis::as_shipped()`, which denies what needs a permission: leave it out, or use `Orbis::as_documented()`
    ");
}

#[test]
fn there_is_no_database_to_look_into() {
    insta::assert_snapshot!(app("").query("SELECT 1").unwrap_err(), @"host function `db_query` failed: the shipped host has no database: use Orbis::as_documented");
}
