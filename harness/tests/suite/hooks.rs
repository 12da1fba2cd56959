//! Events fired at guests that answer what no hook may.

use plugsmith_harness::{Event, Plugin};

/// A hook of `event` that answers `output`, whatever happens.
fn hook(event: &str, output: &str) -> Plugin {
    let record = format!(r#"{{"kind":"hook","event":"{event}","priority":0,"export":"hook"}}"#).replace('"', "\\\"");
    let stores: String = output
        .bytes()
        .enumerate()
        .map(|(place, byte)| format!("(call $store (i64.add (local.get $at) (i64.const {place})) (i32.const {byte}))"))
        .collect();
    let length = output.len();
    let wat = format!(
        r#"(module
          (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
          (import "extism:host/env" "store_u8" (func $store (param i64 i32)))
          (import "extism:host/env" "output_set" (func $output (param i64 i64)))
          (func (export "hook") (local $at i64)
            (local.set $at (call $alloc (i64.const {length})))
            {stores}
            (call $output (local.get $at) (i64.const {length})))
          (@custom "plugsmith" "{record}\n"))"#
    );
    Plugin::load(wat.into_bytes()).expect("the guest is valid")
}

#[test]
fn a_guest_cannot_abort_what_has_happened() {
    let mut plugin = hook("OnKeyExpiry", "*2\r\n$5\r\nabort\r\n$2\r\nno\r\n");
    let outcome = plugin.fire(Event::new("OnKeyExpiry").key("a"));
    insta::assert_snapshot!(outcome.unwrap_err(), @"bad output of `hook`: OnKeyExpiry cannot be aborted");
}

#[test]
fn a_guest_cannot_modify_what_has_no_value() {
    let mut plugin = hook("OnKeyDelete", "*2\r\n$8\r\nmodified\r\n:1\r\n");
    let outcome = plugin.fire(Event::new("OnKeyDelete").key("a"));
    insta::assert_snapshot!(outcome.unwrap_err(), @"bad output of `hook`: OnKeyDelete has no value to modify");
}

#[test]
fn a_guest_that_answers_no_verdict_is_named() {
    let mut plugin = hook("OnKeyWrite", "+OK\r\n");
    let outcome = plugin.fire(Event::new("OnKeyWrite").key("a"));
    insta::assert_snapshot!(outcome.unwrap_err(), @r#"bad output of `hook`: a hook answers null, ["abort", message] or ["modified", value]"#);
}
