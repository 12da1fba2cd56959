//! Typed parameters: what they take, and what the client is told otherwise.

use plugsmith::Json;
use plugsmith::orbis::testing::{MockHost, RequestBuilder, call};
use plugsmith::orbis::{Parameter, Request, Response, User, route};
use serde::Deserialize;
use serde_json::json;

#[derive(Debug)]
enum Order {
    Name,
}

impl Parameter<'_> for Order {
    const TYPE: &'static str = "order";
    const EXPECTED: &'static str = "name";

    fn from_text(text: &str) -> Option<Order> {
        (text == "name").then_some(Order::Name)
    }
}

#[route(GET, "/api/items/{id}/{part}")]
#[expect(clippy::too_many_arguments, reason = "one of each")]
fn all(
    id: u8,
    part: &str,
    page: u32,
    order: Option<Order>,
    price: Option<f64>,
    full: Option<bool>,
    user: Option<User>,
    req: &Request,
) -> String {
    format!("{id} {part} {page} {order:?} {price:?} {full:?} {:?} {}", user.map(|user| user.id), req.path())
}

fn request() -> RequestBuilder {
    MockHost::new().request("GET", "/api/items/7/name").query("page", 2)
}

fn told(response: &Response) -> String {
    format!("{} {}", response.status(), response.text())
}

#[test]
fn every_kind_of_parameter_is_read() {
    let request = request().query("order", "name").query("price", "1.5").query("full", "yes").user("u1");

    assert_eq!(
        call!(all, request).body::<String>().unwrap(),
        r#"7 name 2 Some(Name) Some(1.5) Some(true) Some("u1") /api/items/7/name"#
    );
}

#[test]
fn what_is_optional_may_be_missing() {
    assert_eq!(call!(all, request()).body::<String>().unwrap(), "7 name 2 None None None None /api/items/7/name");
}

#[test]
fn a_parameter_of_another_type_is_400_with_its_name() {
    let mut all_told = String::new();
    for request in [
        MockHost::new().request("GET", "/api/items/256/name").query("page", 2),
        MockHost::new().request("GET", "/api/items/7"),
        MockHost::new().request("GET", "/api/items/7/name"),
        request().query("page", -1),
        request().query("order", "age"),
        request().query("price", "inf"),
        request().query("full", "ä".repeat(50)),
    ] {
        all_told.push_str(&told(&call!(all, request)));
        all_told.push('\n');
    }
    insta::assert_snapshot!(all_told);
}

#[derive(Deserialize)]
struct Item {
    name: String,
    count: Option<u8>,
}

#[route(POST, "/api/items")]
fn create(user: User, Json(item): Json<Item>) -> String {
    format!("{}: {} {:?}", user.id, item.name, item.count)
}

#[route(PATCH, "/api/items")]
fn maybe(item: Option<Json<Item>>) -> bool {
    item.is_some()
}

fn post() -> RequestBuilder {
    MockHost::new().request("POST", "/api/items").user("u1")
}

#[test]
fn a_body_is_read_into_its_type() {
    assert_eq!(call!(create, post().json(&json!({ "name": "pen", "x": {} }))).text(), "\"u1: pen None\"");
}

#[test]
fn a_body_that_came_as_a_form_says_what_to_send() {
    let sent = |kind: &str| post().header("content-type", kind).json(&r#"{"name":"pen"}"#);
    let told = |kind: &str| call!(create, sent(kind)).text().to_owned();
    assert!(told("application/x-www-form-urlencoded").ends_with("; send `content-type: application/json`\"}"));
    assert!(!told("application/json").contains("content-type"));
}

#[test]
fn a_query_in_a_path_is_told_where_it_goes() {
    let failed = std::panic::catch_unwind(|| MockHost::new().request("GET", "/api/items?page=2")).unwrap_err();
    let told = failed.downcast_ref::<String>().unwrap();
    assert!(told.ends_with(r#"write request("GET", "/api/items").query("page", "2")"#), "{told}");
}

#[test]
fn a_body_of_another_type_is_400_and_says_where() {
    let mut all_told = String::new();
    for body in [json!({}), json!({ "name": 7 }), json!({ "name": "pen", "count": 256 }), json!("text"), json!(null)] {
        all_told.push_str(&told(&call!(create, post().json(&body))));
        all_told.push('\n');
    }
    insta::assert_snapshot!(all_told);
}

#[test]
fn a_body_that_is_optional_may_be_missing_but_not_wrong() {
    let statuses = [json!(null), json!({ "name": "pen" }), json!({})]
        .map(|body| told(&call!(maybe, MockHost::new().request("PATCH", "/api/items").json(&body))));

    assert_eq!(statuses[..2], ["200 false", "200 true"]);
    assert!(statuses[2].starts_with("400 "), "{}", statuses[2]);
}

#[test]
fn a_user_who_is_needed_and_missing_is_401() {
    let response = call!(create, MockHost::new().request("POST", "/api/items").json(&json!({ "name": "pen" })));

    assert_eq!(told(&response), r#"401 {"error":true,"message":"log in to do this"}"#);
}
