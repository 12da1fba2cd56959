//! What a suite says, and what the runner makes of it.

use plugsmith_harness::xtp::Suite;
use plugsmith_harness::{Error, Host};

use crate::{SUBJECT, fixture, test_plugin};

#[test]
fn a_suite_of_the_published_library_runs_as_it_is() {
    let host = Host::new().link(fixture("xtp-kv"));
    let suite = Suite::new(fixture("xtp-vowels"), fixture("xtp-suite")).host(host).mock_input("from the runner");
    let report = suite.run().unwrap();
    report.assert_passed();
    insta::assert_snapshot!(report);
}

#[test]
fn a_failed_assertion_shows_its_reason() {
    let report = Suite::new(fixture("xtp-vowels"), fixture("xtp-suite")).run().unwrap();
    assert_eq!(report.counts(), (7, 3));
    insta::assert_snapshot!(report);
}

#[test]
fn a_failed_call_answers_0_and_its_reason_stands_with_the_next_assertion() {
    let test = test_plugin(
        "(call $assert (call $text (i32.const 4) (i32.const 4))
           (i64.extend_i32_u (i64.eqz (call $call (call $text (i32.const 8) (i32.const 4)) (i64.const 0))))
           (i64.const 0))
         (call $assert (call $text (i32.const 4) (i32.const 4))
           (call $call (call $text (i32.const 4) (i32.const 4)) (i64.const 0))
           (i64.const 0))",
    );
    let report = Suite::new(SUBJECT, test).run().unwrap();
    insta::assert_snapshot!(report, @r"
    test fail ... ok
    test fail ... FAILED

    failures:

    ---- fail ----
    fail failed: returned 1 without setting an error
    ");
    let notes: Vec<_> = report.assertions().map(|(_, assertion)| assertion.notes.clone()).collect();
    assert_eq!(notes[0], ["nope failed: no export `nope`; there is `asks`, `echo`, `fail`, `once`, `spin`"]);
}

#[test]
fn a_test_plugin_that_fails_at_its_end_has_failed() {
    let test = test_plugin("(return (i32.const 3))");
    let report = Suite::new(SUBJECT, test).run().unwrap();
    assert!(!report.passed());
    assert_eq!(report.error, Some(Error::Plugin { message: "returned 3 without setting an error".to_owned() }));
}

#[test]
fn a_test_plugin_without_a_test_is_told_so() {
    let error = Suite::new(SUBJECT, SUBJECT).run().unwrap_err();
    assert_eq!(
        error.to_string(),
        "not a valid plugin: the test plugin exports no `test`, which is what an xtp-test suite is run by"
    );
}

#[test]
fn what_the_tested_plugins_host_lacks_ends_the_suite() {
    let subject = String::from_utf8(SUBJECT.to_vec()).unwrap().replace("\"asks\"", "\"nope\"");
    let test = test_plugin("(drop (call $call (call $text (i32.const 8) (i32.const 4)) (i64.const 0)))");
    let report = Suite::new(subject.into_bytes(), test).run().unwrap();
    assert!(matches!(&report.error, Some(Error::UnexpectedHostCall { call, .. }) if call == "surprise()"), "{report}");
}

#[test]
fn a_time_that_cannot_be_taken_ends_the_suite() {
    let test = test_plugin("(drop (call $time (call $text (i32.const 4) (i32.const 4)) (i64.const 0)))");
    let report = Suite::new(SUBJECT, test).run().unwrap();
    let message = "fail failed: returned 1 without setting an error".to_owned();
    assert_eq!(report.error, Some(Error::HostFailed { function: "time".to_owned(), message }));
}

#[test]
fn a_reset_gives_the_next_call_a_fresh_instance() {
    let subject = String::from_utf8(SUBJECT.to_vec()).unwrap().replace("\"echo\"", "\"ohce\"").replace("once", "echo");
    let call = "(drop (call $time (call $text (i32.const 0) (i32.const 4)) (i64.const 0)))";
    let twice = Suite::new(subject.as_bytes(), test_plugin(&[call, call].concat())).run().unwrap();
    assert!(!twice.passed());
    let reset = Suite::new(subject.as_bytes(), test_plugin(&[call, "(call $reset)", call].concat())).run().unwrap();
    reset.assert_passed();
}

#[test]
fn an_assert_of_two_parameters_has_no_reason() {
    let test = br#"(module
      (import "xtp:test/harness" "assert" (func $assert (param i64 i64)))
      (memory (export "memory") 1)
      (func (export "test") (call $assert (i64.const 0) (i64.const 0))))"#;
    let report = Suite::new(SUBJECT, &test[..]).run().unwrap();
    assert_eq!(report.counts(), (0, 1));
    assert_eq!(report.groups[0].assertions[0].reason, "");
}

#[test]
fn without_an_input_the_test_gets_none() {
    let test = test_plugin("(call $assert (i64.const 0) (call $mock_input) (i64.const 0))");
    assert_eq!(Suite::new(SUBJECT, test.clone()).run().unwrap().counts(), (0, 1));
    assert_eq!(Suite::new(SUBJECT, test).mock_input("x").run().unwrap().counts(), (1, 0));
}
