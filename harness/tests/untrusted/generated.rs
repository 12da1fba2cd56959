//! Valid modules that are made from a seed: each with imports of the host, of which it makes random calls.

use plugsmith_harness::{Inspection, Module, Plugin, check, hosts, strip};
use wasm_smith::{Config, Module as Smith};

use crate::{assert_call_ended, assert_load_error, host, peak};

/// How many there are; each costs 10 to 100 milliseconds.
const MODULES: u64 = 300;

/// The bytes that a module is made from.
const BYTES: usize = 3000;

/// What a generated module may import.
const IMPORTS: &[u8] = br#"(module
  (import "extism:host/env" "alloc" (func (param i64) (result i64)))
  (import "extism:host/env" "free" (func (param i64)))
  (import "extism:host/env" "length" (func (param i64) (result i64)))
  (import "extism:host/env" "length_unsafe" (func (param i64) (result i64)))
  (import "extism:host/env" "load_u8" (func (param i64) (result i32)))
  (import "extism:host/env" "load_u64" (func (param i64) (result i64)))
  (import "extism:host/env" "store_u8" (func (param i64 i32)))
  (import "extism:host/env" "store_u64" (func (param i64 i64)))
  (import "extism:host/env" "input_load_u8" (func (param i64) (result i32)))
  (import "extism:host/env" "input_set" (func (param i64 i64)))
  (import "extism:host/env" "output_set" (func (param i64 i64)))
  (import "extism:host/env" "error_set" (func (param i64)))
  (import "extism:host/env" "config_get" (func (param i64) (result i64)))
  (import "extism:host/env" "var_get" (func (param i64) (result i64)))
  (import "extism:host/env" "var_set" (func (param i64 i64)))
  (import "extism:host/env" "http_request" (func (param i64 i64) (result i64)))
  (import "extism:host/env" "log_warn" (func (param i64)))
  (import "extism:host/env" "reset" (func))
  (import "extism:host/user" "kv_read" (func (param i64) (result i64)))
  (import "extism:host/user" "kv_write" (func (param i64 i64)))
  (import "extism:host/user" "storage_get" (func (param i64) (result i64)))
  (import "extism:host/user" "storage_set" (func (param i64 i64) (result i64)))
  (import "extism:host/user" "charge" (func (param i64 i64) (result i64)))
  (import "wasi_snapshot_preview1" "random_get" (func (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func (param i32 i32 i32 i32) (result i32))))"#;

/// What half of them export, as a plugin does.
const EXPORTS: &[u8] = br#"(module
  (memory (export "memory") 1)
  (func (export "run") (result i32) (i32.const 0))
  (func (export "again")))"#;

#[test]
fn generated_modules_end_in_documented_errors() {
    let before = peak();
    let (mut loaded, mut called, mut failed) = (0, 0, 0);
    for seed in 0..MODULES {
        let wasm = generate(seed);
        let of = format!("module {seed}");
        judged(&of, &wasm);
        let mut plugin = match Plugin::load_in(wasm.as_slice(), host(&wasm)) {
            Ok(plugin) => plugin,
            Err(error) => {
                assert_load_error(&of, &error);
                continue;
            }
        };
        loaded += 1;
        let names: Vec<String> = plugin.module().callable().take(3).map(str::to_owned).collect();
        for name in names {
            let outcome = plugin.call::<Vec<u8>>(&name, "key");
            assert_call_ended(&format!("{of}, `{name}`"), &outcome);
            called += 1;
            failed += u64::from(outcome.result.is_err());
        }
    }
    // Or nothing was tested: a generator that makes modules which do not load, or do nothing.
    assert!(loaded > MODULES / 2, "{loaded} modules were loaded");
    assert!(called > MODULES / 2 && failed > 50 && failed < called, "{called} calls, of which {failed} failed");
    if let (Some(before), Some(after)) = (before, peak()) {
        let grown = (after - before) / (1024 * 1024);
        assert!(grown < 1024, "the host grew by {grown} MiB");
    }
}

/// A module of this seed.
fn generate(seed: u64) -> Vec<u8> {
    let bytes = noise(seed);
    let mut entropy = arbitrary::Unstructured::new(&bytes);
    let is_plugin = seed.is_multiple_of(2);
    let config = Config {
        available_imports: Some(binary(IMPORTS)),
        exports: is_plugin.then(|| binary(EXPORTS)),
        export_everything: !is_plugin,
        max_imports: 20,
        min_imports: 5,
        min_funcs: 2,
        max_memories: 2,
        // Most start with less than they get, or none of their code would run.
        max_memory32_bytes: if seed.is_multiple_of(10) { 1 << 32 } else { 1 << 20 },
        // The harness takes what Extism's wasmtime does.
        threads_enabled: false,
        exceptions_enabled: seed.is_multiple_of(32),
        memory64_enabled: seed.is_multiple_of(16),
        // A trap in the first instruction is a short test.
        allow_invalid_funcs: false,
        generate_custom_sections: true,
        ..Config::default()
    };
    Smith::new(config, &mut entropy).unwrap().to_bytes()
}

/// Bytes that look random, the same for each seed (SplitMix64).
fn noise(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let words = std::iter::repeat_with(move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = state;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    });
    words.take(BYTES / 8).flat_map(u64::to_le_bytes).collect()
}

fn binary(text: &[u8]) -> Vec<u8> {
    plugsmith_harness::Source::from(text).read().unwrap()
}

/// Checks that whatever reads a module without running it reads this one.
fn judged(of: &str, wasm: &[u8]) {
    for profile in hosts::profiles() {
        check(wasm, &profile).unwrap_or_else(|error| panic!("{of}: {error}"));
    }
    if let Ok(module) = Module::parse(wasm) {
        let kept = Module::parse(&strip(wasm).unwrap()).unwrap();
        assert_eq!((kept.imports, kept.exports), (module.imports, module.exports), "{of}");
        assert_eq!(Inspection::read(wasm).unwrap().bytes, wasm.len(), "{of}");
    }
}
