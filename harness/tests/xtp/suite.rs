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
    let host = Host::new().link(fixture("xtp-kv"));
    let report = Suite::new(fixture("xtp-vowels"), fixture("xtp-suite")).host(host).run().unwrap();
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
    assert_eq!(notes[0], ["nope failed: no export `nope`; there is `echo`, `fail`, `once`, `spin`"]);
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
        "not a valid plugin: the test plugin test.wasm exports no `test`, which is what an xtp-test suite is run by"
    );
}

#[test]
fn two_plugins_in_each_others_place_are_told_so() {
    let error = Suite::new(test_plugin(""), SUBJECT).run().unwrap_err();
    assert_eq!(
        error.to_string(),
        "not a valid plugin: the test plugin test.wasm exports no `test`, which is what an xtp-test suite is run by; \
         the tested plugin plugin.wasm does: swap the two"
    );
}

#[test]
fn a_suite_that_does_not_end_says_how_to_run_it_again() {
    let answers = r#"(module (memory (export "memory") 1) (func (export "surprise")))"#;
    let host = Host::new().link(answers.as_bytes()).config("user", "Ada L");
    let subject = br#"(module (import "extism:host/user" "surprise" (func)) (memory (export "memory") 1))"#;
    let report =
        Suite::new(&subject[..], test_plugin("(unreachable)")).host(host).mock_input("@some 'text'").run().unwrap();
    insta::assert_snapshot!(report, @r"
    test the suite ends ... FAILED

    failures:

    ---- the suite ends ----
    test failed: trapped: wasm `unreachable` instruction executed
      again with:
        cargo plugsmith xtp --config 'user=Ada L' plugin.wasm --with test.wasm --mock-host host.wasm --mock-input '@@some '\''text'\'''
    ");
}

#[test]
fn what_the_tested_plugins_host_lacks_keeps_it_from_loading() {
    let imports = [("extism:host/user", "surprise", ""), ("extism:host/user", "kv_read", "(param i64) (result i64)")];
    let refusals = imports.map(|(module, name, ty)| {
        let subject = format!(r#"(module (import "{module}" "{name}" (func {ty})) (memory (export "memory") 1))"#);
        Suite::new(subject.into_bytes(), test_plugin("")).run().unwrap_err().to_string()
    });
    insta::assert_snapshot!(refusals.join("\n"), @"
    not a valid plugin: plugin.wasm: nothing answers `extism:host/user.surprise`, which it imports: give it a mock of its host, `--mock-host host.wasm`, a plugin that exports `surprise`; from Rust: `Host::link`
    not a valid plugin: plugin.wasm: nothing answers `extism:host/user.kv_read`, which it imports: give it a mock of its host, `--mock-host host.wasm`, a plugin that exports `kv_read`; from Rust: `Host::link`
    ");
}

#[test]
fn what_the_test_gives_the_tested_plugins_host_is_there() {
    let subject = br#"(module (import "extism:host/user" "kv_read" (func (param i64) (result i64)))
      (import "extism:host/user" "surprise" (func)) (memory (export "memory") 1))"#;
    let host = Host::new().kv("words", "one").host("surprise", || {});
    Suite::new(&subject[..], test_plugin("")).host(host).run().unwrap().assert_passed();
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

#[test]
fn a_request_without_an_answer_names_the_option() {
    let subject = r#"(module
      (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
      (import "extism:host/env" "store_u8" (func $store (param i64 i32)))
      (import "extism:host/env" "http_request" (func $http (param i64 i64) (result i64)))
      (memory (export "memory") 1)
      (data (i32.const 0) "{\22url\22:\22http://a.example/\22}")
      (func (export "nope") (local $request i64) (local $at i32)
        (local.set $request (call $alloc (i64.const 27)))
        (loop $bytes
          (call $store
            (i64.add (local.get $request) (i64.extend_i32_u (local.get $at)))
            (i32.load8_u (local.get $at)))
          (local.set $at (i32.add (local.get $at) (i32.const 1)))
          (br_if $bytes (i32.lt_u (local.get $at) (i32.const 27))))
        (drop (call $http (local.get $request) (i64.const 0)))))"#;
    let test = test_plugin("(drop (call $call (call $text (i32.const 8) (i32.const 4)) (i64.const 0)))");
    let error = Suite::new(subject.as_bytes(), test).run().unwrap().error.unwrap().to_string();
    insta::assert_snapshot!(error, @r"
    unexpected host call GET http://a.example/
    if it is expected, add to the host:
        --http 'GET http://a.example/ 200 BODY'
    ");
}

#[test]
fn the_file_that_is_no_plugin_is_named() {
    let none = b"none";
    let test = test_plugin("");
    let refusals = [
        Suite::new(SUBJECT, &none[..]).run(),
        Suite::new(&none[..], test.clone()).run(),
        Suite::new(SUBJECT, test).host(Host::new().link(&none[..])).run(),
    ];
    let messages = refusals.map(|refusal| refusal.unwrap_err().to_string());
    insta::assert_snapshot!(messages.join("\n"), @r"
    not a valid plugin: test.wasm: it does not start with the wasm magic number
    not a valid plugin: plugin.wasm: it does not start with the wasm magic number
    not a valid plugin: host.wasm: it does not start with the wasm magic number
    ");
}
