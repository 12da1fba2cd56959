//! What a handler sees of a request, in the shipped host's form and in the page's.

use plugsmith::Json;
use plugsmith::orbis::testing::{MockHost, call};
use plugsmith::orbis::{Request, User, route};
use serde_json::{Value, json};

#[route(PUT, "/api/{shelf}/items/{id}")]
fn seen(req: &Request) -> Json<Value> {
    Json(json!({
        "method": req.method(),
        "path": req.path(),
        "shelf": req.param("shelf"),
        "id": req.param("id"),
        "page": req.query("page"),
        "accept": req.header("Accept"),
        "body": req.json::<Value>().ok(),
        "user": req.user().map(|user| (user.id.clone(), user.is_admin)),
    }))
}

#[test]
fn the_shipped_hosts_form() {
    let host = MockHost::new();
    let request = host.request("PUT", "/api/upper/items/7").query("page", 2).header("accept", "*/*").admin("u1");

    let response = call!(seen, request.json(&json!({ "a": [1, "}"] })));

    insta::assert_snapshot!(response.text(), @r#"{"accept":"*/*","body":{"a":[1,"}"]},"id":"7","method":"PUT","page":"2","path":"/api/upper/items/7","shelf":"upper","user":["u1",true]}"#);
}

#[test]
fn the_pages_form() {
    let host = MockHost::new();
    let request = host.request("PUT", "/").param("id", 7).param("shelf", "upper").query("page", 2).user("u1");

    let response = call!(seen, request.documented());

    insta::assert_snapshot!(response.text(), @r#"{"accept":null,"body":null,"id":"7","method":"","page":"2","path":"","shelf":"upper","user":["u1",false]}"#);
}

fn path(path: &str) -> Value {
    let response = call!(seen, MockHost::new().request("PUT", path).query("id", 9));
    let seen: Value = response.body().expect("a JSON body");
    json!([seen["shelf"], seen["id"]])
}

#[test]
fn a_path_is_matched_from_its_end() {
    assert_eq!(path("/api/plugins/mine/api/upper/items/7"), json!(["upper", "7"]));
}

#[test]
fn a_path_of_other_letters_has_no_parameters() {
    assert_eq!(path("/api/upper/things/7"), json!([null, null]));
    assert_eq!(path("/items/7"), json!([null, null]));
    assert_eq!(path("/api/upper/items/"), json!(["upper", null]));
}

#[test]
fn the_routes_own_letters_as_path_take_the_parameter_from_the_query() {
    assert_eq!(path("/api/{shelf}/items/{id}"), json!([null, "9"]));
}

#[test]
fn text_is_unescaped_everywhere() {
    let host = MockHost::new();
    let request = host.request("PUT", "/api/\"up\\per\"/items/ä\n").query("page", "\t\u{1}").user("a\"b");

    let seen: Value = call!(seen, request).body().unwrap();

    assert_eq!((&seen["shelf"], &seen["id"], &seen["page"]), (&json!("\"up\\per\""), &json!("ä\n"), &json!("\t\u{1}")));
    assert_eq!(seen["user"], json!(["a\"b", false]));
}

fn seen_of(text: &str) -> Value {
    let entry = &__plugsmith_seen_needs_an_orbis_route_or_lifecycle_attribute;
    serde_json::from_str(&plugsmith::orbis::__private::call_text(entry, text)).expect("a reply is JSON")
}

#[test]
fn numbers_and_booleans_of_a_query_are_their_text() {
    let seen = seen_of(r#"{"query": {"page": 7, "x": [1], "y": null}, "params": {"id": true}}"#);

    assert_eq!((&seen["body"]["page"], &seen["body"]["id"]), (&json!("7"), &json!("true")));
}

#[test]
fn a_user_without_an_id_is_nobody() {
    for text in [
        r#"{"user": {"is_admin": true}}"#,
        r#"{"user_id": "", "is_admin": true}"#,
        r#"{"user_id": null, "is_admin": true, "user": null}"#,
        r#"{"user": "root"}"#,
        r#"{"user": {"id": {}}}"#,
    ] {
        assert_eq!(seen_of(text)["body"]["user"], Value::Null, "{text}");
    }
}

#[test]
fn a_user_of_the_page_is_known_by_its_id() {
    assert_eq!(seen_of(r#"{"user": {"name": "Ada", "id": 7, "is_admin": true}}"#)["body"]["user"], json!(["7", true]));
}

#[test]
fn a_request_that_is_no_object_is_refused() {
    for text in ["", "null", "[]", "{", r#"{"path": "/x"#, r#"{"path": "/x"} x"#, r#"{"body": [1, 2}"#, r#"{"a" 1}"#] {
        let reply = seen_of(text);
        assert_eq!((&reply["status"], &reply["body"]["error"]), (&json!(400), &json!(true)), "{text}");
    }
}

#[route(POST, "/api/borrow")]
fn borrow(req: &Request) -> Result<usize, plugsmith::orbis::Error> {
    let words: Vec<&str> = req.json()?;
    Ok(words.len())
}

#[test]
fn a_body_can_be_borrowed() {
    assert_eq!(call!(borrow, MockHost::new().request("POST", "/api/borrow").json(&["a", "b"])).text(), "2");
}

#[test]
fn a_request_for_a_plain_call_has_its_services() {
    let host = MockHost::new();
    host.set_config("color", "blue");
    let request = host.request("GET", "/x").build();
    let _other = MockHost::new();

    assert_eq!(request.config().get::<String>("color").unwrap().as_deref(), Some("blue"));
}

#[test]
fn only_an_admin_may_what_only_an_admin_may() {
    let user = |is_admin| User { id: "u1".into(), is_admin };

    assert_eq!(user(true).require_admin(), Ok(()));
    assert_eq!(user(false).require_admin().unwrap_err().status(), 403);
}
