//! Manifests: what the real parser refuses, with the fix, and what it takes and should not have.

use plugsmith_harness::Module;
use plugsmith_harness::hosts::orbis::Manifest;
use serde_json::{Value as Json, json};

use crate::guest::module;

/// What is wrong with `{"name": "a", "version": "1.0.0"}` and these members.
fn refused(members: Json) -> String {
    let mut manifest = json!({"name": "a", "version": "1.0.0"});
    manifest.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    Manifest::from_json(manifest).unwrap_err().to_string()
}

#[test]
fn a_name_and_a_version_are_required() {
    insta::assert_snapshot!(Manifest::parse("{}").unwrap_err(), @"
    the host refuses the manifest:
      missing field `name`
      missing field `version`
    ");
    insta::assert_snapshot!(Manifest::parse("{").unwrap_err(), @"
    the host refuses the manifest:
      it is no JSON: EOF while parsing an object at line 1 column 1
    ");
    insta::assert_snapshot!(Manifest::parse("[]").unwrap_err(), @r#"
    the host refuses the manifest:
      it is no JSON object: write {"name": "..", "version": "1.0.0"}
    "#);
    insta::assert_snapshot!(refused(json!({"name": "a b", "version": "1.0"})), @r#"
    the host refuses the manifest:
      name: "a b": write letters, digits, `-` and `_`
      version: Invalid version: unexpected end of input while parsing minor version number: write three numbers, such as "1.0.0"
    "#);
    insta::assert_snapshot!(refused(json!({"name": 7})), @"
    the host refuses the manifest:
      name: invalid type: integer `7`, expected a string
    ");
}

#[test]
fn a_member_that_is_there_twice_is_refused() {
    let parse = |text: &str| Manifest::parse(text).unwrap_err().to_string();
    insta::assert_snapshot!(parse("{\"name\": \"a\",\n \"version\": \"1.0.0\", \"name\": \"b\"}"), @"
    the host refuses the manifest:
      duplicate field `name` at line 2 column 27: drop one of them
    ");
    let route = r#"{"method": "GET", "path": "/a", "handler": "a", "requires_auth": true, "requires_auth": false}"#;
    insta::assert_snapshot!(parse(&format!(r#"{{"name": "a", "version": "1.0.0", "routes": [{route}]}}"#)), @"
    the host refuses the manifest:
      duplicate field `requires_auth` at line 1 column 131: drop one of them
    ");
}

#[test]
fn every_member_of_a_wrong_type_is_told() {
    insta::assert_snapshot!(
        refused(json!({"routes": {}, "permissions": "database_read", "pages": null, "description": 1, "config": 1})),
        @r#"
    the host refuses the manifest:
      description: invalid type: integer `1`, expected a string
      pages: invalid type: null, expected a list: write [..]
      permissions: invalid type: string "database_read", expected a list: write [..]
      routes: invalid type: map, expected a list: write [..]
    "#
    );
}

#[test]
fn a_permission_of_another_spelling_is_told_the_right_one() {
    let permissions = json!([
        "database:read", "database-write", "db:write", "Database_Read", "database", "http", "network:http", "fs:read", "file",
        "events:emit", "env", "databse_read", "teleport", {"type": "database", "action": "read"}, {"custom": 7}, 7,
        {"database": "read"}, {"database": ["read", "write"]}, {"type": "database", "actions": ["read"]},
        {"network": {"hosts": ["events.example.com"]}}, {"Custom": "x"}, "custom:x", "fs:/tmp",
        "database_read", {"custom": "mine"},
    ]);
    insta::assert_snapshot!(refused(json!({"permissions": permissions})), @r#"
    the host refuses the manifest:
      permissions[0]: Orbis knows no permission "database:read": write "database_read"
      permissions[1]: Orbis knows no permission "database-write": write "database_write"
      permissions[2]: Orbis knows no permission "db:write": write "database_write"
      permissions[3]: Orbis knows no permission "Database_Read": write "database_read"
      permissions[4]: Orbis knows no permission "database": write "database_read" and "database_write"
      permissions[5]: Orbis knows no permission "http": write "network"
      permissions[6]: Orbis knows no permission "network:http": write "network"
      permissions[7]: Orbis knows no permission "fs:read": write "file_read"
      permissions[8]: Orbis knows no permission "file": write "file_read" and "file_write"
      permissions[9]: Orbis knows no permission "events:emit": write {"custom": "events:emit"}
      permissions[10]: Orbis knows no permission "env": write "environment"
      permissions[11]: Orbis knows no permission "databse_read": write "database_read"
      permissions[12]: Orbis knows no permission "teleport": it has "database_read", "database_write", "file_read", "file_write", "network", "system", "shell", "environment", and {"custom": ".."} for the application's own
      permissions[13]: Orbis knows no permission {"action":"read","type":"database"}: write "database_read"
      permissions[14]: Orbis knows no permission {"custom":7}: it has "database_read", "database_write", "file_read", "file_write", "network", "system", "shell", "environment", and {"custom": ".."} for the application's own
      permissions[15]: Orbis knows no permission 7: it has "database_read", "database_write", "file_read", "file_write", "network", "system", "shell", "environment", and {"custom": ".."} for the application's own
      permissions[16]: Orbis knows no permission {"database":"read"}: write "database_read"
      permissions[17]: Orbis knows no permission {"database":["read","write"]}: write "database_read" and "database_write"
      permissions[18]: Orbis knows no permission {"actions":["read"],"type":"database"}: write "database_read"
      permissions[19]: Orbis knows no permission {"network":{"hosts":["events.example.com"]}}: write "network"
      permissions[20]: Orbis knows no permission {"Custom":"x"}: write {"custom": "x"}
      permissions[21]: Orbis knows no permission "custom:x": write {"custom": "x"}
      permissions[22]: Orbis knows no permission "fs:/tmp": write "file_read" and "file_write"
    "#);
}

#[test]
fn a_route_has_a_method_a_path_and_a_handler() {
    let routes = json!([
        {"method": "GET", "path": "/a"},
        {"method": "GET", "path": 7, "handler": "a"},
        {"method": "GET", "path": "/a", "handler": "a", "rate_limit": -1, "requires_auth": "yes"},
    ]);
    insta::assert_snapshot!(refused(json!({"routes": routes})), @r#"
    the host refuses the manifest:
      routes[0]: missing field `handler`
      routes[1].path: invalid type: integer `7`, expected a string
      routes[2].rate_limit: invalid value: integer `-1`, expected u32
      routes[2].requires_auth: invalid type: string "yes", expected a boolean
    "#);
    let routes = json!([
        {"method": "FETCH", "path": "/a", "handler": "a"},
        {"method": "GET", "path": "a", "handler": "a"},
        {"method": "GET", "path": "/a", "handler": ""},
    ]);
    insta::assert_snapshot!(refused(json!({"routes": routes})), @"
    the host refuses the manifest:
      routes[0]: Invalid HTTP method: FETCH: write GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS
      routes[1]: Route path must start with '/'
      routes[2]: Route handler is required
    ");
}

#[test]
fn a_page_is_held_against_orbis_own_schema() {
    let pages = json!([
        {"route": "/a"},
        {"route": "/b", "title": "B", "sections": [
            {"type": "Button", "events": {"on_click": [
                {"type": "show_toast", "level": "warn", "message": "m"},
                {"type": "debounced_action", "delay": 300, "action": {"type": "navigate", "to": "/"}},
                {"type": "conditional", "condition": "x", "then": [{"type": "navigat", "to": "/"}]},
                {"type": "toast", "message": "m"},
            ]}},
        ]},
        {"route": "/c", "title": "C", "sections": [], "actions": {"save": {"type": "call_api"}},
         "hooks": {"on_mount": [{"type": "debounced_action", "delay_ms": -1, "action": {"type": "copy", "text": "t"}}]}},
        {"route": "/d", "title": "D", "sections": [{"type": "Text"}], "state": {"n": {"type": "integer"}}},
    ]);
    insta::assert_snapshot!(refused(json!({"pages": pages})), @"
    the host refuses the manifest:
      pages[0]: missing field `sections`
      pages[0]: missing field `title`
      pages[1].sections[0].events.on_click[2].then[0]: unknown variant `navigat`, expected one of `update_state`, `call_api`, `navigate`, `show_toast`, `show_dialog`, `close_dialog`, `debounced_action`, `set_loading`, `conditional`, `sequence`, `copy`, `open_url`, `emit`: did you mean `navigate`?
      pages[1].sections[0].events.on_click[0]: unknown variant `warn`, expected one of `info`, `success`, `warning`, `error`: did you mean `warning`?
      pages[1].sections[0].events.on_click[1]: missing field `delay_ms`
      pages[1].sections[0].events.on_click[3]: unknown variant `toast`, expected one of `update_state`, `call_api`, `navigate`, `show_toast`, `show_dialog`, `close_dialog`, `debounced_action`, `set_loading`, `conditional`, `sequence`, `copy`, `open_url`, `emit`: did you mean `show_toast`?
      pages[2].actions.save: missing field `api`
      pages[2].hooks.on_mount[0]: invalid value: integer `-1`, expected u32
      pages[3].state: unknown variant `integer`, expected one of `string`, `number`, `boolean`, `object`, `array`
    ");
    let pages = json!([{"route": "d", "title": "D", "sections": []}, {"route": "/e", "title": "E", "sections": [{"type": ""}]}]);
    insta::assert_snapshot!(refused(json!({"pages": pages})), @"
    the host refuses the manifest:
      pages[0]: Page route must start with '/'
      pages[1]: Component type is required
    ");
}

#[test]
fn a_dependency_has_a_name_and_a_version() {
    insta::assert_snapshot!(refused(json!({"dependencies": [{"name": "b"}, "c"]})), @r#"
    the host refuses the manifest:
      dependencies[0]: missing field `version`
      dependencies[1]: invalid type: string "c", expected struct PluginDependency
    "#);
}

#[test]
fn what_orbis_takes_without_a_word_is_remarked() {
    let manifest = Manifest::from_json(json!({
        "name": "a", "version": "1.0.0", "authors": ["me"],
        "routes": [
            {"method": "GET", "path": "/items", "handler": "list", "require_auth": false},
            {"method": "get", "path": "/items", "handler": "missing"},
            {"method": "GET", "path": "/items/{id}", "handler": "list"},
            {"method": "GET", "path": "/items/:key", "handler": "list"},
            {"method": "GET", "path": "/pages", "handler": "list"},
            {"method": "GET", "path": "/", "handler": "wrong"},
            {"method": "POST", "path": "/enable", "handler": "list"},
            {"method": "DELETE", "path": "/disable", "handler": "list"},
            {"method": "OPTIONS", "path": "/items", "handler": "list", "requires_auth": false},
        ],
        "pages": [{"route": "/p", "title": "P", "sections": [
            {"type": "Button", "events": {"onClick": []}},
            {"type": "Tabs", "items": [{"events": {"on_click": [{"type": "nope"}]}}]},
        ]}],
    }))
    .unwrap();
    let artifact = r#"(func (export "list") (param i32 i32) (result i32) (i32.const 0)) (func (export "wrong") (result i32) (i32.const 0))"#;
    let artifact = Module::parse(&wat::parse_str(module(artifact)).unwrap()).unwrap();
    insta::assert_snapshot!(manifest.remarks(&artifact).join("\n"), @"
    routes[1].handler: no export `missing`; there is `list`
    routes[5].handler: signatures differ: the artifact has `wrong() -> i32`, but Orbis calls `wrong(i32, i32) -> i32`
    authors: Orbis ignores it: did you mean `author`?
    pages[0].sections[0].events.onClick: Orbis ignores it: did you mean `on_click`?
    routes[0].require_auth: Orbis ignores it: did you mean `requires_auth`?
    pages[0].sections[1].items[0].events.on_click[0]: unknown variant `nope`, expected one of `update_state`, `call_api`, `navigate`, `show_toast`, `show_dialog`, `close_dialog`, `debounced_action`, `set_loading`, `conditional`, `sequence`, `copy`, `open_url`, `emit`
    routes[1]: GET /items answers first: drop one
    routes[3]: GET /items/{id} answers first: drop one
    routes[4]: the server answers /pages itself, with the plugin's pages: choose another path
    routes[5]: the server answers / itself, with a page of its own: choose another path
    routes[6]: the server answers /enable itself, and an administrator's POST switches the plugin on: choose another path
    routes[7]: the server answers /disable itself, and an administrator's POST stops the plugin and deletes its state: choose another path
    ");
    insta::assert_snapshot!(manifest.cautions().join("\n"), @"
    it has parameters in the path of GET /items/{id}, GET /items/:key, and the shipped server compares paths letter by letter: put the values in the query or the body
    it has the route OPTIONS /items, and with CORS on, as it is unless its configuration says otherwise, the server answers every OPTIONS itself: use another method, or say in your documentation that the server must switch CORS off
    it requires a login for GET /items, get /items, GET /items/{id}, GET /items/:key, GET /pages, GET /, POST /enable, DELETE /disable, and in the server's default mode, without authentication, nobody can log in: they answer 401 to everyone: write `requires_auth = false` on what anyone may call, or say in your documentation that the server must switch authentication on
    ");
}

#[test]
fn pages_are_merged_from_the_file_that_the_author_keeps() {
    let manifest = || Manifest::parse(r#"{"name": "a", "version": "1.0.0"}"#).unwrap();
    let pages = json!([{"route": "/p", "title": "P", "sections": []}]);
    let merged = manifest().with_pages(pages.clone()).unwrap();
    insta::assert_snapshot!(merged.text(), @r#"
    {
      "name": "a",
      "pages": [
        {
          "route": "/p",
          "sections": [],
          "title": "P"
        }
      ],
      "version": "1.0.0"
    }
    "#);
    assert!(merged.clone().with_pages(pages).is_ok());
    insta::assert_snapshot!(merged.with_pages(json!([])).unwrap_err(), @"
    the host refuses the manifest:
      pages: the artifact's manifest has some already: keep them in one place
    ");
    insta::assert_snapshot!(manifest().with_pages(json!({"route": "/p"})).unwrap_err(), @r#"
    the host refuses the manifest:
      the pages are no JSON array: write [{"route": "/", ..}]
    "#);
}

#[test]
fn a_plugin_without_a_manifest_does_not_load() {
    let error = plugsmith_harness::hosts::orbis::Orbis::as_shipped().load(module("").into_bytes()).unwrap_err();
    insta::assert_snapshot!(error, @"
    the host refuses the manifest:
      the artifact has no section `manifest`: write plugsmith::orbis::export_plugin!(..), or keep a manifest.json beside it, or beside Cargo.toml
    ");
}

#[test]
fn a_manifest_file_that_is_missing_or_wrong_is_told() {
    let load = |path: &str| {
        let host = plugsmith_harness::hosts::orbis::Orbis::as_shipped().manifest_file(path);
        host.load(module("").into_bytes()).unwrap_err().to_string()
    };
    insta::assert_snapshot!(load("no/such/manifest.json"), @"no/such/manifest.json: No such file or directory (os error 2)");
    insta::assert_snapshot!(load("Cargo.toml"), @"
    the host refuses the manifest:
      Cargo.toml: it is no JSON: expected value at line 1 column 2
    ");
}

#[test]
fn a_kept_manifest_that_differs_is_told_where() {
    let made = json!({"name": "a", "version": "1.0.0", "description": "", "routes": [
        {"method": "GET", "path": "/a", "handler": "a"}, {"method": "GET", "path": "/b", "handler": "b"}]});
    let kept = json!({"name": "a", "version": "1.1.0", "author": "me", "permissions": [], "wasm_entry": "x.wasm",
        "routes": [{"method": "GET", "path": "/c", "handler": "a"}]});
    let (made, kept) = (Manifest::from_json(made).unwrap(), Manifest::from_json(kept).unwrap());
    insta::assert_snapshot!(made.differences(&kept).join("\n"), @r#"
    routes[0].path is "/c", and the artifact has "/a"
    routes[..] is missing, and the artifact has {"handler":"b","method":"GET","path":"/b","requires_auth":true}
    version is "1.1.0", and the artifact has "1.0.0"
    author is "me", and the artifact has none
    "#);
    assert!(made.differences(&made).is_empty());
}

#[test]
fn a_route_or_page_that_is_left_out_is_told_alone() {
    let route = |path: &str, handler: &str| json!({"method": "GET", "path": path, "handler": handler});
    let page = |path: &str| json!({"route": path, "title": path, "sections": []});
    let made = json!({"name": "a", "version": "1.0.0",
        "routes": [route("/a", "a"), route("/b", "b"), route("/c", "c"), route("/d", "d")],
        "pages": [page("/p"), page("/q"), page("/r")]});
    let kept = json!({"name": "a", "version": "1.0.0",
        "routes": [route("/d", "d"), route("/c", "x"), route("/a", "a")],
        "pages": [page("/r"), page("/q")]});
    let (made, kept) = (Manifest::from_json(made).unwrap(), Manifest::from_json(kept).unwrap());
    insta::assert_snapshot!(made.differences(&kept).join("\n"), @r#"
    pages are in another order than the artifact's
    pages[..] is missing, and the artifact has {"menu_order":0,"requires_auth":true,"route":"/p","show_in_menu":true,"title":"/p"}
    routes[..] is missing, and the artifact has {"handler":"b","method":"GET","path":"/b","requires_auth":true}
    routes[1].handler is "x", and the artifact has "c"
    "#);
}

#[test]
fn what_means_the_same_is_no_difference() {
    let made = json!({"name": "a", "version": "1.0.0", "description": "", "routes": [
        {"method": "GET", "path": "/a", "handler": "a", "requires_auth": true, "permissions": []}]});
    let kept = json!({"name": "a", "version": "1.0.0", "wasm_entry": "x.wasm", "routes": [
        {"method": "get", "path": "/a", "handler": "a"}]});
    let (made, kept) = (Manifest::from_json(made).unwrap(), Manifest::from_json(kept).unwrap());
    assert_eq!((made.differences(&kept), kept.differences(&made)), (vec![], vec![]));
}

#[test]
fn a_large_difference_fits_a_line() {
    let page = json!({"route": "/p", "title": "P".repeat(5000), "sections": []});
    let manifest = |pages: Json| Manifest::from_json(json!({"name": "a", "version": "1.0.0", "pages": pages})).unwrap();
    let differences = manifest(json!([page])).differences(&manifest(json!([])));
    assert_eq!(differences.iter().map(|line| line.len() < 200).collect::<Vec<_>>(), [true]);
}

#[test]
fn a_section_that_is_no_json_shows_the_place() {
    let broken = r#"(@custom "manifest" "{\"name\": \"a\", \"version\": \"1.0.0\", \"pages\": [\n  {\"route\": \"/p\" \"title\": \"P\"}]}")"#;
    insta::assert_snapshot!(Manifest::embedded(&wat::parse_str(module(broken)).unwrap()).unwrap_err(), @r#"
    the host refuses the manifest:
      the artifact's section `manifest` is no JSON: expected `,` or `}` at line 2 column 18, after `{"route": "/p" "`: mend the file that it comes from
    "#);
}
