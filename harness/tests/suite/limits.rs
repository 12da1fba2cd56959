//! Guests that want too much: time, memory, stack, or their host before there is one.

use std::time::Duration;

use plugsmith_harness::{Error, Host, Limits, Plugin};

use crate::guest::{load, plugin};
use crate::hostile::error;

const LOOP: &str = "(loop $again (br $again))";

#[test]
fn an_endless_loop_runs_out_of_fuel() {
    let parts = format!("(func (export \"run\") {LOOP})");
    insta::assert_snapshot!(error(Host::new().fuel(1_000_000), &parts), @"out of fuel: more than 1000000 instructions; if it is no endless loop, give it more with `Host::fuel` or `--fuel`");
}

#[test]
fn an_endless_start_function_runs_out_of_fuel() {
    let parts = format!("(func $start {LOOP}) (start $start) (func (export \"run\"))");
    insta::assert_snapshot!(error(Host::new().fuel(1_000_000), &parts), @"load: out of fuel: more than 1000000 instructions; if it is no endless loop, give it more with `Host::fuel` or `--fuel`");
}

#[test]
fn an_endless_initialize_runs_out_of_fuel() {
    let parts = format!("(func (export \"_initialize\") {LOOP}) (func (export \"run\"))");
    insta::assert_snapshot!(error(Host::new().fuel(1_000_000), &parts), @"load: out of fuel: more than 1000000 instructions; if it is no endless loop, give it more with `Host::fuel` or `--fuel`");
}

#[test]
fn host_calls_without_end_run_out_of_fuel() {
    let parts = r#"(func (export "run") (loop $again (drop (call $get_log_level)) (br $again)))"#;
    insta::assert_snapshot!(error(Host::new().fuel(1_000_000), parts), @"out of fuel: its host calls count for more than 1000000000, 20000 each and 1 for each byte; if it is no endless loop, give it more with `Host::fuel` or `--fuel`");
}

#[test]
fn large_blocks_for_the_host_without_end_run_out_of_fuel() {
    let parts = r#"(func (export "run") (local $block i64)
      (local.set $block (call $alloc (i64.const 4000000)))
      (loop $again (call $error_set (local.get $block)) (br $again)))"#;
    insta::assert_snapshot!(error(Host::new().fuel(1_000_000), parts), @"out of fuel: its host calls count for more than 1000000000, 20000 each and 1 for each byte; if it is no endless loop, give it more with `Host::fuel` or `--fuel`");
}

#[test]
fn random_bytes_without_end_run_out_of_fuel() {
    let module = r#"(module
      (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
      (memory (export "memory") 16)
      (func (export "run")
        (loop $again (drop (call $random_get (i32.const 0) (i32.const 1000000))) (br $again))))"#;
    let mut plugin = Plugin::load_in(module.as_bytes(), Host::new().fuel(1_000_000)).unwrap();
    insta::assert_snapshot!(plugin.call::<()>("run", "").unwrap_err(), @"out of fuel: its host calls count for more than 1000000000, 20000 each and 1 for each byte; if it is no endless loop, give it more with `Host::fuel` or `--fuel`");
}

#[test]
fn a_limit_that_fits_the_instructions_lets_a_few_host_calls_be() {
    let parts = r#"(func (export "run") (local $left i32)
      (local.set $left (i32.const 1000))
      (loop $again
        (drop (call $get_log_level))
        (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1))))))"#;
    let mut plugin = load(Host::new().fuel(10_000), parts).unwrap();
    let outcome = plugin.call::<()>("run", "");
    assert!(outcome.fuel < 10_000, "{}", outcome.fuel);
    outcome.unwrap();
}

#[test]
fn an_endless_loop_ends_at_the_timeout() {
    let parts = format!("(func (export \"run\") {LOOP})");
    insta::assert_snapshot!(error(Host::new().timeout(Duration::from_millis(50)), &parts), @"timed out after 50 ms");
}

#[test]
fn a_call_has_ten_seconds_unless_the_host_says_otherwise() {
    assert_eq!(Limits::default().timeout, Some(Duration::from_secs(10)));
    let page = plugsmith_harness::hosts::profile("ferrite").unwrap().timeout;
    assert_eq!(page, Some(Duration::from_secs(5)));
    // The clock's end is no limit, and no overflow.
    let mut plugin = load(Host::new().timeout(Duration::MAX), r#"(func (export "run"))"#).unwrap();
    plugin.call::<()>("run", "").unwrap();
}

#[test]
fn a_trap_in_the_start_function_fails_the_load() {
    let parts = "(func $start unreachable) (start $start) (func (export \"run\"))";
    insta::assert_snapshot!(error(Host::new(), parts), @"load: trapped: wasm `unreachable` instruction executed");
}

#[test]
fn a_start_function_that_calls_its_host_is_refused() {
    let parts = r#"(data (i32.const 0) "key") (func (export "run"))
      (func $start (drop (call $config_get (call $block (i32.const 0) (i32.const 3))))) (start $start)"#;
    insta::assert_snapshot!(error(Host::new(), parts), @"load: host function `config_get` failed: called from the start function or `_initialize`, where Extism crashes: call it from an export");
}

#[test]
fn an_initialize_that_calls_its_host_is_refused() {
    let parts = r#"(data (i32.const 0) "key") (func (export "run"))
      (func (export "_initialize") (call $log_info (call $block (i32.const 0) (i32.const 3))))"#;
    insta::assert_snapshot!(error(Host::new(), parts), @"load: host function `log_info` failed: called from the start function or `_initialize`, where Extism crashes: call it from an export");
}

#[test]
fn a_start_function_may_use_the_kernel_and_ask_for_numbers() {
    let mut plugin = plugin(
        r#"(global $level (mut i32) (i32.const 9)) (func $start (global.set $level (call $get_log_level)) (call $free (call $alloc (i64.const 9)))) (start $start)
      (func (export "run") (result i32) (global.get $level))"#,
    );
    assert_eq!(plugin.call::<Vec<u8>>("run", "").unwrap(), b"");
}

#[test]
fn memory_that_grows_for_ever_is_out_of_memory() {
    let parts = r#"(func (export "run") (loop $again (drop (memory.grow (i32.const 100))) (br $again)))"#;
    insta::assert_snapshot!(error(Host::new(), parts), @"out of memory: more than 2048 pages of 64 KiB");
}

#[test]
fn a_memory_of_4_gib_does_not_load() {
    let module = r#"(module (memory 65536) (func (export "run")))"#;
    insta::assert_snapshot!(Plugin::load(module.as_bytes()).unwrap_err(), @"out of memory: starts with 65536 pages of 64 KiB, and the host gives 2048; give it more with `Host::memory_pages`, `--memory-pages` or `max_pages`, or use less static data");
}

#[test]
fn a_64_bit_memory_beyond_its_reservation_does_not_load() {
    let module = r#"(module (memory i64 90000) (func (export "run")))"#;
    let host = Host::new().memory_pages(1_000_000);
    insta::assert_snapshot!(Plugin::load_in(module.as_bytes(), host).unwrap_err(), @"not a valid plugin: a memory of 5898240000 bytes is more than the 4294967296 that are reserved for it");
}

#[test]
fn a_64_bit_memory_that_grows_beyond_its_reservation_is_told_so() {
    let module = r#"(module (memory i64 1) (func (export "run") (result i32)
      (i64.ne (memory.grow (i64.const 90000)) (i64.const -1))))"#;
    let mut plugin = Plugin::load_in(module.as_bytes(), Host::new().memory_pages(1_000_000)).unwrap();
    assert_eq!(plugin.call::<Vec<u8>>("run", "").unwrap(), b"");
}

#[test]
fn many_memories_count_together() {
    let memories = "(memory 100)".repeat(50);
    let module = format!("(module {memories} (func (export \"run\")))");
    insta::assert_snapshot!(Plugin::load(module.as_bytes()).unwrap_err(), @"out of memory: starts with 5000 pages of 64 KiB, and the host gives 2048; give it more with `Host::memory_pages`, `--memory-pages` or `max_pages`, or use less static data");
}

#[test]
fn a_shared_memory_is_harmless() {
    let module = r#"(module (memory (export "memory") 1 2 shared) (func (export "run")))"#;
    let loaded = Plugin::load(module.as_bytes()).map(|mut plugin| plugin.call::<Vec<u8>>("run", "").result);
    insta::assert_debug_snapshot!(loaded, @r#"
    Err(
        InvalidModule {
            reason: "it uses the wasm proposal threads, which Extism does not run: build it without threads: without the target feature `atomics`, without `-pthread` and `--shared-memory`",
        },
    )
    "#);
}

#[test]
fn a_table_of_4_billion_elements_does_not_load() {
    let module = r#"(module (table 4294967295 funcref) (func (export "run")))"#;
    insta::assert_snapshot!(Plugin::load(module.as_bytes()).unwrap_err(), @"not a valid plugin: its tables start with more than 10000000 elements, Plugsmith's own limit of what Extism does not limit: make them smaller");
}

#[test]
fn a_table_that_can_grow_without_limit_does_not_load() {
    let module = r#"(module (table $t 1 funcref) (func (export "run")
      (drop (table.grow $t (ref.null func) (i32.const 1000000000)))))"#;
    insta::assert_snapshot!(Plugin::load(module.as_bytes()).unwrap_err(), @"not a valid plugin: it grows a table, and its tables may have more than 10000000 elements, Plugsmith's own limit of what Extism does not limit: give each a maximum");
}

#[test]
fn all_tables_of_a_module_have_one_limit() {
    let many = format!("(module {} (func (export \"run\")))", "(table 2000000 funcref)".repeat(6));
    let grown = format!(
        "(module {} (func (export \"run\") (drop (table.grow 0 (ref.null func) (i32.const 1)))))",
        "(table 1 2000000 funcref)".repeat(6)
    );
    let told = [many, grown].map(|module| Plugin::load(module.as_bytes()).unwrap_err().to_string());
    insta::assert_snapshot!(told.join("\n"), @"
    not a valid plugin: its tables start with more than 10000000 elements, Plugsmith's own limit of what Extism does not limit: make them smaller
    not a valid plugin: it grows a table, and its tables may have more than 10000000 elements, Plugsmith's own limit of what Extism does not limit: give each a maximum
    ");
}

#[test]
fn a_garbage_collected_heap_has_a_limit() {
    let module = r#"(module (type $bytes (array (mut i8))) (type $list (array (mut (ref null $bytes)))) (func (export "run")
      (local $all (ref $list)) (local $at i32)
      (local.set $all (array.new_default $list (i32.const 100000)))
      (loop $again
        (array.set $list (local.get $all) (local.get $at) (array.new_default $bytes (i32.const 1000000)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $again))))"#;
    let error = Plugin::load(module.as_bytes()).unwrap().call::<Vec<u8>>("run", "").unwrap_err();
    insta::assert_snapshot!(error, @"out of memory: more than 2048 pages of 64 KiB");
}

#[test]
fn recursion_without_end_overflows_the_guests_stack() {
    let parts = r#"(func $run (export "run") (call $run))"#;
    insta::assert_snapshot!(error(Host::new(), parts), @"trapped: call stack exhausted");
}

/// The kernel uses the plugin's fuel while the host reads and frees blocks: whatever it stumbles over then, the
/// plugin is out of fuel.
#[test]
fn near_the_limit_of_fuel_a_host_call_says_out_of_fuel() {
    let parts = r#"(data (i32.const 0) "key") (func (export "run")
        (call $var_set (call $block (i32.const 0) (i32.const 3)) (call $block (i32.const 0) (i32.const 3)))
        (drop (call $var_get (call $block (i32.const 0) (i32.const 3)))))"#;
    let needed = load(Host::new(), parts).unwrap().call::<()>("run", "").fuel;
    for fuel in (needed / 2..=needed).step_by(7) {
        let Ok(mut plugin) = load(Host::new().fuel(fuel), parts) else { continue };
        match plugin.call::<()>("run", "").result {
            Ok(()) | Err(Error::OutOfFuel { .. }) => {}
            Err(error) => panic!("with {fuel} of {needed}: {error}"),
        }
    }
}
