//! Plugins in wasm's text format, in a host of their own.

use plugsmith_harness::hosts::orbis::{App, Orbis};
use plugsmith_harness::{Outcome, Result};
use serde_json::Value as Json;

/// A module with a memory, an allocator that goes upwards from 64 KiB, and `body` in it. Its answers
/// are data: `(data (i32.const 8) "\04\00\00\00true")`.
pub(crate) fn module(body: &str) -> String {
    let imports = [
        "state_get 2",
        "state_set 4",
        "state_remove 2",
        "db_query 4",
        "db_execute 4",
        "http_request 8",
        "emit_event 4",
        "get_config 2",
        "crypto_hash 3",
        "crypto_random 1",
    ]
    .map(|import| {
        let (name, parameters) = import.split_once(' ').unwrap();
        let parameters = " i32".repeat(parameters.parse().unwrap());
        format!("(import \"env\" \"{name}\" (func ${name} (param{parameters}) (result i32)))")
    })
    .join("\n");
    format!(
        r#"(module
        {imports}
        (import "env" "log" (func $log (param i32 i32 i32)))
        (memory (export "memory") 2)
        (global $top (mut i32) (i32.const 65536))
        (func $allocate (export "allocate") (param $size i32) (result i32)
          (global.get $top)
          (global.set $top (i32.add (global.get $top) (local.get $size))))
        {body})"#
    )
}

/// A manifest whose routes are `GET /name`, open to all, for handlers of these names.
pub(crate) fn manifest(permissions: &str, handlers: &[&str]) -> String {
    let routes = handlers.iter().map(|handler| {
        format!(r#"{{"method": "GET", "path": "/{handler}", "handler": "{handler}", "requires_auth": false}}"#)
    });
    let routes = routes.collect::<Vec<_>>().join(", ");
    format!(r#"{{"name": "wat", "version": "1.0.0", "permissions": {permissions}, "routes": [{routes}]}}"#)
}

/// Loads such a module; each of its handlers has a route.
pub(crate) fn load(host: Orbis, body: &str, permissions: &str) -> Result<App> {
    let handlers: Vec<&str> = body
        .split("(func (export \"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .filter(|name| *name != "deallocate")
        .collect();
    let manifest = plugsmith_harness::hosts::orbis::Manifest::parse(&manifest(permissions, &handlers)).unwrap();
    host.manifest(manifest).load(module(body).into_bytes())
}

/// As documented, with every permission.
pub(crate) fn documented(body: &str) -> App {
    load(Orbis::as_documented(), body, ALL).unwrap()
}

/// As shipped, with every permission that a manifest can ask for.
pub(crate) fn shipped(body: &str) -> App {
    load(Orbis::as_shipped(), body, ALL).unwrap()
}

pub(crate) const ALL: &str = r#"["database_read", "database_write", "network", {"custom": "events:emit"}]"#;

/// Calls the handler `run`.
pub(crate) fn run(app: &mut App) -> Outcome<Json> {
    app.handle("run", serde_json::json!({}))
}
