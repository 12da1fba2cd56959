//! Requests that a server has seen, sent again in a test.

use std::path::{Path, PathBuf};

use plugsmith_harness::assert_trace_snapshot;
use plugsmith_harness::hosts::orbis::{Manifest, Orbis, Request, User, record};
use serde_json::json;

use crate::guest::module;
use crate::shipped::ECHO;

fn file(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn app() -> plugsmith_harness::hosts::orbis::App {
    let routes = json!([{"method": "POST", "path": "/items", "handler": "echo"}]);
    let manifest = Manifest::from_json(json!({"name": "a", "version": "1.0.0", "routes": routes})).unwrap();
    Orbis::as_documented().manifest(manifest).load(module(ECHO).into_bytes()).unwrap()
}

fn post(body: &[u8], ty: &str) -> Request {
    let mut request = Request::new("POST", "/items?a=1");
    request.body = body.to_vec();
    request.headers.insert("content-type".to_owned(), ty.to_owned());
    request.headers.insert("authorization".to_owned(), "Bearer secret".to_owned());
    request.headers.insert("x-trace".to_owned(), "7".to_owned());
    request.user = Some(User { id: "ada".to_owned(), is_admin: true });
    request
}

#[test]
fn a_recording_is_sent_again() {
    let requests = [
        post(br#"{"n":1}"#, "application/json"),
        post(br#"{ "n": 1 }"#, "application/json"),
        post(b"text", "text/plain"),
        post(&[0xff, 0], "image/png"),
        Request::new("GET", "/nowhere"),
    ];
    let lines = requests.iter().map(record).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(lines, @r#"
    {"method":"POST","path":"/items?a=1","headers":{"content-type":"application/json","x-trace":"7"},"json":{"n":1},"user":{"id":"ada","is_admin":true}}
    {"method":"POST","path":"/items?a=1","headers":{"content-type":"application/json","x-trace":"7"},"text":"{ \"n\": 1 }","user":{"id":"ada","is_admin":true}}
    {"method":"POST","path":"/items?a=1","headers":{"content-type":"text/plain","x-trace":"7"},"text":"text","user":{"id":"ada","is_admin":true}}
    {"method":"POST","path":"/items?a=1","headers":{"content-type":"image/png","x-trace":"7"},"bytes":[255,0],"user":{"id":"ada","is_admin":true}}
    {"method":"GET","path":"/nowhere"}
    "#);
    let mut app = app();
    let outcomes = app.replay(file("orbis-requests.jsonl", &lines)).unwrap();
    assert_eq!(outcomes.len(), 5);
    assert_trace_snapshot!(app, suffix = "trace");
}

/// A request with secrets everywhere but in its body.
fn secretive() -> Request {
    let mut request = Request::new("GET", "/nowhere?access_token=s3cret&author=ada&csrf%5Ftoken=s3cret&q");
    for name in ["proxy-authorization", "x-api-key", "x-auth-token", "x-csrf-token", "cookie", "authorization"] {
        request.headers.insert(name.to_owned(), "s3cret".to_owned());
    }
    request
}

#[test]
fn a_recording_holds_no_secrets() {
    insta::assert_snapshot!(record(&secretive()), @r#"{"method":"GET","path":"/nowhere?access_token=..&author=ada&csrf%5Ftoken=..&q","headers":{"proxy-authorization":"..","x-api-key":"..","x-auth-token":"..","x-csrf-token":".."}}"#);
}

#[test]
fn neither_trace_nor_report_holds_secrets() {
    let outcome = app().send(&secretive());
    insta::assert_snapshot!(outcome.report(), @r#"
    GET /nowhere?access_token=..&author=ada&csrf%5Ftoken=..&q proxy-authorization: .. x-api-key: .. x-auth-token: .. x-csrf-token: .. succeeded
      => 404 {"error":{"code":"NOT_FOUND","message":"Route GET /nowhere not found in plugin 'a'"},"success":false}
      again with:
        curl -i 'http://127.0.0.1:8787/api/plugins/a/nowhere?access_token=..&author=ada&csrf%5Ftoken=..&q' -H 'proxy-authorization: ..' -H 'x-api-key: ..' -H 'x-auth-token: ..' -H 'x-csrf-token: ..'  # while this runs: cargo plugsmith serve plugin.wasm
    "#);
}

#[test]
fn a_line_that_is_no_request_is_told() {
    let file =
        file("orbis-broken.jsonl", "{\"method\":\"GET\",\"path\":\"/\"}\n\n{\"method\":\"GET\",\"url\":\"/\"}\n");
    let error = app().replay(&file).unwrap_err().to_string();
    insta::assert_snapshot!(error.replace(&file.display().to_string(), "[file]"), @"[file]: line 3: no recorded request: unknown field `url`, expected one of `method`, `path`, `headers`, `json`, `text`, `bytes`, `user` at line 1 column 21");
}
