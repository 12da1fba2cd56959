//! The handlers, called natively.

use plugsmith::orbis::testing::{MockHost, call};
use serde_json::{Value, json};

use super::*;

const FIND: &str = "SELECT id, name, description, owner FROM items WHERE id = ?";

/// A host with the table, and a pen in it that is Ada's.
fn host() -> MockHost {
    let host = MockHost::new();
    host.mock_execute("CREATE TABLE *", 0);
    host.mock_query(FIND, &[json!({ "id": 7, "name": "pen", "description": "", "owner": "ada" })]);
    host
}

#[test]
fn an_item_is_found_by_the_path() {
    let host = host();

    let response = call!(get_item, host.request("GET", "/api/items/7"));

    assert_eq!(response.body::<Value>().unwrap()["name"], "pen");
    assert_eq!(host.statements()[1].parameters, [7]);
}

#[test]
fn an_item_that_is_not_there_is_404() {
    let host = host();
    host.mock_query(FIND, &[] as &[Value]);

    assert_eq!(call!(get_item, host.request("GET", "/api/items/8")).status(), 404);
}

#[test]
fn a_list_is_cut_at_its_limit() {
    let host = host();
    host.mock_query("SELECT * LIMIT ? OFFSET ?", &[] as &[Value]);

    call!(list_items, host.request("GET", "/api/items").query("limit", 1000));

    assert_eq!(host.statements()[1].parameters, [100, 0]);
}

#[test]
fn a_new_item_is_answered_with_its_place() {
    let host = host();
    host.mock_query("INSERT INTO items *", &[json!({ "id": 7 })]);

    let request = host.request("POST", "/api/items").user("ada").json(&json!({ "name": "pen" }));
    let response = call!(create_item, request);

    assert_eq!((response.status(), response.headers()), (201, &[("location".into(), "/api/items/7".into())][..]));
}

#[test]
fn every_fault_of_a_new_item_is_named() {
    let host = host();
    let item = json!({ "name": " ", "description": "x".repeat(10_001) });

    let response = call!(create_item, host.request("POST", "/api/items").user("ada").json(&item));

    assert_eq!(response.status(), 422);
    assert_eq!(
        response.body::<Value>().unwrap()["details"],
        json!([
            { "field": "name", "message": "must not be empty" },
            { "field": "description", "message": "must not be longer than 10,000 bytes" },
        ])
    );
}

#[test]
fn nobody_makes_an_item_without_logging_in() {
    let response = call!(create_item, host().request("POST", "/api/items").json(&json!({ "name": "pen" })));

    assert_eq!(response.status(), 401);
}

#[test]
fn only_the_owner_or_an_admin_changes_an_item() {
    let host = host();
    host.mock_execute("UPDATE items *", 1);
    let request = |user| host.request("PUT", "/api/items/7").json(&json!({ "name": "ink" })).user(user);

    let [ada, bob, root] = [request("ada"), request("bob"), request("root").admin("root")]
        .map(|request| call!(update_item, request).status());

    assert_eq!((ada, bob, root), (200, 403, 200));
}

#[test]
fn an_item_is_deleted_without_a_word() {
    let host = host();
    host.mock_execute("DELETE FROM items *", 1);

    let response = call!(delete_item, host.request("DELETE", "/api/items/7").user("ada"));

    assert_eq!(response.encode(), r#"{"status":204,"body":null}"#);
}

#[test]
fn the_shipped_host_refuses_the_database_and_the_client_is_told() {
    let host = MockHost::as_shipped();

    let response = call!(get_item, host.request("GET", "/api/items/7"));

    assert_eq!(response.status(), 500);
    assert_eq!(host.logs()[0].text, "the host refused db_execute: its log says why");
}

#[test]
fn a_typed_call_runs_natively() {
    let host = host();
    let Json(pen) = host.run(get_item_call(7)).unwrap().unwrap();
    assert_eq!((pen.name.as_str(), pen.owner.as_str()), ("pen", "ada"));
    let bob = User { id: "bob".to_owned(), is_admin: false };
    assert_eq!(host.run(delete_item_call(7, bob)).unwrap().unwrap_err().status(), 403);
}
