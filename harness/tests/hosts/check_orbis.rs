//! What `check` says of plugins for Orbis, and that the harness's own host agrees.

use plugsmith_harness::hosts::orbis::{Manifest, Package};
use plugsmith_harness::hosts::profile;
use plugsmith_harness::{Module, Report, check};

/// A plugin with these imports and one handler, `run`, for these routes.
fn plugin(memory: &str, imports: &str, routes: &str) -> Vec<u8> {
    let manifest = format!(r#"{{"name": "a", "version": "1.0.0", "routes": [{routes}]}}"#).replace('"', "\\\"");
    let wat = format!(
        r#"(module {imports} (memory (export "memory") {memory})
          (func (export "allocate") (param i32) (result i32) (i32.const 8))
          (func (export "run") (param i32 i32) (result i32) (i32.const 0))
          (@custom "manifest" "{manifest}"))"#
    );
    wat::parse_str(wat).unwrap()
}

fn report(wasm: &[u8]) -> Report {
    check(wasm, &profile("orbis").unwrap()).unwrap()
}

fn route(method: &str, path: &str, auth: bool) -> String {
    format!(r#"{{"method": "{method}", "path": "{path}", "handler": "run", "requires_auth": {auth}}}"#)
}

#[test]
fn routes_that_the_server_answers_itself_are_refused_by_check_and_pack_alike() {
    for path in ["/pages", "/enable", "/disable", "/"] {
        for method in ["GET", "POST", "DELETE", "HEAD"] {
            let wasm = plugin("1", "", &route(method, path, false));
            assert_eq!(report(&wasm).breaches().count(), 1, "{method} {path}");
            let package = Package::open(wasm.as_slice()).unwrap();
            assert_eq!(package.manifest.remarks(&Module::parse(&wasm).unwrap()).len(), 1, "{method} {path}");
        }
    }
    insta::assert_snapshot!(report(&plugin("1", "", &route("POST", "/disable", false))), @"
    breach: the route POST /disable is never called: the server answers /disable itself, and an administrator's POST stops the plugin and deletes its state; fix: choose another path
    ");
    for path in ["/pages/", "/Pages", "/pages/1", "/disabled", "/api/enable"] {
        assert_eq!(report(&plugin("1", "", &route("GET", path, false))).findings, [], "{path}");
    }
}

#[test]
fn what_only_some_servers_answer_is_noted_by_check_and_pack_alike() {
    let routes = [route("OPTIONS", "/a", false), route("GET", "/b", true), route("GET", "/c", false)].join(",");
    let wasm = plugin("1", "", &routes);
    insta::assert_snapshot!(report(&wasm), @"
    note: has the route OPTIONS /a, and with CORS on, as it is unless its configuration says otherwise, the server answers every OPTIONS itself; fix: use another method, or say in your documentation that the server must switch CORS off
    note: requires a login for GET /b, and in the server's default mode, without authentication, nobody can log in: they answer 401 to everyone; fix: write `requires_auth = false` on what anyone may call, or say in your documentation that the server must switch authentication on
    ");
    let cautions = Manifest::embedded(&wasm).unwrap().unwrap().cautions();
    let noted = report(&wasm).notes().map(|note| format!("it {}: {}", note.what, note.fix)).collect::<Vec<_>>();
    assert_eq!(cautions, noted);
}

#[test]
fn what_pack_does_not_ship_does_not_pass_the_check() {
    let twice = [route("GET", "/a", false), route("get", "/a", false)].join(",");
    let misspelt = route("GET", "/a", false).replace("requires_auth", "require_auth");
    for (wasm, breach) in [
        (plugin("1", "", &twice), "its manifest does not fit: routes[1]: GET /a answers first: drop one"),
        (
            plugin("1", "", &misspelt),
            "its manifest does not fit: routes[0].require_auth: Orbis ignores it: did you mean `requires_auth`?",
        ),
    ] {
        assert_eq!(report(&wasm).breaches().map(|breach| breach.what.as_str()).collect::<Vec<_>>(), [breach]);
    }
}

#[test]
fn what_the_hosts_runtime_runs_is_no_breach() {
    let import = r#"(import "env" "allocate" (func (param i32) (result i32))) (import "env" "deallocate" (func (param i32 i32)))"#;
    let ready = route("GET", "/a", false);
    assert_eq!(report(&plugin("1", import, &ready)).findings, []);
    assert_eq!(report(&plugin("i64 1", "", &ready)).findings, []);
    assert_eq!(report(&plugin("1 1 shared", "", &ready)).findings, []);
    let refused = [
        "(tag (param i32))",
        "(type (array i8))",
        "(type $f (func)) (func (param (ref $f)))",
        "(func (param i64 i64 i64 i64) (result i64 i64) (i64.add128 (local.get 0) (local.get 1) (local.get 2) (local.get 3)))",
    ];
    for wat in refused {
        assert!(report(&plugin("1", wat, &ready)).breaches().next().is_some(), "{wat}");
    }
}
