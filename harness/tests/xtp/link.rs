//! A plugin whose exports answer another's imports.

use plugsmith_harness::{Host, Plugin};

const ASKS: &str = r#"(module
  (import "extism:host/user" "answer" (func $answer (param i64) (result i64)))
  (memory (export "memory") 1)
  (func (export "ask") (result i32) (i64.ne (call $answer (i64.const 1)) (i64.const 42))))"#;

fn refusal(asks: &str, answers: &str) -> String {
    let host = Host::new().link(answers.as_bytes());
    Plugin::load_in(asks.as_bytes(), host).unwrap_err().to_string()
}

#[test]
fn a_linked_plugin_keeps_its_state_until_the_instance_ends() {
    let answers = r#"(module (memory (export "memory") 1) (global $n (mut i64) (i64.const 41))
      (func (export "answer") (param i64) (result i64)
        (global.set $n (i64.add (global.get $n) (local.get 0)))
        (global.get $n)))"#;
    let mut plugin = Plugin::load_in(ASKS.as_bytes(), Host::new().link(answers.as_bytes())).unwrap();
    plugin.call::<()>("ask", "").unwrap();
    assert!(plugin.call::<()>("ask", "").result.is_err());
    plugin.restart().unwrap();
    plugin.call::<()>("ask", "").unwrap();
}

#[test]
fn a_linked_plugin_asks_the_same_host() {
    let answers = r#"(module
      (import "elsewhere" "real" (func $real (param i64) (result i64)))
      (memory (export "memory") 1)
      (func (export "answer") (param i64) (result i64) (call $real (local.get 0))))"#;
    let host = Host::new().link(answers.as_bytes()).host("real", |n: i64| n + 41);
    Plugin::load_in(ASKS.as_bytes(), host).unwrap().call::<()>("ask", "").unwrap();
}

#[test]
fn an_export_of_other_types_is_refused() {
    let answers = r#"(module (memory (export "memory") 1) (func (export "answer") (result i64) (i64.const 42)))"#;
    let expected =
        "signatures differ: the artifact has `answer(i64) -> i64`, the linked plugin exports `answer() -> i64`";
    assert_eq!(refusal(ASKS, answers), expected);
}

#[test]
fn a_plugin_that_answers_nothing_is_refused() {
    let answers = r#"(module (memory (export "memory") 1) (func (export "other")))"#;
    let expected = "not a valid plugin: the mock of its host (`--mock-host`, `Host::link`) exports none of its imports: export `answer`";
    assert_eq!(refusal(ASKS, answers), expected);
}

#[test]
fn a_plugin_that_asks_nothing_needs_no_mock() {
    let answers = r#"(module (memory (export "memory") 1) (func (export "other")))"#;
    let expected = "not a valid plugin: it imports nothing that a mock of its host could answer: \
                    leave out `--mock-host`, or `Host::link`";
    assert_eq!(refusal(r#"(module (memory (export "memory") 1))"#, answers), expected);
}

#[test]
fn a_linked_plugin_that_imports_from_itself_is_refused() {
    let answers = r#"(module
      (import "extism:host/user" "more" (func))
      (memory (export "memory") 1)
      (func (export "answer") (param i64) (result i64) (i64.const 42)))"#;
    let expected =
        "not a valid plugin: the linked plugin imports `more` from `extism:host/user`, which it is linked as itself";
    assert_eq!(refusal(ASKS, answers), expected);
}

#[test]
fn an_import_from_main_is_refused() {
    let asks = ASKS.replace("extism:host/user", "main");
    let error = Plugin::load(asks.as_bytes()).unwrap_err().to_string();
    let expected = "not a valid plugin: it imports `answer` from `main`, which Extism takes for the plugin itself, \
                    without end: import it from `extism:host/user`";
    assert_eq!(error, expected);
}

#[test]
fn a_linked_file_that_is_missing_is_named() {
    let error = Plugin::load_in(ASKS.as_bytes(), Host::new().link("no-such.wasm")).unwrap_err().to_string();
    assert!(error.starts_with("no artifact at no-such.wasm"), "{error}");
}
