//! The permission audit.

use plugsmith_harness::plugsmith::HttpResponse;
use plugsmith_harness::powers::audit::{Audit, Difference, Grant, Grants, What};
use plugsmith_harness::{Guest, Host, Plugin};

use crate::fixture::planted;

/// Sends a request where `ask` is called; could tell the time where `time` is.
fn asks() -> Vec<u8> {
    br#"(module
        (import "extism:host/env" "input_offset" (func $input_offset (result i64)))
        (import "extism:host/env" "http_request" (func $send (param i64 i64) (result i64)))
        (import "wasi_snapshot_preview1" "clock_time_get" (func $time (param i32 i64 i32) (result i32)))
        (memory (export "memory") 1)
        (func (export "ask") (drop (call $send (call $input_offset) (i64.const 0))))
        (func (export "time") (drop (call $time (i32.const 0) (i64.const 0) (i32.const 0)))))"#
        .to_vec()
}

/// An audit after one request.
fn audit(hosts: &[&str]) -> Audit {
    let host = Host::new().http("GET https://api.example.com/*", HttpResponse::new(200, "data"));
    let mut plugin = Plugin::load_in(asks(), host).unwrap();
    plugin.call::<()>("ask", r#"{"url": "https://api.example.com/v1?key=secret"}"#).unwrap();
    let hosts = hosts.iter().map(|&host| host.to_owned()).collect();
    let grants = Grants::new("plugin.toml", &["network", "system"], vec![Grant::new("network", "http").hosts(hosts)]);
    Audit::of(asks(), Some(&plugin.recorded()), Some(grants)).unwrap()
}

fn found(audit: &Audit) -> Vec<What> {
    audit.findings.iter().map(|finding| finding.what).collect()
}

#[test]
fn each_entry_point_has_what_it_can_do_and_what_it_did() {
    let audit = audit(&["api.example.com"]);
    let entry = |name: &str| audit.entries.iter().find(|entry| entry.name == name).unwrap();
    let words = |of: &str| entry(of).linked.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!((words("ask"), words("time")), (vec!["network http".to_owned()], vec!["system time".to_owned()]));
    assert_eq!((entry("ask").exercised.len(), entry("time").exercised.len()), (1, 0));
    // No path and no query: they may hold secrets.
    assert_eq!(audit.requests.iter().collect::<Vec<_>>(), ["GET https://api.example.com"]);
}

#[test]
fn what_is_imported_and_neither_granted_nor_tested_is_found() {
    let audit = audit(&["api.example.com"]);
    assert_eq!(found(&audit), [What::NotGranted, What::Unreached]);
    assert_eq!(audit.unreached, ["clock_time_get"]);
    assert!(!audit.is_ok());
}

#[test]
fn hosts_are_held_against_those_that_were_asked() {
    assert!(found(&audit(&["*"])).contains(&What::AnyHost));
    assert!(found(&audit(&["*.example.com", "other.example.org"])).contains(&What::UnusedHost));
    let elsewhere = found(&audit(&["other.example.org"]));
    assert!(elsewhere.contains(&What::HostNotGranted) && elsewhere.contains(&What::UnusedHost));
    assert!(!found(&audit(&["*.example.com"])).contains(&What::UnusedHost));
}

#[test]
fn a_grant_that_nothing_needs_is_found_and_a_correct_plugin_is_not() {
    let mut plugin = Plugin::load_in(planted(), Host::new().storage("a", 10)).unwrap();
    plugin.command("MOVE", ("a", "b")).unwrap();
    let audit = |grants: Vec<Grant>| {
        Audit::of(planted(), Some(&plugin.recorded()), Some(Grants::new("plugin.toml", &["kv"], grants))).unwrap()
    };
    assert_eq!(found(&audit(vec![Grant::new("kv", "write")]))[0], What::UnusedGrant);
    let needed = audit(Vec::new()).needed();
    let needed: Vec<String> = needed.iter().map(|grant| grant.ability.to_string()).collect();
    assert_eq!(needed, ["storage read", "storage write"]);

    let quiet = br#"(module (func (export "f")))"#;
    let mut plugin = Plugin::load(&quiet[..]).unwrap();
    plugin.call::<()>("f", "").unwrap();
    let audit = Audit::of(&quiet[..], Some(&plugin.recorded()), Some(Grants::default())).unwrap();
    assert!(audit.is_ok() && audit.findings.is_empty());
}

#[test]
fn without_a_test_run_it_says_so_and_fails_for_nothing() {
    let audit = Audit::of(asks(), None, None).unwrap();
    assert_eq!(found(&audit), [What::Untested]);
    assert!(audit.is_ok() && !audit.is_tested);
}

#[test]
fn an_indirect_call_reaches_functions_of_its_type_alone() {
    let wasm = br#"(module
      (import "extism:host/user" "one" (func $one (param i64)))
      (import "extism:host/user" "two" (func $two (param i32)))
      (type $takes_i64 (func (param i64)))
      (table funcref (elem $one $two))
      (func (export "f") (call_indirect (type $takes_i64) (i64.const 0) (i32.const 0))))"#;
    let audit = Audit::of(&wasm[..], None, None).unwrap();
    assert_eq!(audit.entries[0].linked.iter().map(ToString::to_string).collect::<Vec<_>>(), ["host one"]);
}

#[test]
fn an_update_says_what_it_newly_asks_for() {
    let old = br#"(module (func (export "ask")) (func (export "gone")))"#.to_vec();
    let difference = Difference::between(old.clone(), asks()).unwrap();
    assert!(!difference.is_ok());
    assert!(Difference::between(old.clone(), old).unwrap().is_ok());
    insta::assert_snapshot!(difference);
}

#[test]
fn an_audit_stays_within_100_columns_and_escapes_what_is_foreign() {
    let wasm = br#"(module
      (import "extism:host/user" "very_long_name_of_a_host_function\1b[2J" (func $f (param i64)))
      (func (export "a\nb") (call $f (i64.const 0))))"#;
    let foreign = Audit::of(&wasm[..], None, None).unwrap().to_string();
    assert!(!foreign.contains('\u{1b}'), "{foreign}");
    let own = audit(&["*"]).to_string();
    assert!(own.lines().all(|line| line.chars().count() <= 100), "{own}");
    insta::assert_snapshot!(format!("{own}\n\n{foreign}"));
}
