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
    let expected = "host function `assert` failed: the names and reasons of a suite have at most 67108864 bytes";
    assert_eq!(message(report.error), expected);
}

#[test]
fn calls_that_spin_without_end_use_up_the_fuel_of_the_suite() {
    let subject = String::from_utf8(SUBJECT.to_vec()).unwrap().replace("\"nope\"", "").replace("\"spin\"", "\"nope\"");
    let test = test_plugin(
        "(loop $ever (drop (call $call (call $text (i32.const 8) (i32.const 4)) (i64.const 0))) (br $ever))",
    );
    let report = Suite::new(subject.into_bytes(), test).host(Host::new().fuel(10_000)).run().unwrap();
    assert_eq!(report.error, Some(Error::OutOfFuel { limit: 1_000_000 }));
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
    let report = Suite::new(nope.into_bytes(), test).run().unwrap();
    assert!(matches!(report.error, Some(Error::UnexpectedHostCall { .. })), "{report:?}");
}
