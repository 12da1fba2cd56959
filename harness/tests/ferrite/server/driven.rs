//! A whole server under the test powers.

use std::cell::RefCell;
use std::rc::Rc;

use plugsmith_harness::Guest;
use plugsmith_harness::hosts::ferrite::Server;
use plugsmith_harness::powers::{Grown, faults, steady};

use super::World;

/// One argument, as a host sends it.
const A: &[u8] = b"*1\r\n$1\r\na\r\n";

fn planted() -> Server {
    World::new().with("planted", "harness/tests/fixtures/planted").server
}

#[test]
fn a_write_whose_failure_is_ignored_is_found_through_the_server() {
    let report = faults(planted).check(|server| server.call_raw("FORGET", A));
    assert!(!report.findings.is_empty());
    assert!(report.findings.iter().all(|finding| finding.function == "storage_set"), "{report}");
}

#[test]
fn keys_that_a_plugin_leaves_in_the_server_are_named() {
    let report = steady(planted()).calls(50).check(|server| server.call_raw("LITTER", b""));
    assert_eq!(report.growths.iter().map(|growth| growth.what).collect::<Vec<_>>(), [Grown::Keys], "{report}");
}

#[test]
fn memory_that_a_plugin_takes_with_each_command_is_found() {
    let module = r#"(module
      (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
      (import "extism:host/env" "store_u8" (func $store (param i64 i32)))
      (import "extism:host/env" "output_set" (func $output (param i64 i64)))
      (memory (export "memory") 1)
      (func (export "GROW") (result i32) (local $at i64)
        (drop (memory.grow (i32.const 1)))
        (local.set $at (call $alloc (i64.const 3)))
        (call $store (local.get $at) (i32.const 95))
        (call $store (i64.add (local.get $at) (i64.const 1)) (i32.const 13))
        (call $store (i64.add (local.get $at) (i64.const 2)) (i32.const 10))
        (call $output (local.get $at) (i64.const 3))
        (i32.const 0)))"#;
    let server = || World::new().with_text("grower", &["GROW"], module).server;
    assert_eq!(server().entries(), ["GROW"]);
    let report = steady(server()).calls(20).check(|server| server.call_raw("GROW", b""));
    assert_eq!(report.growths.iter().map(|growth| growth.what).collect::<Vec<_>>(), [Grown::Pages], "{report}");
    let mut server = server();
    let fresh = server.call_raw("GROW", b"").pages;
    assert!(server.call_raw("GROW", b"").pages > fresh);
    server.restart().unwrap();
    assert_eq!(server.call_raw("GROW", b"").pages, fresh);
}

#[test]
fn a_command_that_no_plugin_has_fails_with_the_servers_words() {
    let error = planted().call_raw("NO.SUCH", A).result.unwrap_err();
    assert!(error.to_string().contains("unknown command"), "{error}");
}

#[test]
fn what_plugins_do_is_below_the_line_of_the_command_that_asked_for_it() {
    let lines = Rc::new(RefCell::new(Vec::new()));
    let kept = Rc::clone(&lines);
    let server = Server::new().log(move |line| kept.borrow_mut().push(line.to_owned())).traces();
    let mut world = World::of(server).with("planted", "harness/tests/fixtures/planted");
    lines.borrow_mut().clear();
    assert!(!world.ask("FORGET a").starts_with('-'));
    world.ask("PING");
    let lines = lines.borrow();
    let (of_forget, of_ping) = (&lines[0], &lines[1]);
    assert!(of_forget.lines().skip(1).any(|line| line.starts_with("  storage_set")), "{of_forget}");
    assert_eq!(of_ping.lines().count(), 1, "{of_ping}");
}
