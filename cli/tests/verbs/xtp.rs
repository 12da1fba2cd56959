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
    snapshot!(xtp(&[VOWELS, "--with", SUITE, "--mock-host", KV]));
}

#[test]
fn writes_a_report_for_continuous_integration() {
    let report = folder("xtp-junit").join("made/report.xml");
    let path = report.to_str().unwrap();
    assert_eq!(
        xtp(&[VOWELS, "--with", SUITE, "--mock-host", KV, "--junit", path]).output().unwrap().status.code(),
        Some(1)
    );
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
    snapshot!(plugsmith(["xtp", "--build"]).current_dir(&folder));
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

/// A folder with a suite that passes, for a plugin that asks nothing.
fn good(test: &str) -> std::path::PathBuf {
    let folder = folder(test);
    std::fs::write(folder.join("plugin.wat"), r#"(module (memory (export "memory") 1))"#).unwrap();
    std::fs::write(folder.join("test.wat"), GROUPED).unwrap();
    folder
}

/// Asserts in a group that there is an input.
const GROUPED: &str = r#"(module (import "xtp:test/harness" "assert" (func $assert (param i64 i64 i64)))
  (import "xtp:test/harness" "group" (func $group (param i64)))
  (import "xtp:test/harness" "mock_input" (func $input (result i64)))
  (memory (export "memory") 1)
  (func (export "test")
    (call $group (i64.const 0))
    (call $assert (i64.const 0) (call $input) (i64.const 0))))"#;

#[test]
fn what_cannot_be_loaded_is_reported_and_the_others_run() {
    let folder = good("xtp-gone");
    let input = "mock_input = { data = \"x\" }\n";
    let tests = format!(
        "bin = \"plugin.wat\"\n[[test]]\nname = \"gone\"\nwith = \"gone.wasm\"\n\
         [[test]]\nname = \"unbuilt\"\nbuild = \"echo no compiler; exit 7\"\nwith = \"made.wat\"\n\
         [[test]]\nname = \"good\"\nwith = \"test.wat\"\n{input}[[test]]\nname = \"as good\"\nwith = \"test.wat\"\n{input}"
    );
    std::fs::write(folder.join("xtp.toml"), tests).unwrap();
    snapshot!(plugsmith(["xtp", "--build", "--junit", "report.xml"]).current_dir(&folder));
    let text = std::fs::read_to_string(folder.join("report.xml")).unwrap();
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r#"time="[0-9.]+""#, "time=\"[time]\"");
    settings.bind(|| insta::assert_snapshot!("what_cannot_be_loaded_is_an_error_in_junit", text));
}

#[test]
fn a_plugin_of_several_that_is_not_there_is_reported() {
    let folder = good("xtp-several");
    snapshot!(
        plugsmith(["xtp", "gone.wasm", "plugin.wat", "--with", "test.wat", "--mock-input", "x"]).current_dir(&folder)
    );
}

#[test]
fn a_report_that_cannot_be_written_is_exit_code_5_before_anything_runs() {
    let folder = good("xtp-unwritten");
    snapshot!(
        plugsmith(["xtp", "plugin.wat", "--with", "test.wat", "--mock-input", "x", "--junit", "plugin.wat/report.xml"])
            .current_dir(&folder)
    );
}

#[test]
fn two_plugins_in_each_others_place_are_told_so() {
    snapshot!(plugsmith(["xtp", "test.wat", "--with", "plugin.wat"]).current_dir(good("xtp-swapped")));
}

#[test]
fn the_input_may_be_a_file() {
    let folder = good("xtp-input");
    std::fs::write(folder.join("input.txt"), "x").unwrap();
    snapshot!(
        plugsmith(["xtp", "plugin.wat", "--with", "test.wat", "--mock-input", "@input.txt"]).current_dir(&folder)
    );
}

#[test]
fn an_input_file_that_is_missing_is_named() {
    snapshot!(
        plugsmith(["xtp", "plugin.wat", "--with", "test.wat", "--mock-input", "@none.txt"])
            .current_dir(good("xtp-no-input"))
    );
}

#[test]
fn a_host_function_that_nobody_answers_names_the_mock() {
    let folder = good("xtp-unanswered");
    let plugin = r#"(module (import "extism:host/user" "ask" (func $ask))
      (memory (export "memory") 1) (func (export "a") (call $ask)))"#;
    std::fs::write(folder.join("plugin.wat"), plugin).unwrap();
    let test = r#"(module (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
      (import "extism:host/env" "store_u8" (func $store (param i64 i32)))
      (import "xtp:test/harness" "call" (func $call (param i64 i64) (result i64)))
      (memory (export "memory") 1)
      (func (export "test") (local $name i64)
        (local.set $name (call $alloc (i64.const 1)))
        (call $store (local.get $name) (i32.const 97))
        (drop (call $call (local.get $name) (i64.const 0)))))"#;
    std::fs::write(folder.join("test.wat"), test).unwrap();
    snapshot!(plugsmith(["xtp", "plugin.wat", "--with", "test.wat"]).current_dir(&folder));
}

#[test]
fn a_build_command_runs_only_if_it_is_asked_for() {
    let folder = good("xtp-command");
    let test = "bin = \"plugin.wat\"\n[[test]]\nname = \"a\"\nbuild = \"touch ran\"\nwith = \"made.wat\"\n";
    std::fs::write(folder.join("xtp.toml"), test).unwrap();
    snapshot!(plugsmith(["xtp"]).current_dir(&folder));
    assert!(!folder.join("ran").exists());
}
