//! `xtp`, on a suite that the published library was made for.

use plugsmith_harness::build;

use crate::sandbox::{VERBS, folder, plugsmith, root, snapshot};

const VOWELS: &str = "harness/tests/fixtures/xtp-vowels";
const SUITE: &str = "harness/tests/fixtures/xtp-suite";
const KV: &str = "harness/tests/fixtures/xtp-kv";

/// `cargo plugsmith xtp`, where the fixtures are built already.
fn xtp(arguments: &[&str]) -> std::process::Command {
    for fixture in [VOWELS, SUITE, KV] {
        build(&root().join(fixture)).unwrap();
    }
    let all: Vec<&str> = ["xtp"].into_iter().chain(arguments.iter().copied()).collect();
    plugsmith(all)
}

#[test]
fn runs_a_suite() {
    snapshot!(xtp(&[VOWELS, "--with", SUITE, "--mock-host", KV, "--mock-input", "from the runner"]));
}

#[test]
fn a_failed_assertion_is_exit_code_1() {
    snapshot!(xtp(&[VOWELS, "--with", SUITE]));
}

#[test]
fn writes_a_report_for_continuous_integration() {
    let report = folder("xtp-junit").join("report.xml");
    let path = report.to_str().unwrap();
    assert_eq!(xtp(&[VOWELS, "--with", SUITE, "--junit", path]).output().unwrap().status.code(), Some(1));
    let text = std::fs::read_to_string(&report).unwrap();
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r#"time="[0-9.]+""#, "time=\"[time]\"");
    settings.bind(|| insta::assert_snapshot!(text));
}

#[test]
fn runs_the_tests_of_xtp_toml() {
    let folder = folder("xtp-toml");
    let test = r#"(module (import "xtp:test/harness" "assert" (func $assert (param i64 i64 i64)))
      (import "xtp:test/harness" "mock_input" (func $input (result i64)))
      (memory (export "memory") 1)
      (func (export "test") (call $assert (i64.const 0) (call $input) (i64.const 0))))"#;
    std::fs::write(folder.join("test.wat"), test).unwrap();
    std::fs::write(folder.join("plugin.wat"), r#"(module (memory (export "memory") 1))"#).unwrap();
    let tests = "bin = \"plugin.wat\"\n[[test]]\nname = \"with input\"\nbuild = \"cp test.wat made.wat\"\nwith = \"made.wat\"\n\
                 mock_input = { data = \"x\" }\n[[test]]\nname = \"without\"\nwith = \"test.wat\"\n";
    std::fs::write(folder.join("xtp.toml"), tests).unwrap();
    snapshot!(plugsmith(["xtp"]).current_dir(&folder));
}

#[test]
fn without_a_test_plugin_and_a_file_it_says_what_to_name() {
    snapshot!(plugsmith(["xtp", VERBS, "--path", "cli"]));
}

#[test]
fn without_a_plugin_it_says_what_to_name() {
    snapshot!(plugsmith(["xtp", "--with", VERBS]));
}

#[test]
fn a_plugin_that_is_no_suite_is_told_so() {
    snapshot!(plugsmith(["xtp", VERBS, "--with", VERBS]));
}
