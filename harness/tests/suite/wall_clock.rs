//! Instructions that cost one unit of fuel whatever their length: a loop of them ends at the timeout, in a call and
//! before the first one.

use std::time::Duration;

use plugsmith_harness::hosts::extism::{self, Manifest, Wasm};
use plugsmith_harness::{Error, Host, Plugin};

const TIMEOUT: Error = Error::TimedOut { milliseconds: 100 };

fn host() -> Host {
    Host::new().timeout(Duration::from_millis(100))
}

/// A module with these parts, in which `$endless` never ends.
fn module(operation: &str, parts: &str) -> Vec<u8> {
    format!(
        r#"(module (memory (export "memory") 1000) (table $t 1000000 1000000 funcref) (table $u 1000000 1000000 funcref)
             (data $bytes "{bytes}") (elem $functions func {functions}) {parts}
             (func $endless (loop $again {operation} (br $again))))"#,
        bytes = "a".repeat(60_000),
        functions = "$endless ".repeat(10_000),
    )
    .into_bytes()
}

const FILL: &str = "(memory.fill (i32.const 0) (i32.const 1) (i32.const 65536000))";

#[test]
fn bulk_operations_without_end_time_out_and_are_not_out_of_fuel() {
    let operations = [
        FILL,
        "(memory.copy (i32.const 0) (i32.const 1) (i32.const 65535999))",
        "(memory.init $bytes (i32.const 0) (i32.const 0) (i32.const 60000))",
        "(drop (memory.grow (i32.const 0)))",
        "(table.fill $t (i32.const 0) (ref.null func) (i32.const 1000000))",
        "(table.copy $t $u (i32.const 0) (i32.const 0) (i32.const 1000000))",
        "(table.init $t $functions (i32.const 0) (i32.const 0) (i32.const 10000))",
        "(drop (table.grow $t (ref.null func) (i32.const 0)))",
    ];
    for operation in operations {
        let wasm = module(operation, r#"(func (export "run") (call $endless))"#);
        let mut plugin = Plugin::load_in(wasm, host()).unwrap();
        assert_eq!(plugin.call::<()>("run", "").unwrap_err(), TIMEOUT, "{operation}");
    }
}

#[test]
fn what_runs_before_the_first_call_times_out_as_a_call_does() {
    let exported = ["_initialize", "__wasm_call_ctors"].map(|name| format!("(func (export {name:?}) (call $endless))"));
    let haskell = r#"(func (export "hs_init") (param i32 i32) (call $endless))"#;
    let mut parts = vec!["(start $endless)", haskell];
    parts.extend(exported.iter().map(String::as_str));
    for parts in parts {
        assert_eq!(Plugin::load_in(module(FILL, parts), host()).unwrap_err(), TIMEOUT, "{parts}");
        assert_eq!(Plugin::load_in(module("", parts), host()).unwrap_err(), TIMEOUT, "{parts}");
    }
}

#[test]
fn a_start_function_of_a_module_that_the_plugin_imports_from_times_out() {
    let endless = module(FILL, r#"(start $endless) (func (export "answer"))"#);
    let asks = r#"(module (import "other" "answer" (func $answer)) (func (export "run") (call $answer)))"#;
    assert_eq!(Plugin::load_in(asks.as_bytes(), host().link(endless.clone())).unwrap_err(), TIMEOUT);

    let sources = [Wasm::data(endless).with_name("other"), Wasm::data(asks.as_bytes())];
    let manifest = Manifest::new(sources).with_timeout(Duration::from_millis(100));
    let failed = extism::load(&manifest, Host::new()).map(|_| ()).unwrap_err();
    assert_eq!(failed, TIMEOUT);
}

/// The clock is that of the start: a call has its own.
#[test]
fn a_plugin_with_a_start_function_is_called_as_any_other() {
    let wasm = r#"(module (global $started (mut i32) (i32.const 1)) (func $start (global.set $started (i32.const 0)))
      (start $start) (func (export "run") (result i32) (global.get $started)) (func (export "trap") unreachable))"#;
    let mut plugin = Plugin::load_in(wasm.as_bytes(), host()).unwrap();
    for _ in 0..3 {
        plugin.call::<()>("run", "").unwrap();
        plugin.call::<()>("trap", "").unwrap_err();
    }
}
