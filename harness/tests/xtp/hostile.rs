//! A test plugin is a stranger's program, too.

use plugsmith_harness::xtp::Suite;
use plugsmith_harness::{Error, Host};

use crate::{SUBJECT, test_plugin, test_plugin_with};

fn message(error: Option<Error>) -> String {
    error.map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn assertions_without_end_end() {
    let test = test_plugin("(loop $ever (call $assert (i64.const 0) (i64.const 1) (i64.const 0)) (br $ever))");
    let report = Suite::new(SUBJECT, test).run().unwrap();
    assert_eq!(report.counts(), (100_000, 1));
    let expected =
        "host function `assert` failed: a suite has at most 100000 calls and resets, and as many assertions and groups";
    assert_eq!(message(report.error), expected);
}

#[test]
fn groups_without_end_end() {
    let test = test_plugin("(loop $ever (call $group (i64.const 0)) (br $ever))");
    let report = Suite::new(SUBJECT, test).run().unwrap();
    let expected =
        "host function `group` failed: a suite has at most 100000 calls and resets, and as many assertions and groups";
    assert_eq!(message(report.error), expected);
}

#[test]
fn resets_without_end_end() {
    let test = test_plugin("(loop $ever (call $reset) (br $ever))");
    let report = Suite::new(SUBJECT, test).run().unwrap();
    let expected =
        "host function `reset` failed: a suite has at most 100000 calls and resets, and as many assertions and groups";
    assert_eq!(message(report.error), expected);
}

#[test]
fn names_as_large_as_memory_end() {
    let test = test_plugin_with(
        "(local $block i64) (local.set $block (call $alloc (i64.const 10000000)))
         (loop $ever (call $assert (local.get $block) (i64.const 1) (i64.const 0)) (br $ever))",
        "",
    );
    let report = Suite::new(SUBJECT, test).run().unwrap();
    let expected =
        "host function `assert` failed: the names, reasons and failures of a suite have at most 67108864 bytes";
    assert_eq!(message(report.error), expected);
}

/// A test plugin that makes so many calls by this many letters of four bytes, each with these after it.
fn calls_by_a_long_name(calls: u32, letters: u32, after: &str) -> Vec<u8> {
    let body = format!(
        "(local $name i64) (local $more i32)
         (local.set $name (call $alloc (i64.const {bytes})))
         (local.set $more (i32.const {letters}))
         (loop $letters
           (local.set $more (i32.sub (local.get $more) (i32.const 1)))
           (call $store_u32
             (i64.add (local.get $name) (i64.mul (i64.const 4) (i64.extend_i32_u (local.get $more))))
             (i32.const 0x80989ff0))
           (br_if $letters (local.get $more)))
         (local.set $more (i32.const {calls}))
         (loop $calls
           (local.set $more (i32.sub (local.get $more) (i32.const 1)))
           (drop (call $call (local.get $name) (i64.const 0)))
           {after}
           (br_if $calls (local.get $more)))",
        bytes = 4 * letters,
    );
    let store = "(func $store_u32 (param $at i64) (param $bytes i32) (local $index i32)
      (loop $each
        (call $store
          (i64.add (local.get $at) (i64.extend_i32_u (local.get $index)))
          (i32.shr_u (local.get $bytes) (i32.mul (local.get $index) (i32.const 8))))
        (local.set $index (i32.add (local.get $index) (i32.const 1)))
        (br_if $each (i32.lt_u (local.get $index) (i32.const 4)))))";
    test_plugin_with(&body, store)
}

#[test]
fn calls_that_fail_alike_are_one_line() {
    let fails = "(call $assert (i64.const 0) (i64.const 0) (i64.const 0))";
    let test = calls_by_a_long_name(50_000, 1, &format!("(if (i32.eqz (local.get $more)) (then {fails}))"));
    let report = Suite::new(SUBJECT, test).run().unwrap();
    insta::assert_snapshot!(report, @"
    test  ... FAILED

    failures:

    ----  ----
    😀 failed: no export `😀`; there is `echo`, `fail`, `once`, `spin` (50000 times)
    ");
}

#[test]
fn of_calls_that_fail_in_many_ways_the_first_are_shown() {
    // Each call is by another name.
    let counts = "(call $store_u32 (local.get $name) (i32.add (i32.const 0x30303030) (local.get $more)))";
    let test = calls_by_a_long_name(30, 1, counts);
    let body = "(return (i32.const 1))";
    let test = String::from_utf8(test).unwrap().replace("(i32.const 0)))", &format!("{body} (i32.const 0)))"));
    let report = Suite::new(SUBJECT, test.into_bytes()).run().unwrap();
    assert_eq!((report.notes.len(), report.notes.last().unwrap().as_str()), (21, ".. 10 more calls failed"));
}

#[test]
fn failures_as_large_as_memory_are_cut() {
    let report = Suite::new(SUBJECT, calls_by_a_long_name(2, 1_000_000, "")).run().unwrap();
    let lengths: Vec<usize> = report.notes.iter().map(String::len).collect();
    assert_eq!(lengths, [8822]);
}

#[test]
fn failures_without_end_end() {
    let passes = "(call $assert (i64.const 0) (i64.const 1) (i64.const 0))";
    // It may take longer than the ten seconds of a call.
    let host = Host::new().timeout(std::time::Duration::MAX);
    let report = Suite::new(SUBJECT, calls_by_a_long_name(100_000, 3000, passes)).host(host).run().unwrap();
    let expected =
        "host function `call` failed: the names, reasons and failures of a suite have at most 67108864 bytes";
    assert_eq!(message(report.error), expected);
}

/// A suite that never stops to call a plugin whose `nope` does this, with so much fuel.
fn calls_without_end(fuel: u64, nope: &str) -> Suite {
    let subject = format!(
        r#"(module
          (import "extism:host/env" "get_log_level" (func $level (result i32)))
          (memory (export "memory") 1)
          (func (export "nope") (local $left i32) (local.set $left (i32.const 1000)) {nope}))"#
    );
    let test = test_plugin(
        "(loop $ever (drop (call $call (call $text (i32.const 8) (i32.const 4)) (i64.const 0))) (br $ever))",
    );
    Suite::new(subject.into_bytes(), test).host(Host::new().fuel(fuel))
}

#[test]
fn a_call_that_spins_without_end_ends_the_suite() {
    let report = calls_without_end(10_000, "(loop $ever (br $ever))").run().unwrap();
    assert_eq!(report.error, Some(Error::OutOfFuel { limit: 10_000 }));
}

#[test]
fn calls_without_end_use_up_the_fuel_of_the_suite() {
    let again = "(br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1))))";
    let report = calls_without_end(10_000, &format!("(loop $again {again})")).run().unwrap();
    assert_eq!(report.error, Some(Error::OutOfFuel { limit: 1_000_000 }));
}

#[test]
fn a_call_that_calls_its_host_without_end_ends_the_suite() {
    let report = calls_without_end(1_000_000, "(loop $ever (drop (call $level)) (br $ever))").run().unwrap();
    assert_eq!(report.error, Some(Error::OutOfHostCalls { limit: 1_000_000_000 }));
}

#[test]
fn host_calls_of_many_calls_use_up_those_of_the_suite() {
    let again = "(br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1))))";
    let report = calls_without_end(1_000_000, &format!("(loop $again (drop (call $level)) {again})")).run().unwrap();
    assert_eq!(report.error, Some(Error::OutOfHostCalls { limit: 10_000_000_000 }));
}

#[test]
fn a_start_function_calls_nothing() {
    for call in ["(drop (call $call (i64.const 0) (i64.const 0)))", "(drop (call $time (i64.const 0) (i64.const 0)))"] {
        let more = format!("(func $start {call}) (start $start)");
        let error = Suite::new(SUBJECT, test_plugin_with("", &more)).run().unwrap_err();
        let expected = "called from the start function or `_initialize`: call it from `test`";
        assert!(error.to_string().ends_with(expected), "{error}");
    }
}

#[test]
fn text_that_steers_a_terminal_is_shown_without() {
    let mut test = test_plugin("(call $assert (call $text (i32.const 0) (i32.const 12)) (i64.const 0) (i64.const 0))");
    let at = test.windows(12).position(|bytes| bytes == b"echofailnope").unwrap();
    test.splice(at..at + 12, br"\1b[2J\0d\0atest x".iter().copied());
    let report = Suite::new(SUBJECT, test).run().unwrap();
    assert!(!report.to_string().contains('\x1b'), "{report:?}");
    assert_eq!(report.to_string().lines().next(), Some("test  [2J  test x ... FAILED"));
}

#[test]
fn a_test_plugin_is_not_its_own_subject() {
    let test = test_plugin("(drop (call $call (call $text (i32.const 8) (i32.const 4)) (i64.const 0)))");
    let nope = String::from_utf8(test.clone()).unwrap().replace("\"test\"", "\"nope\"");
    let error = Suite::new(nope.into_bytes(), test).run().unwrap_err();
    assert!(error.to_string().contains("nothing answers `xtp:test/harness.call`"), "{error}");
}
