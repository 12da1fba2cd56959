//! Modules for `FCALL` in text format: what the server makes of arguments, and what it does not give.

use plugsmith_harness::hosts::ferrite::Fcall;
use plugsmith_harness::plugsmith::Value;
use plugsmith_harness::{Error, Plugin};

fn load(wat: &str) -> Fcall {
    Fcall::load(wat.as_bytes()).unwrap()
}

/// As `src/wasm/registry.rs` of the server does.
#[test]
fn a_clients_words_become_numbers_as_in_the_server() {
    let mut numbers = load(
        r#"(module (func (export "f") (param i32 i64 f64) (result i32 i64 f64)
          (local.get 0) (local.get 1) (local.get 2)))"#,
    );
    let values = |a: i64, b: i64, c: &str| Value::Array(vec![a.into(), b.into(), c.into()]);
    assert_eq!(numbers.call(["-7", "3000000000", "2.5"]).unwrap(), values(-7, 3_000_000_000, "2.5"));
    assert_eq!(numbers.call(["key", "-3000000000", "2.0"]).unwrap(), values(0, -3_000_000_000, "2"));
    let told = [["1", "2", "2.5"], ["1", "3000000000", "2"], ["1.5", "3000000000", "2.5"]]
        .map(|arguments| numbers.call(arguments).unwrap_err().to_string());
    insta::assert_snapshot!(told.join("\n"), @r#"
    bad input of `f`: FCALL passes "2" as an i32, and parameter 2 is an i64: it gets whole numbers beyond 32 bits only; take an i32
    bad input of `f`: FCALL passes "2" as an i32, and parameter 3 is an f64: it gets numbers that are not whole only: write `2.0`
    bad input of `f`: FCALL passes "1.5" as an f64, and parameter 1 is an i32: it gets whole numbers of 32 bits
    "#);
}

#[test]
fn main_is_called_before_the_first_export_and_nothing_else() {
    let both = r#"(module (func (export "a") (result i32) (i32.const 1)) (func (export "main")))"#;
    assert_eq!((load(both).entry(), load(both).call(()).unwrap()), ("main", Value::Ok));
    let first = r#"(module (memory (export "memory") 1) (func $b (export "b")) (export "a" (func $b)))"#;
    assert_eq!(load(first).entry(), "b");
    assert!(matches!(Fcall::load(&b"(module)"[..]), Err(Error::MissingExport { .. })));
}

#[test]
fn the_store_is_not_connected() {
    let mut all = load(
        r#"(module
          (import "ferrite" "get" (func $get (param i32 i32 i32 i32) (result i32)))
          (import "ferrite" "set" (func $set (param i32 i32 i32 i32) (result i32)))
          (import "ferrite" "del" (func $del (param i32 i32) (result i32)))
          (import "ferrite" "exists" (func $exists (param i32 i32) (result i32)))
          (import "ferrite" "incr" (func $incr (param i32 i32) (result i64)))
          (import "ferrite" "hget" (func $hget (param i32 i32 i32 i32 i32 i32) (result i32)))
          (import "ferrite" "hset" (func $hset (param i32 i32 i32 i32 i32 i32) (result i32)))
          (import "ferrite" "time" (func $time (result i64)))
          (memory (export "memory") 1) (data (i32.const 0) "key")
          (func (export "f")
            (drop (call $set (i32.const 0) (i32.const 3) (i32.const 0) (i32.const 1)))
            (drop (call $get (i32.const 0) (i32.const 3) (i32.const 9) (i32.const 9)))
            (drop (call $del (i32.const 0) (i32.const 3)))
            (drop (call $exists (i32.const 0) (i32.const 3)))
            (drop (call $incr (i32.const 0) (i32.const 3)))
            (drop (call $incr (i32.const 65535) (i32.const 3)))
            (drop (call $hset (i32.const 0) (i32.const 3) (i32.const 0) (i32.const 1) (i32.const 1) (i32.const 1)))
            (drop (call $hget (i32.const 0) (i32.const 3) (i32.const 0) (i32.const 1) (i32.const 9) (i32.const 9)))
            (drop (call $time))))"#,
    );
    all.call(()).unwrap();
    insta::assert_snapshot!(all.trace(), @r#"
    f
      set "key" "k" -> 0
      get "key" -> -1
      del "key" -> 0
      exists "key" -> 0
      incr "key" -> 1
      incr outside the memory -> -9223372036854775808
      hset "key" "k" "e" -> 1
      hget "key" "k" -> -1
      time -> 1735689600000
    => OK
    "#);
}

#[test]
fn what_fcall_does_not_have_fails_the_load() {
    let told = [
        r#"(module (import "extism:host/env" "alloc" (func (param i64) (result i64))) (func (export "f")))"#,
        r#"(module (import "ferrite" "incr" (func (param i32) (result i64))) (func (export "f")))"#,
    ]
    .map(|wat| Fcall::load(wat.as_bytes()).unwrap_err().to_string());
    insta::assert_snapshot!(told.join("\n"), @"
    the host has no `extism:host/env.alloc`, which the artifact imports: no version of Extism that this harness knows has it
    signatures differ: the artifact has `incr(i32) -> i64`, the host has `incr(i32, i32) -> i64`
    ");
}

#[test]
fn a_call_that_takes_too_much_ends() {
    let mut spins = load(r#"(module (func (export "f") (loop $l (br $l))))"#);
    let outcome = spins.call(());
    assert_eq!((outcome.fuel, outcome.unwrap_err()), (10_000_000, Error::OutOfFuel { limit: 10_000_000 }));
    let mut grows = load(
        r#"(module (memory (export "memory") 1) (func (export "f") (result i32) (memory.grow (i32.const 9999))))"#,
    );
    assert_eq!(grows.call(()).unwrap(), -1);
    let mut fills = load(r#"(module (table 100000000 funcref) (func (export "f")))"#);
    assert!(matches!(fills.call(()).unwrap_err(), Error::InvalidModule { .. }));
    let mut many = load(&format!(r#"(module {} (func (export "f")))"#, "(memory 1500)".repeat(2)));
    assert!(matches!(many.call(()).unwrap_err(), Error::InvalidModule { .. }));
}

#[test]
fn extism_does_not_call_it_and_says_who_does() {
    let wat = r#"(module (import "ferrite" "time" (func (result i64))) (func (export "f") (param i32)))"#;
    let error = Plugin::load(wat.as_bytes()).unwrap().call::<()>("f", "").unwrap_err();
    insta::assert_snapshot!(error, @"not a valid plugin: it is made for FCALL of the Ferrite server, and Extism cannot call it: `cargo plugsmith run` does, and `fcall!` in a test");
}
