//! What a handler returns, and the JSON that crosses.

use std::collections::{BTreeMap, HashMap};

use plugsmith::Json;
use plugsmith::orbis::testing::{MockHost, call};
use plugsmith::orbis::{Error, IntoResponse, Response, route};

fn crosses(value: impl IntoResponse) -> String {
    value.into_response().encode()
}

#[test]
fn every_type_has_its_json() {
    let lines = [
        crosses("text"),
        crosses(String::from("a\"b")),
        crosses(true),
        crosses(7_u64),
        crosses(1.5),
        crosses(vec![1, 2]),
        crosses(BTreeMap::from([("a", 1)])),
        crosses(HashMap::from([(1, "a")])),
        crosses(Json(("a", 1))),
        crosses(serde_json::json!({"status": 404, "body": 1})),
        crosses(()),
        crosses(Some(7)),
        crosses(None::<u8>),
        crosses((201, Json(7))),
        crosses((201, None::<u8>)),
        crosses(Ok::<_, Error>(7)),
        crosses(Response::created(&7).with_header("location", "/7").with_header("x", "\"y\"").with_header("X", "z")),
        crosses(Response::no_content()),
        crosses(Response::bare(&[1, 2])),
        crosses(Response::bare(&7).with_status(202)),
    ];
    insta::assert_snapshot!(lines.join("\n"));
}

#[route(GET, "/api/made/{count}")]
fn made(count: u8) -> impl IntoResponse {
    (201, vec![7; count.into()])
}

#[test]
fn a_reply_may_be_of_a_type_without_a_name() {
    let answer = call!(made, MockHost::new().request("GET", "/api/made/2").user("u1"));
    assert_eq!((answer.status(), answer.text()), (201, "[7,7]"));
}

#[test]
fn a_response_is_shown_with_its_json() {
    let response = Response::json(&[1]).with_header("x", "y");
    assert_eq!(format!("{response:?}"), r#"Response { status: 200, headers: [("x", "y")], body: "[1]" }"#);
}

#[test]
fn an_error_is_its_status_and_a_body() {
    let _host = MockHost::new();
    let failed = |error: Error| crosses(Err::<(), _>(error));
    let lines = [
        failed(Error::bad_request("a")),
        failed(Error::unauthorized("a")),
        failed(Error::forbidden("a")),
        failed(Error::not_found("a")),
        failed(Error::conflict("a")),
        failed(Error::invalid("a").with_details(&[1, 2])),
        failed(Error::internal("a")),
        failed(Error::new(418, "a")),
        failed("a".into()),
        failed(String::from("a").into()),
        failed("x".parse::<u8>().unwrap_err().into()),
        failed(serde_json::from_str::<u8>("x").unwrap_err().into()),
        failed(plugsmith::HostError::new("NOPERM a").into()),
    ];
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_status_that_no_http_has_is_500() {
    assert_eq!([0, 99, 100, 199, 600, 65535].map(|status| Response::json(&1).with_status(status).status()), [500; 6]);
    assert_eq!([0, 200, 399, 600].map(|status| Error::new(status, "a").status()), [500; 4]);
}

#[test]
fn a_value_without_json_is_500_and_never_a_trap() {
    let value = Json(HashMap::from([((1, 2), 3)]));

    assert_eq!(
        crosses((201, value)),
        r#"{"status":500,"body":{"error":true,"message":"the reply cannot be written as JSON: key must be a string"}}"#
    );
}

#[test]
fn what_is_not_the_clients_fault_is_logged() {
    let host = MockHost::new();

    crosses(Err::<(), _>(Error::not_found("no item")));
    crosses(Err::<(), _>(Error::internal("the shelf fell down")));

    assert_eq!(host.logs().iter().map(|line| line.text.as_str()).collect::<Vec<_>>(), ["the shelf fell down"]);
}
