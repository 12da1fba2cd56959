//! Guests in wasm's text format.

use plugsmith_harness::{Host, Plugin, Result};

/// A module with these parts after the kernel's functions, a memory of one page, and `$block`,
/// which copies a part of that memory into a kernel block.
pub(crate) fn with_kernel(parts: &str) -> Vec<u8> {
    format!("(module {KERNEL} {parts})").into_bytes()
}

/// The plugin with these parts, in this host.
pub(crate) fn load(host: Host, parts: &str) -> Result<Plugin> {
    Plugin::load_in(with_kernel(parts), host)
}

/// The plugin with these parts, in an empty host.
#[track_caller]
pub(crate) fn plugin(parts: &str) -> Plugin {
    load(Host::new(), parts).unwrap()
}

const KERNEL: &str = r#"
    (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
    (import "extism:host/env" "free" (func $free (param i64)))
    (import "extism:host/env" "length" (func $length (param i64) (result i64)))
    (import "extism:host/env" "length_unsafe" (func $length_unsafe (param i64) (result i64)))
    (import "extism:host/env" "load_u8" (func $load_u8 (param i64) (result i32)))
    (import "extism:host/env" "load_u64" (func $load_u64 (param i64) (result i64)))
    (import "extism:host/env" "store_u8" (func $store_u8 (param i64 i32)))
    (import "extism:host/env" "store_u64" (func $store_u64 (param i64 i64)))
    (import "extism:host/env" "input_load_u8" (func $input_load_u8 (param i64) (result i32)))
    (import "extism:host/env" "input_load_u64" (func $input_load_u64 (param i64) (result i64)))
    (import "extism:host/env" "input_length" (func $input_length (result i64)))
    (import "extism:host/env" "input_offset" (func $input_offset (result i64)))
    (import "extism:host/env" "input_set" (func $input_set (param i64 i64)))
    (import "extism:host/env" "output_set" (func $output_set (param i64 i64)))
    (import "extism:host/env" "output_length" (func $output_length (result i64)))
    (import "extism:host/env" "output_offset" (func $output_offset (result i64)))
    (import "extism:host/env" "reset" (func $reset))
    (import "extism:host/env" "error_set" (func $error_set (param i64)))
    (import "extism:host/env" "error_get" (func $error_get (result i64)))
    (import "extism:host/env" "config_get" (func $config_get (param i64) (result i64)))
    (import "extism:host/env" "var_get" (func $var_get (param i64) (result i64)))
    (import "extism:host/env" "var_set" (func $var_set (param i64 i64)))
    (import "extism:host/env" "http_request" (func $http_request (param i64 i64) (result i64)))
    (import "extism:host/env" "http_status_code" (func $http_status_code (result i32)))
    (import "extism:host/env" "http_headers" (func $http_headers (result i64)))
    (import "extism:host/env" "log_info" (func $log_info (param i64)))
    (import "extism:host/env" "get_log_level" (func $get_log_level (result i32)))
    (import "extism:host/user" "charge" (func $charge (param i64 i64) (result i64)))
    (memory (export "memory") 1)
    (func $block (param $place i32) (param $length i32) (result i64)
      (local $offset i64) (local $at i32)
      (local.set $offset (call $alloc (i64.extend_i32_u (local.get $length))))
      (block $done (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $length)))
        (call $store_u8
          (i64.add (local.get $offset) (i64.extend_i32_u (local.get $at)))
          (i32.load8_u (i32.add (local.get $place) (local.get $at))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
      (local.get $offset))
    (func $answer (param $block i64)
      (call $output_set (local.get $block) (call $length (local.get $block))))
"#;
