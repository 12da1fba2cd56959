//! WASI as a guest sees it: the harness's clock and randomness, in the memory that it exports.

use std::time::Duration;

use plugsmith_harness::{Host, Plugin, assert_outcome_snapshot};

const WASI: &str = r#"(module
    (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
    (import "extism:host/env" "store_u64" (func $store_u64 (param i64 i64)))
    (import "extism:host/env" "output_set" (func $output_set (param i64 i64)))
    (import "wasi_snapshot_preview1" "clock_time_get" (func $time (param i32 i64 i32) (result i32)))
    (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
    (memory $other 1) (memory $main (export "memory") 2) (memory $third 3)
    (func $answer (local $b i64)
      (local.set $b (call $alloc (i64.const 8)))
      (call $store_u64 (local.get $b) (i64.load $main (i32.const 64)))
      (call $output_set (local.get $b) (i64.const 8)))
    (func (export "time") (result i32) (call $time (i32.const 0) (i64.const 0) (i32.const 64)) (call $answer))
    (func (export "random") (result i32) (call $random (i32.const 64) (i32.const 8)) (call $answer))
    (func (export "far") (result i32) (call $time (i32.const 0) (i64.const 0) (i32.const 131070)))
    (func (export "vast") (result i32) (call $random (i32.const 0) (i32.const -1)))
    (func (export "start over") (call $answer)))"#;

#[test]
fn the_time_is_written_to_the_exported_memory_of_several() {
    let host = Host::new().clock(Duration::from_nanos(42));
    let mut plugin = Plugin::load_in(WASI.as_bytes(), host).unwrap();
    let outcome = plugin.call::<Vec<u8>>("time", "");
    assert_eq!((outcome.pages, outcome.unwrap()), (2, 42_u64.to_le_bytes().to_vec()));
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let random = |seed| {
        let mut plugin = Plugin::load_in(WASI.as_bytes(), Host::new().random_seed(seed)).unwrap();
        plugin.call::<Vec<u8>>("random", "").unwrap()
    };
    assert_eq!((random(7) == random(7), random(7) == random(8)), (true, false));
}

#[test]
fn a_place_beyond_the_memory_is_a_fault() {
    let mut plugin = Plugin::load(WASI.as_bytes()).unwrap();
    assert_outcome_snapshot!(plugin.call::<()>("far", ""), @"
    far
      clock_time_get realtime -> 2025-01-01T00:00:00Z
    => error: returned 21 without setting an error
    ");
    assert_outcome_snapshot!(plugin.call::<()>("vast", ""), @"
    vast
    => error: returned 21 without setting an error
    ");
}

#[test]
fn a_start_function_may_ask_for_the_time() {
    let module = WASI.replace("(func (export \"start over\")", "(func $start (drop (call $time (i32.const 0) (i64.const 0) (i32.const 64)))) (start $start) (func (export \"start over\")");
    let mut plugin = Plugin::load_in(module.as_bytes(), Host::new().clock(Duration::from_nanos(7))).unwrap();
    assert_eq!(plugin.call::<Vec<u8>>("start over", "").unwrap(), 7_u64.to_le_bytes());
}

#[test]
fn an_import_with_another_signature_than_wasis_is_refused() {
    let module = r#"(module (import "wasi_snapshot_preview1" "random_get" (func (param i64))))"#;
    insta::assert_snapshot!(Plugin::load(module.as_bytes()).unwrap_err(), @"signatures differ: the artifact has `random_get(i64)`, the host's function is `random_get(i32, i32) -> i32`");
}
