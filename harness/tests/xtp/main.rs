//! Suites of the xtp-test libraries, run as they are, and what a hostile one can do.

#![expect(clippy::unwrap_used, reason = "whatever is missing here ends the test")]

mod hostile;
mod link;
mod listed;
mod suite;

use std::path::{Path, PathBuf};

use plugsmith_harness::build;

/// A crate among the fixtures, built.
fn fixture(name: &str) -> PathBuf {
    build(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)).unwrap()
}

/// A test plugin in wasm's text format, whose `test` does this. `(call $text (i32.const 0) (i32.const 4))`
/// is the block of `echo`, the four bytes at address 0; `fail` is at 4, and at 8 is `nope`.
fn test_plugin(body: &str) -> Vec<u8> {
    test_plugin_with(body, "")
}

/// As [`test_plugin`], with more in the module.
fn test_plugin_with(body: &str, more: &str) -> Vec<u8> {
    format!(
        r#"(module
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "store_u8" (func $store (param i64 i32)))
  (import "extism:host/env" "length" (func $length (param i64) (result i64)))
  (import "xtp:test/harness" "call" (func $call (param i64 i64) (result i64)))
  (import "xtp:test/harness" "time" (func $time (param i64 i64) (result i64)))
  (import "xtp:test/harness" "assert" (func $assert (param i64 i64 i64)))
  (import "xtp:test/harness" "reset" (func $reset))
  (import "xtp:test/harness" "group" (func $group (param i64)))
  (import "xtp:test/harness" "mock_input" (func $mock_input (result i64)))
  (memory (export "memory") 1)
  (data (i32.const 0) "echofailnope")
  (func $text (param $at i32) (param $length i32) (result i64) (local $block i64) (local $index i32)
    (local.set $block (call $alloc (i64.extend_i32_u (local.get $length))))
    (loop $bytes
      (call $store
        (i64.add (local.get $block) (i64.extend_i32_u (local.get $index)))
        (i32.load8_u (i32.add (local.get $at) (local.get $index))))
      (local.set $index (i32.add (local.get $index) (i32.const 1)))
      (br_if $bytes (i32.lt_u (local.get $index) (local.get $length))))
    (local.get $block))
  {more}
  (func (export "test") (result i32)
    {body}
    (i32.const 0)))"#
    )
    .into_bytes()
}

/// A plugin that echoes, fails and loops.
const SUBJECT: &[u8] = br#"(module
  (import "extism:host/env" "input_offset" (func $offset (result i64)))
  (import "extism:host/env" "input_length" (func $length (result i64)))
  (import "extism:host/env" "output_set" (func $output (param i64 i64)))
  (memory (export "memory") 1)
  (global $calls (mut i32) (i32.const 0))
  (func (export "echo") (result i32)
    (call $output (call $offset) (call $length))
    (i32.const 0))
  (func (export "fail") (result i32) (i32.const 1))
  (func (export "once") (result i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (i32.gt_u (global.get $calls) (i32.const 1)))
  (func (export "spin") (result i32) (loop $ever (br $ever)) (i32.const 0)))"#;
