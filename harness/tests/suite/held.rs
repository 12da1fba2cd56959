//! What a plugin makes its host hold: each store and list has a limit, and the error names it.

use plugsmith_harness::plugsmith::testing::HeldLimits;
use plugsmith_harness::plugsmith::{HttpResponse, Value};
use plugsmith_harness::{Host, Plugin};

const WRITES: &str = r#"(module
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "store_u8" (func $store_u8 (param i64 i32)))
  (import "extism:host/env" "input_offset" (func $input_offset (result i64)))
  (import "extism:host/env" "input_length" (func $input_length (result i64)))
  (import "extism:host/user" "kv_write" (func $kv_write (param i64 i64)))
  (import "extism:host/user" "storage_set" (func $storage_set (param i64 i64) (result i64)))
  (memory (export "memory") 1)
  (func $key (param $n i32) (result i64) (local $block i64)
    (local.set $block (call $alloc (i64.const 2)))
    (call $store_u8 (local.get $block) (i32.add (i32.const 65) (i32.and (local.get $n) (i32.const 15))))
    (call $store_u8 (i64.add (local.get $block) (i64.const 1)) (i32.add (i32.const 65) (i32.shr_u (local.get $n) (i32.const 4))))
    (local.get $block))
  (func $write (param $keys i32) (param $value i64) (local $n i32)
    (loop $again
      (call $kv_write (call $key (local.get $n)) (local.get $value))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $n) (local.get $keys)))))
  (func (export "kv_200_keys_of_a_megabyte") (call $write (i32.const 200) (call $alloc (i64.const 1048576))))
  (func (export "kv_200_short_keys") (call $write (i32.const 200) (call $alloc (i64.const 1))))
  (func (export "kv_one_key") (local $n i32) (local $value i64)
    (local.set $value (call $alloc (i64.const 1048576)))
    (loop $again
      (call $kv_write (call $key (i32.const 0)) (local.get $value))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $again (i32.lt_u (local.get $n) (i32.const 200)))))
  (func (export "storage")
    (drop (call $storage_set (call $key (i32.const 0)) (call $input_offset)))))"#;

fn writer(limits: HeldLimits) -> Plugin {
    Plugin::load_in(WRITES.as_bytes(), Host::new().held(limits)).unwrap()
}

#[test]
fn kv_and_storage_have_limits_and_the_error_names_the_one_that_is_reached() {
    let limits =
        HeldLimits { value_bytes: 2 * 1024 * 1024, keys: 100, bytes: 64 * 1024 * 1024, ..HeldLimits::default() };
    let mut plugin = writer(limits);
    plugin.call::<()>("kv_one_key", "").unwrap();
    let mut told = vec![plugin.call::<()>("kv_200_keys_of_a_megabyte", "").unwrap_err()];
    told.push(writer(limits).call::<()>("kv_200_short_keys", "").unwrap_err());
    told.push(writer(HeldLimits { value_bytes: 1000, ..limits }).call::<()>("kv_one_key", "").unwrap_err());
    told.push(writer(HeldLimits { value_bytes: 30, ..limits }).call::<()>("storage", "$5\r\nhello\r\n").unwrap_err());
    assert!(told.iter().all(|error| error.kind() == "host_full"));
    insta::assert_snapshot!(told.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"), @"
    host function `kv_write` failed: the test's host is full: all keys and values have at most 67108864 bytes; `HeldLimits::bytes` in `Host::held` raises it
    host function `kv_write` failed: the test's host is full: there are at most 100 keys; `HeldLimits::keys` in `Host::held` raises it
    host function `kv_write` failed: the test's host is full: a value has at most 1000 bytes; `HeldLimits::value_bytes` in `Host::held` raises it
    host function `storage_set` failed: the test's host is full: a value has at most 30 bytes; `HeldLimits::value_bytes` in `Host::held` raises it
    ");
}

/// Three bytes of RESP are an element of thirty bytes, of whatever a plugin gives its host.
#[test]
fn a_value_of_millions_of_elements_is_refused_before_it_is_read() {
    let mut many = b"*2000000\r\n".to_vec();
    many.extend(b"_\r\n".repeat(2_000_000));
    let error = writer(HeldLimits::default()).call::<()>("storage", many).unwrap_err().to_string();
    insta::assert_snapshot!(error, @"host function `storage_set` failed: argument 2: invalid RESP at byte 3145735: more than 1048576 values in one, which is more than a host takes");
}

#[test]
fn a_trace_cuts_lists_as_it_cuts_texts() {
    let list = Value::Array((0..500_000).map(Value::Integer).collect());
    let short = Value::Array((0..100).map(Value::Integer).collect());
    let nested = Value::Array(vec![short.clone(), Value::Map(vec![(short.clone(), short); 1000])]);
    for value in [list, nested] {
        let text = plugsmith_harness::render_value(&value);
        assert!(text.len() < 10_000, "{}", text.len());
    }
    let text = plugsmith_harness::render_value(&Value::Array(vec![Value::from("a"); 3]));
    assert_eq!(text, r#"["a", "a", "a"]"#);
}

/// A guest that fills everything that there is to fill, each with what its limit lets it, until its call ends.
const FILLS: &str = r#"(module
  (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
  (import "extism:host/env" "free" (func $free (param i64)))
  (import "extism:host/env" "store_u8" (func $store_u8 (param i64 i32)))
  (import "extism:host/env" "error_set" (func $error_set (param i64)))
  (import "extism:host/env" "log_info" (func $log_info (param i64)))
  (import "extism:host/env" "var_set" (func $var_set (param i64 i64)))
  (import "extism:host/env" "http_request" (func $http_request (param i64 i64) (result i64)))
  (import "extism:host/user" "kv_write" (func $kv_write (param i64 i64)))
  (memory (export "memory") 1)
  (data (i32.const 0) "{\"url\": \"https://example.com/\", \"method\": \"POST\"}")
  (func $request (result i64) (local $block i64) (local $at i32)
    (local.set $block (call $alloc (i64.const 49)))
    (loop $next
      (call $store_u8 (i64.add (local.get $block) (i64.extend_i32_u (local.get $at))) (i32.load8_u (local.get $at)))
      (br_if $next (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (i32.const 49))))
    (local.get $block))
  (func $key (param $n i32) (result i64) (local $block i64)
    (local.set $block (call $alloc (i64.const 1)))
    (call $store_u8 (local.get $block) (i32.add (i32.const 32) (i32.rem_u (local.get $n) (i32.const 90))))
    (local.get $block))
  (func (export "run") (local $n i32) (local $body i64)
    (local.set $body (call $alloc (i64.const 3000000)))
    (loop $again
      (if (i32.lt_u (local.get $n) (i32.const 80)) (then (call $kv_write (call $key (local.get $n)) (local.get $body))))
      (call $var_set (call $key (i32.const 0)) (call $alloc (i64.const 500000)))
      (call $log_info (call $alloc (i64.const 1000000)))
      (call $error_set (local.get $body))
      (if (i32.lt_u (local.get $n) (i32.const 80)) (then (drop (call $http_request (call $request) (call $alloc (i64.const 3000000))))))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br $again))))"#;

/// The limits are the default ones, and what is measured is what the harness counts.
#[test]
fn all_that_one_call_makes_the_host_hold_has_one_limit() {
    let host = Host::new().http("POST https://example.com/*", HttpResponse::new(200, ""));
    let mut plugin = Plugin::load_in(FILLS.as_bytes(), host).unwrap();
    let error = plugin.call::<()>("run", "").unwrap_err();
    assert_eq!(error.kind(), "host_full", "{error}");
    let text = error.to_string();
    let (before, after) = (text.split(" (keys").next().unwrap(), text.rsplit("); ").next().unwrap());
    insta::assert_snapshot!(format!("{before}\n{after}"), @"
    host function `http_request` failed: the test's host is full: all that it holds has at most 402653184 bytes
    `HeldLimits::total_bytes` in `Host::held` raises it
    ");
    assert!(plugin.held() > 200 * 1024 * 1024 && plugin.held() < 390 * 1024 * 1024, "{}", plugin.held());
}
