//! The host as its pages describe it.

use plugsmith_harness::assert_outcome_snapshot;
use plugsmith_harness::hosts::orbis::{App, Manifest, Orbis};
use serde_json::json;

use crate::guest::{documented, module};
use crate::shipped::ECHO;

fn app(routes: &[(&str, &str)]) -> App {
    let routes: Vec<_> = routes
        .iter()
        .map(|(method, path)| json!({"method": method, "path": path, "handler": "echo", "requires_auth": false}))
        .collect();
    let manifest = json!({"name": "echo", "version": "1.0.0", "routes": routes});
    let host = Orbis::as_documented().manifest(Manifest::from_json(manifest).unwrap());
    host.load(module(ECHO).into_bytes()).unwrap()
}

#[test]
fn a_handler_is_given_path_parameters_and_the_user_too() {
    let mut app = app(&[("POST", "/items/{id}/tags/:tag")]);
    let call = app.post("/items/7/tags/a%2Fb").query("q", "caf\u{e9} & co").user("u1").json(json!({"n": 1}));
    insta::assert_snapshot!(format!("{:#}", call.send().unwrap().body), @r#"
    {
      "body": {
        "n": 1
      },
      "headers": {
        "content-type": "application/json"
      },
      "is_admin": false,
      "method": "POST",
      "params": {
        "id": "7",
        "tag": "a/b"
      },
      "path": "/items/7/tags/a/b",
      "query": {
        "q": "café & co"
      },
      "user": {
        "id": "u1",
        "is_admin": false
      },
      "user_id": "u1"
    }
    "#);
}

#[test]
fn a_path_of_letters_goes_before_one_with_parameters() {
    let mut app = app(&[("GET", "/items/{id}"), ("GET", "/items/new"), ("GET", "/{kind}/new")]);
    let params = |app: &mut App, path: &str| app.get(path).send().unwrap().body["params"].clone();
    assert_eq!(params(&mut app, "/items/new"), json!({}));
    assert_eq!(params(&mut app, "/items/7"), json!({"id": "7"}));
    assert_eq!(params(&mut app, "/tags/new"), json!({"kind": "tags"}));
    assert_eq!(app.get("/items/").send().unwrap().status, 404);
    assert_eq!(app.get("/items/7/8").send().unwrap().status, 404);
}

#[test]
fn a_wrong_method_is_405_and_names_the_right_ones() {
    let mut app = app(&[("GET", "/items/{id}"), ("put", "/items/{id}")]);
    assert_outcome_snapshot!(app.delete("/items/7").send(), @r#"
    DELETE /items/7
    => 405 allow: "GET, PUT" {"error":{"code":"METHOD_NOT_ALLOWED","message":"/items/7 in plugin 'echo' takes GET, PUT"},"success":false}
    "#);
    assert_outcome_snapshot!(app.delete("/item/7").send(), @r#"
    DELETE /item/7
    => 404 {"error":{"code":"NOT_FOUND","message":"Route DELETE /item/7 not found in plugin 'echo'"},"success":false}
    "#);
}

#[test]
fn a_handlers_status_headers_and_body_are_the_response() {
    let mut app = documented(
        r#"
        (data (i32.const 8) "\47\00\00\00{\"status\": 201, \"headers\": {\"Location\": \"/items/7\"}, \"body\": {\"id\": 7}}")
        (func (export "run") (param i32 i32) (result i32) (i32.const 8))"#,
    );
    assert_outcome_snapshot!(app.get("/run").send(), @r#"
    GET /run
    => 201 location: "/items/7" {"id":7}
    "#);
}

#[test]
fn a_status_without_a_body_is_a_response_without_one() {
    let answers = [
        r#"{"status": 404}"#,
        r#"{"status": 303, "headers": {"location": "/a"}}"#,
        r#"{"status": 204, "headers": null}"#,
    ];
    let told = answers.map(|answer| documented(&answering(answer)).get("/run").send().trace());
    insta::assert_snapshot!(told.join("\n"), @r#"
    GET /run
    => 404
    GET /run
    => 303 location: "/a"
    GET /run
    => 204
    "#);
}

#[test]
fn any_other_answer_is_the_body_of_a_200() {
    let answers = [
        r#"[1]"#,
        r#"{"status": "ok"}"#,
        r#"{"status": 404, "id": 2}"#,
        r#"{"status": 404, "body": 1, "id": 2}"#,
        r#"{"headers": {}}"#,
        "null",
    ];
    for answer in answers {
        let mut app = documented(&answering(answer));
        let response = app.get("/run").send().unwrap();
        assert_eq!(
            (response.status, response.body.to_string()),
            (200, serde_json::from_str::<serde_json::Value>(answer).unwrap().to_string())
        );
    }
}

#[test]
fn a_response_that_http_does_not_have_is_told() {
    let answers = [
        r#"{"status": 42, "body": 1}"#,
        r#"{"status": "404", "body": 1}"#,
        r#"{"status": 1}"#,
        r#"{"status": 200, "body": 1, "headers": ["a"]}"#,
        r#"{"status": 200, "body": 1, "headers": {"a b": "c"}}"#,
        r#"{"status": 200, "body": 1, "headers": {"a": "b\r\nc: d"}}"#,
        r#"{"status": 200, "body": 1, "headers": {"a": 7}}"#,
        r#"{"status": 200, "body": 1, "headers": {"Content-Length": "999"}}"#,
    ];
    let told = answers.map(|answer| documented(&answering(answer)).get("/run").send().unwrap_err().to_string());
    insta::assert_snapshot!(told.join("\n"), @r#"
    bad output of `run`: 42 is no status from 200 to 599
    bad output of `run`: "404" is no status from 200 to 599
    bad output of `run`: 1 is no status from 200 to 599; if it is the body, answer {"status": 200, "body": ..}
    bad output of `run`: the headers ["a"] are no JSON object
    bad output of `run`: "a b" is no header's name
    bad output of `run`: the header a is "b\r\nc: d", and no text without control characters
    bad output of `run`: the header a is 7, and no text without control characters
    bad output of `run`: the header Content-Length is the server's, which alone knows how it sends the body: leave it out
    "#);
}

#[test]
fn a_header_that_says_how_the_body_is_sent_is_the_servers() {
    let headers = ["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"];
    for name in headers {
        let answer = format!(r#"{{"status": 200, "body": 1, "headers": {{"{name}": "close"}}}}"#);
        let error = documented(&answering(&answer)).get("/run").send().unwrap_err().to_string();
        assert!(error.contains(&format!("the header {name} is the server's")), "{error}");
    }
}

fn answering(answer: &str) -> String {
    let length = answer.len();
    let data = answer.replace('\\', "\\\\").replace('"', "\\\"");
    format!(
        r#"(data (i32.const 8) "\{length:02x}\00\00\00{data}")
        (func (export "run") (param i32 i32) (result i32) (i32.const 8))"#
    )
}

#[test]
fn a_body_that_should_be_json_and_is_none_is_400() {
    let mut app = app(&[("POST", "/items")]);
    assert_outcome_snapshot!(app.post("/items").body("{\"n\": ").send(), @r#"
    POST /items "{\"n\": "
    => 400 {"error":{"code":"INVALID_JSON","message":"the body is no JSON: EOF while parsing a value at line 1 column 6"},"success":false}
    "#);
    let text = app.post("/items").header("Content-Type", "text/plain").body("{").send().unwrap();
    assert_eq!(text.body["body"], "{");
    let typed = app.post("/items").header("content-type", "application/vnd.api+json; charset=utf-8").body("{").send();
    assert_eq!(typed.unwrap().status, 400);
    let bytes = app.post("/items").header("content-type", "image/png").body([0x89, 0xff]).send().unwrap();
    assert_eq!((bytes.status, &bytes.body["error"]["code"]), (400, &json!("INVALID_BODY")));
}

#[test]
fn a_body_of_10_mb_is_413() {
    let mut app = app(&[("POST", "/items")]);
    let response = app.post("/items").body("1".repeat(10_000_000)).send().unwrap();
    insta::assert_snapshot!(format!("{} {}", response.status, response.body), @r#"413 {"error":{"code":"PAYLOAD_TOO_LARGE","message":"the body has more than 1048576 bytes, the most that are taken"},"success":false}"#);
}

#[test]
fn a_body_reaches_every_method() {
    let mut app = app(&[("DELETE", "/items")]);
    assert_eq!(app.delete("/items").json(json!([7])).send().unwrap().body["body"], json!([7]));
}

#[test]
fn text_is_sent_as_text_and_no_content_as_nothing() {
    use plugsmith_harness::hosts::orbis::Response;

    let response = |status, ty: &str, body| Response {
        status,
        headers: [("content-type".to_owned(), ty.to_owned())].into(),
        body,
    };
    assert_eq!(response(200, "text/html", json!("<p>")).bytes(), b"<p>");
    assert_eq!(response(200, "application/json", json!("<p>")).bytes(), b"\"<p>\"");
    assert_eq!(response(204, "text/plain", json!(null)).bytes(), b"");
    assert_eq!(response(200, "text/plain", json!({"a": 1})).bytes(), b"{\"a\":1}");
}

#[test]
fn the_life_cycle_is_the_tests_to_call() {
    let mut app = plugsmith_harness::hosts::orbis::Orbis::as_documented()
        .manifest(Manifest::parse(r#"{"name": "a", "version": "1.0.0"}"#).unwrap())
        .load(
            module(
                r#"
                (data (i32.const 8) "n1")
                (func (export "init") (result i32)
                  (drop (call $state_set (i32.const 8) (i32.const 1) (i32.const 9) (i32.const 1)))
                  (i32.const 0))
                (func (export "cleanup") (param i32) (result i32) (i32.const 0))"#,
            )
            .into_bytes(),
        )
        .unwrap();
    assert_outcome_snapshot!(app.lifecycle("init"), @r#"
    init
      state_set "n" 1
    => 0
    "#);
    assert_eq!(app.state("n"), Some(json!(1)));
    insta::assert_snapshot!(app.lifecycle("cleanup").unwrap_err(), @"signatures differ: the artifact has `cleanup(i32) -> i32`, but Orbis calls `cleanup() -> i32`");
    insta::assert_snapshot!(app.lifecycle("execute").unwrap_err(), @"no export `execute`; there is `init`, `cleanup`");
}
