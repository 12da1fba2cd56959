//! The built plugin in the harness: real SQLite, real routes, the real host's limits.

use orbis_items::item::{Item, NewItem};
use orbis_items::{create_item_call, delete_item_call, get_item_call, list_items_call, update_item_call};
use plugsmith_harness::hosts::orbis::Orbis;
use plugsmith_harness::plugsmith::Json;
use plugsmith_harness::plugsmith::orbis::{Error, User};
use plugsmith_harness::{assert_trace_snapshot, orbis};
use serde_json::json;

#[test]
fn items_are_made_read_changed_and_deleted() {
    let mut app = orbis!(Orbis::as_documented());
    let pen = json!({ "name": "pen" });
    assert_eq!(app.post("/api/items").user("ada").json(&pen).send().unwrap().status, 201);
    assert_eq!(app.get("/api/items/1").send().unwrap().body["owner"], "ada");
    let ink = json!({ "name": "ink", "description": "blue" });
    assert_eq!(app.put("/api/items/1").user("ada").json(&ink).send().unwrap().body["name"], "ink");
    assert_eq!(app.get("/api/items").send().unwrap().body[0]["description"], "blue");
    assert_eq!(app.delete("/api/items/1").user("ada").send().unwrap().status, 204);
    assert_eq!(app.get("/api/items/1").send().response().status, 404);
    assert_trace_snapshot!(app);
}

fn new(name: &str) -> Json<NewItem> {
    Json(NewItem { name: name.to_owned(), description: None })
}

fn ada() -> User {
    User { id: "ada".to_owned(), is_admin: false }
}

#[test]
fn items_are_made_and_found_by_typed_calls() {
    let mut app = orbis!(Orbis::as_documented());
    let made = app.run(create_item_call(ada(), new("pen"))).unwrap().unwrap();
    assert_eq!((made.status(), made.headers()), (201, &[("location".to_owned(), "/api/items/1".to_owned())][..]));

    let pen = Item { id: 1, name: "pen".into(), description: String::new(), owner: "ada".into() };
    assert_eq!(app.run(get_item_call(1)).unwrap(), Ok(Json(pen)));
    assert_eq!(app.run(list_items_call(Some(10), Some(1))).unwrap(), Ok(vec![]));
    let Json(ink) = app.run(update_item_call(1, ada(), new("ink"))).unwrap().unwrap();
    assert_eq!(ink.name, "ink");
    assert_eq!(app.run(delete_item_call(1, ada())).unwrap(), Ok(()));
}

#[test]
fn a_typed_call_has_the_errors_of_the_handler_and_of_the_host() {
    let mut app = orbis!(Orbis::as_documented());
    assert_eq!(app.run(get_item_call(7)).unwrap(), Err(Error::not_found("no item 7")));
    let details = serde_json::json!([{ "field": "name", "message": "must not be empty" }]);
    let invalid = Error::invalid("the item is not valid").with_details(&details);
    assert_eq!(app.run(create_item_call(ada(), new(" "))).unwrap().unwrap_err(), invalid);
    // Its user is logged in, and administers the host: what the call says goes before its parameter.
    app.run(create_item_call(ada(), new("pen"))).unwrap().unwrap();
    assert_eq!(app.run(delete_item_call(1, ada()).user("bob")).unwrap().unwrap_err().status(), 403);
    assert_eq!(app.run(delete_item_call(1, ada()).admin("root")).unwrap(), Ok(()));
}

#[test]
fn the_shipped_host_refuses_a_typed_call_as_any_other() {
    let mut app = orbis!(Orbis::as_shipped());
    assert_eq!(app.run(get_item_call(1)).unwrap().unwrap_err().status(), 500);
}

#[test]
fn what_a_client_does_wrong_is_told() {
    let mut app = orbis!(Orbis::as_documented());
    let item = |name: &str| json!({ "name": name });
    app.post("/api/items").user("ada").json(item("pen")).send().unwrap();

    let _nobody = app.post("/api/items").json(item("pen")).send();
    let _empty = app.post("/api/items").user("ada").json(item(" ")).send();
    let _no_name = app.post("/api/items").user("ada").json(json!({})).send();
    let _no_body = app.post("/api/items").user("ada").send();
    let _no_number = app.get("/api/items/first").send();
    let _negative = app.get("/api/items").query("limit", -1).send();
    let _not_bobs = app.put("/api/items/1").user("bob").json(item("ink")).send();
    let _nor_deleted = app.delete("/api/items/1").user("bob").send();
    assert_eq!(app.put("/api/items/1").admin("root").json(item("ink")).send().unwrap().status, 200);
    assert_trace_snapshot!(app);
}

#[test]
fn an_injection_is_a_name() {
    let mut app = orbis!(Orbis::as_documented());
    let name = "'); DROP TABLE items; --";
    app.post("/api/items").user("ada").json(json!({ "name": name })).send().unwrap();

    assert_eq!(app.get("/api/items/1").send().unwrap().body["name"], name);
}

#[test]
fn the_shipped_host_refuses_the_database_and_the_plugin_says_so() {
    let mut app = orbis!(Orbis::as_shipped());
    let response = app.get("/api/items").send().unwrap();

    assert_eq!(response.body["data"]["status"], 500);
    assert_eq!(response.body["data"]["body"]["message"], "internal error");
}
