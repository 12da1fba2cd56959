//! What the server answers in the place of its plugins, and how it is configured.

use plugsmith_harness::hosts::orbis::Response;
use plugsmith_harness::hosts::orbis::{App, Manifest, Orbis};
use plugsmith_harness::{Outcome, assert_outcome_snapshot};
use serde_json::json;

use crate::guest::module;
use crate::shipped::ECHO;

/// Every path has a handler, for every method that a test sends.
const PATHS: [&str; 5] = ["/pages", "/enable", "/disable", "/", "/items"];

fn load(host: Orbis, requires_auth: bool) -> App {
    let routes = PATHS.iter().flat_map(|path| {
        ["GET", "POST", "OPTIONS", "HEAD"]
            .map(|method| json!({"method": method, "path": path, "handler": "echo", "requires_auth": requires_auth}))
    });
    let pages = json!([
        {"route": "/open", "title": "Open", "sections": [], "requires_auth": false},
        {"route": "/members", "title": "Members", "sections": []},
    ]);
    let manifest = json!({"name": "echo", "version": "1.0.0", "pages": pages, "routes": routes.collect::<Vec<_>>()});
    host.manifest(Manifest::from_json(manifest).unwrap()).load(module(ECHO).into_bytes()).unwrap()
}

fn status(outcome: Outcome<Response>) -> u16 {
    outcome.unwrap().status
}

#[test]
fn paths_of_the_servers_own_never_reach_the_plugin() {
    let mut app = load(Orbis::as_shipped(), false);
    for path in &PATHS[..4] {
        for method in ["GET", "POST", "OPTIONS", "HEAD"] {
            let outcome = app.request(method, path).admin("u1").send();
            assert_eq!(outcome.fuel, 0, "{method} {path}");
        }
        app = load(Orbis::as_shipped(), false);
    }
    assert!(app.get("/items").send().fuel > 0);
    // Routes are found in the path as it was sent.
    assert!(app.get("/p%61ges").send().fuel > 0);
}

#[test]
fn an_administrator_who_disables_a_plugin_stops_it_for_good_and_deletes_its_state() {
    let mut app = load(Orbis::as_shipped().state("visits", 3), false);
    assert_eq!(status(app.post("/disable").send()), 401);
    assert_eq!(status(app.post("/disable").user("u1").send()), 403);
    assert_eq!((status(app.get("/items").send()), app.state("visits")), (200, Some(json!(3))));
    assert_outcome_snapshot!(app.post("/disable").admin("u1").send(), @r#"
    POST /disable admin=u1
    => 200 {"message":"Plugin 'echo' disabled","success":true}
    "#);
    assert_eq!(app.state("visits"), None);
    assert_outcome_snapshot!(app.get("/items").send(), @r#"
    GET /items
    => 500 {"error":{"code":"PLUGIN_ERROR","message":"Plugin 'echo' is not running"},"success":false}
    "#);
    // The server has forgotten the code: only its restart brings the plugin back.
    assert_outcome_snapshot!(app.post("/enable").admin("u1").send(), @r#"
    POST /enable admin=u1
    => 500 {"error":{"code":"PLUGIN_ERROR","message":"Plugin 'echo' not initialized"},"success":false}
    "#);
    assert_outcome_snapshot!(app.get("/items").send(), @r#"
    GET /items
    => 500 {"error":{"code":"PLUGIN_ERROR","message":"Plugin 'echo' not running"},"success":false}
    "#);
    assert_outcome_snapshot!(app.post("/disable").admin("u1").send(), @r#"
    POST /disable admin=u1
    => 500 {"error":{"code":"PLUGIN_ERROR","message":"Plugin 'echo' not running"},"success":false}
    "#);
}

#[test]
fn an_administrator_may_enable_what_runs() {
    let mut app = load(Orbis::as_shipped(), false);
    assert_outcome_snapshot!(app.post("/enable").admin("u1").send(), @r#"
    POST /enable admin=u1
    => 200 {"message":"Plugin 'echo' enabled","success":true}
    "#);
    assert_outcome_snapshot!(app.get("/enable").admin("u1").send(), @r#"
    GET /enable admin=u1
    => 405 allow: "POST" content-length: "0"
    "#);
}

#[test]
fn pages_are_those_that_a_client_may_see() {
    let mut app = load(Orbis::as_shipped(), false);
    let response = app.get("/pages").send().unwrap();
    let page = response.body["data"]["pages"][0].as_object().unwrap();
    insta::assert_snapshot!(page.keys().map(String::as_str).collect::<Vec<_>>().join(" "), @"actions computed description dialogs hooks icon menu_order permissions requires_auth roles route sections show_in_menu state title");
    assert_eq!(
        (&page["route"], response.body["data"]["pages"].as_array().unwrap().len()),
        (&json!("/plugins/echo/open"), 1)
    );
    let titles = |response: Response| {
        let pages = response.body["data"]["pages"].as_array().unwrap().clone();
        pages.iter().map(|page| page["title"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(titles(app.get("/pages").user("u1").send().unwrap()), ["Open", "Members"]);
    for method in ["POST", "DELETE"] {
        let response = app.request(method, "/pages").send().unwrap();
        assert_eq!((response.status, response.headers["allow"].as_str(), response.bytes()), (405, "GET,HEAD", vec![]));
    }
    let head = app.request("HEAD", "/pages").send().unwrap();
    assert_eq!((head.status, head.bytes()), (200, vec![]));
}

#[test]
fn the_page_of_the_server_itself_is_html() {
    let mut app = load(Orbis::as_shipped(), false);
    let page = app.get("/").send().unwrap();
    assert_eq!((page.status, page.headers["content-type"].as_str()), (200, "text/html; charset=utf-8"));
    assert_eq!(status(app.post("/").send()), 405);
}

#[test]
fn every_options_is_the_servers_while_cors_is_on() {
    let mut app = load(Orbis::as_shipped(), false);
    assert_outcome_snapshot!(app.request("OPTIONS", "/items").send(), @r#"
    OPTIONS /items
    => 200 access-control-allow-headers: "authorization,content-type,accept" access-control-allow-methods: "GET,POST,PUT,PATCH,DELETE,OPTIONS" access-control-allow-origin: "*" content-length: "0"
    "#);
    let mut app = load(Orbis::as_shipped().without_cors(), false);
    assert_eq!(app.request("OPTIONS", "/items").send().unwrap().body["data"]["method"], "OPTIONS");
}

#[test]
fn without_authentication_nobody_is_logged_in() {
    let mut app = load(Orbis::as_shipped().without_auth(), true);
    assert_outcome_snapshot!(app.get("/items").admin("u1").send(), @r#"
    GET /items admin=u1
    => 401 {"error":{"code":"AUTH_ERROR","message":"Authentication required"},"success":false}
    "#);
    assert_outcome_snapshot!(app.post("/disable").admin("u1").send(), @r#"
    POST /disable admin=u1
    => 500 {"error":{"code":"AUTH_NOT_CONFIGURED","message":"Authentication is not configured"},"success":false}
    "#);
    let mut app = load(Orbis::as_shipped().without_auth(), false);
    let seen = app.get("/items").admin("u1").send().unwrap().body["data"].clone();
    assert_eq!((&seen["user_id"], &seen["is_admin"]), (&json!(null), &json!(false)));
}

#[test]
fn a_path_that_is_not_utf_8_is_refused_in_text() {
    let mut app = load(Orbis::as_shipped(), false);
    let response = app.get("/items/%FF").send().unwrap();
    assert_eq!(response.status, 400);
    assert_eq!(response.bytes(), b"Invalid URL: Invalid UTF-8 in `path`");
}

#[test]
fn an_empty_query_has_an_empty_parameter() {
    let mut app = load(Orbis::as_shipped(), false);
    let mut query = |path: &str| app.get(path).send().unwrap().body["data"]["query"].clone();
    assert_eq!(query("/items?"), json!({"": ""}));
    assert_eq!(query("/items?a=1&&b"), json!({"a": "1", "": "", "b": ""}));
    assert_eq!(query("/items"), json!({}));
}

#[test]
fn a_method_arrives_as_it_was_sent() {
    let mut app = load(Orbis::as_shipped(), false);
    let seen = app.request("post", "/items").body("1").send().unwrap().body["data"].clone();
    assert_eq!((&seen["method"], &seen["body"]), (&json!("post"), &json!(null)));
}

#[test]
fn the_documented_host_has_its_pages_only_and_always_has_logins() {
    let mut app = load(Orbis::as_documented(), false);
    for (path, method) in [("/enable", "POST"), ("/disable", "POST"), ("/", "GET"), ("/items", "OPTIONS")] {
        assert!(app.request(method, path).admin("u1").send().fuel > 0, "{path}");
    }
    assert_eq!(app.get("/pages").send().fuel, 0);
    let told = [Orbis::as_documented().without_auth(), Orbis::as_documented().without_cors()];
    let told = told.map(|host| host.load(module(ECHO).into_bytes()).unwrap_err().to_string());
    insta::assert_snapshot!(told.join("\n"), @"
    `Orbis::without_auth` does nothing in `Orbis::as_documented()`, which lets users log in: leave it out, or use `Orbis::as_shipped()`
    `Orbis::without_cors` does nothing in `Orbis::as_documented()`, which leaves `OPTIONS` to the plugin: leave it out, or use `Orbis::as_shipped()`
    ");
}
