//! The built plugin in the harness: real SQLite, real routes, the real host's limits.

use plugsmith_harness::hosts::orbis::Orbis;
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
