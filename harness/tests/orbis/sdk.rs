//! A plugin that was written with Orbis' own SDK, unmodified.

use std::path::{Path, PathBuf};

use plugsmith_harness::hosts::orbis::{App, HttpBodies, Orbis};
use plugsmith_harness::plugsmith::HttpResponse;
use plugsmith_harness::{Error, assert_outcome_snapshot, assert_trace_snapshot};
use serde_json::json;

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/orbis-sdk")
}

fn documented() -> Orbis {
    Orbis::as_documented().migrations(folder().join("migrations")).http_bodies(HttpBodies::Bytes)
}

fn app(host: Orbis) -> App {
    host.load_crate(&folder()).unwrap()
}

#[test]
fn it_runs_in_the_shipped_host() {
    let mut app = app(Orbis::as_shipped());
    app.get("/hello").query("name", "Ada").user("u1").send().unwrap();
    app.get("/visits").user("u1").send().unwrap();
    app.get("/visits").user("u1").send().unwrap();
    app.get("/items").send().unwrap();
    assert_trace_snapshot!(app);
}

#[test]
fn its_database_works_as_documented() {
    let mut app = app(documented());
    app.post("/items").json(json!({"name": "lamp", "price": 7.5})).send().unwrap();
    app.post("/items").json(json!({"name": "lamp"})).send().unwrap();
    app.post("/items").json(json!({})).send().unwrap();
    app.post("/items").json(json!({"name": 7})).send().unwrap();
    app.get("/items/1").send().unwrap();
    app.get("/items").send().unwrap();
    app.delete("/items/1").send().unwrap();
    app.get("/items/1").send().unwrap();
    assert_trace_snapshot!(app);
}

#[test]
fn its_requests_are_answered_by_mocks() {
    let mut app = app(documented().http("GET https://api.example.com/*", HttpResponse::new(200, "1.09")));
    assert_outcome_snapshot!(app.get("/fetch").send());
}

#[test]
fn a_panic_within_a_transaction_changes_nothing() {
    let mut app = app(documented());
    let outcome = app.post("/boom").json(7).send();
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().display().to_string();
    insta::assert_snapshot!(outcome.report().replace(&checkout, "[checkout]"));
    assert!(matches!(outcome.unwrap_err(), Error::Trapped { .. }));
    assert_eq!(app.query("SELECT count(*) AS n FROM items").unwrap(), [json!({"n": 0})]);
}

#[test]
fn an_echo_of_16_kb_runs_out_of_fuel_somewhere() {
    // What the real host does with the reference SDK: a plugin's author must hear of it here.
    let mut app = app(Orbis::as_shipped());
    let body = |bytes: usize| vec![json!({"name": "x".repeat(20), "values": [1, 2, 3]}); bytes / 50];
    assert_eq!(app.post("/echo").json(body(4_000)).send().response().status, 200);
    assert!(matches!(app.post("/echo").json(body(64_000)).send().unwrap_err(), Error::HostLimit { .. }));
}
