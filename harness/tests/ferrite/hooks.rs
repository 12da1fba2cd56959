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
    insta::assert_snapshot!(outcome.unwrap_err(), @r#"bad output of `hook`: a hook must return null, ["abort", message] or ["modified", value]"#);
}

#[test]
fn an_event_whose_fields_no_host_gives_is_refused() {
    let mut plugin = hook("OnKeyWrite", "_\r\n");
    let shown: Vec<String> = [
        Event::new("OnKeyWrite"),
        Event::new("OnKeyWrite").with("kye", "protected:a"),
        Event::new("OnKeyWrite").with("key", 7),
        Event::new("OnKeyWrite").with("key", b"protected:\xff".to_vec()),
        Event::new("OnKeyWrite").key("a").key("b"),
        Event::new("OnServerStartup").key("a"),
        Event::new("BeforeCommand").command("GET", ["a"]),
        Event::new("BeforeCommand").with("command", "GET").with("args", "a").client(1),
        Event::new("BeforeCommand").command("GET", ["a"]).with("client_id", "1"),
        Event::new("AfterCommand").command("GET", ["a"]).client(1),
        Event::new("OnClientConnect").client(1),
        Event::new("custom:"),
    ]
    .into_iter()
    .map(|event| plugin.fire(event).unwrap_err().to_string())
    .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    no host fires this event: OnKeyWrite needs the field `key`: add `.key(..)`
    no host fires this event: OnKeyWrite has no field `kye`: it has `key`, `value`
    no host fires this event: the field `key` of OnKeyWrite is text, not Integer(7)
    no host fires this event: the field `key` of OnKeyWrite is text, and these bytes are not UTF-8: no host has such a name
    no host fires this event: OnKeyWrite has the field `key` twice
    no host fires this event: OnServerStartup has no field `key`, nor any other
    no host fires this event: BeforeCommand needs the field `client_id`: add `.client(..)`
    no host fires this event: the field `args` of BeforeCommand is a list, not String("a")
    no host fires this event: the field `client_id` of BeforeCommand is an integer, not String("1")
    no host fires this event: AfterCommand needs the field `result`: add `.result(..)`
    no host fires this event: OnClientConnect needs the field `address`: add `.with("address", ..)`
    no host fires the event `custom:`: one of BeforeCommand, AfterCommand, OnKeyWrite, OnKeyRead, OnKeyExpiry, OnKeyDelete, OnClientConnect, OnClientDisconnect, OnServerStartup, OnServerShutdown, or `custom:` and a name of your own
    "#);
}

#[test]
fn a_custom_event_has_the_fields_of_its_sender() {
    let mut plugin = hook("custom:StockLow", "_\r\n");
    let verdict = plugin.fire(Event::new("custom:StockLow").with("key", 7).with("left", 2)).unwrap();
    assert_eq!(verdict, plugsmith_harness::HookResult::Continue);
}
