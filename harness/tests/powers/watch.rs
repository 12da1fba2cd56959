//! Watches: what they see of a guest's host calls, and what their verdicts do.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use plugsmith_harness::hosts::peers::Registry;
use plugsmith_harness::plugsmith::protocol::host_functions::{HostValue, WireType};
use plugsmith_harness::{Answered, Error, Guest, Host, Passing, Plugin, Verdict, Watch, assert_outcome_snapshot};

use crate::guest::{load, plugin, with_kernel};

pub(crate) fn hello() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("examples/ferrite-hello");
    plugsmith_harness::build(&folder).unwrap()
}

/// Gives one verdict to the function of a name, and keeps all that it sees.
struct Spy {
    name: &'static str,
    verdict: Verdict,
    seen: Mutex<Vec<String>>,
}

impl Spy {
    fn new(name: &'static str, verdict: Verdict) -> Arc<Spy> {
        Arc::new(Spy { name, verdict, seen: Mutex::default() })
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

impl Watch for Spy {
    fn before(&self, call: &Passing<'_>) -> Verdict {
        if call.name == self.name { self.verdict.clone() } else { Verdict::Pass }
    }

    fn after(&self, call: &Passing<'_>, answer: &Answered<'_>) {
        let indent = "> ".repeat(call.depth);
        self.seen.lock().unwrap().push(format!("{indent}{} {:?} {answer:?}", call.name, call.arguments));
    }
}

const RANDOM: &str = r#"(module
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "run") (result i32) (call $random (i32.const 0) (i32.const 4))))"#;

const CHARGE: &str = r#"
  (func (export "run") (call $answer (call $charge (call $block (i32.const 0) (i32.const 3)) (i64.const 7))))
  (data (i32.const 0) "ada")"#;

const PRINT: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\06\00\00\00\16\00\00\00\04\00\00\00first\nmore")
  (func (export "run") (result i32) (call $write (i32.const 1) (i32.const 0) (i32.const 2) (i32.const 64))))"#;

#[test]
fn a_watch_sees_printed_text_and_may_refuse_it() {
    let spy = Spy::new("", Verdict::Pass);
    let mut plugin = Plugin::load(PRINT.as_bytes()).unwrap();
    plugin.watch(Some(spy.clone()));
    let outcome = plugin.call::<()>("run", "");
    insta::assert_snapshot!(outcome.trace(), @r#"
    run
      fd_write stdout "first"
      fd_write stdout "more"
    => nothing
    "#);
    assert_eq!(outcome.cost().host_calls[0].bytes_to_host, 10);
    let text = HostValue::Block(Some(b"first\nmore".to_vec()));
    assert_eq!(spy.seen(), [format!("fd_write {:?} Ok(Nothing)", [HostValue::I32(1), text])]);

    plugin.watch(Some(Spy::new("fd_write", Verdict::Refuse("full".to_owned()))));
    let outcome = plugin.call::<()>("run", "");
    // WASI's number for an error of input or output.
    assert_eq!(outcome.result.as_ref().unwrap_err().to_string(), "returned 29 without setting an error");
    assert!(!outcome.trace().contains("fd_write stdout"), "nothing is printed:\n{}", outcome.trace());
}

#[test]
fn a_watch_sees_every_call_with_its_values_whole() {
    let spy = Spy::new("", Verdict::Pass);
    let mut plugin = Plugin::load_in(hello(), Host::new()).unwrap();
    plugin.watch(Some(spy.clone()));
    let long = "k".repeat(3000);
    plugin.command("HELLO.COUNT", [long.as_str()]).unwrap();

    let seen = spy.seen();
    assert_eq!(seen.len(), 2);
    let key = HostValue::Block(Some(long.clone().into_bytes()));
    assert!(seen[0].starts_with(&format!("storage_get [{key:?}] Ok(Block(Some(")), "{}", seen[0]);

    // A trace keeps less of it, and says how much there was.
    let outcome = plugin.command("HELLO.COUNT", [long.as_str()]);
    let argument = &outcome.host_calls()[0].typed_arguments[0];
    assert_eq!((argument.ty, argument.length), (WireType::Text, 3000));
    assert_eq!(argument.value, HostValue::Block(Some(long.as_bytes()[..1024].to_vec())));

    plugin.watch(None);
    plugin.command("HELLO.COUNT", ["x"]).unwrap();
    assert_eq!(spy.seen().len(), 4);
}

#[test]
fn a_trace_keeps_arguments_and_results_typed() {
    let mut plugin = Plugin::load_in(hello(), Host::new().storage("n", 1)).unwrap();
    let outcome = plugin.command("HELLO.COUNT", ["n"]);
    let calls = outcome.host_calls();
    assert_eq!(calls[0].typed_arguments[0].value, HostValue::Block(Some(b"n".to_vec())));
    let result = calls[0].typed_result.as_ref().unwrap();
    assert_eq!((result.ty, &result.value), (WireType::Resp, &HostValue::Block(Some(b":1\r\n".to_vec()))));
}

#[test]
fn a_watch_answers_in_the_place_of_the_host() {
    let mut plugin = load(Host::new(), CHARGE).unwrap();
    let answer = HostValue::Block(Some(b"paid".to_vec()));
    plugin.watch(Some(Spy::new("charge", Verdict::Answer(answer))));
    assert_outcome_snapshot!(plugin.call::<String>("run", ""), @r#"
    run
      charge "ada" 7 -> "paid"
    => "paid"
    "#);
}

#[test]
fn an_answer_of_another_type_ends_the_call() {
    let mut plugin = load(Host::new(), CHARGE).unwrap();
    plugin.watch(Some(Spy::new("charge", Verdict::Answer(HostValue::I32(7)))));
    let error = plugin.call::<String>("run", "").unwrap_err();
    insta::assert_snapshot!(
        error,
        @"host function `charge` failed: a watch answers `charge` with I32(7), whose type is not Bytes"
    );
}

#[test]
fn a_refusal_is_an_error_reply_where_a_function_answers_with_a_reply() {
    let mut plugin = Plugin::load(hello()).unwrap();
    plugin.watch(Some(Spy::new("storage_set", Verdict::Refuse("NOPERM not now".to_owned()))));
    assert_outcome_snapshot!(plugin.command("HELLO.COUNT", ["n"]), @r#"
    HELLO.COUNT "n"
      storage_get "n" -> nil
      storage_set "n" 1 -> error NOPERM not now
    => error: NOPERM not now
    "#);
}

#[test]
fn a_refusal_is_an_error_number_of_wasi() {
    let mut plugin = Plugin::load(RANDOM.as_bytes()).unwrap();
    plugin.watch(Some(Spy::new("random_get", Verdict::Refuse("no entropy".to_owned()))));
    assert_outcome_snapshot!(plugin.call::<()>("run", ""), @r"
    run
      random_get 4 bytes -> failed: no entropy
    => error: returned 29 without setting an error
    ");
}

#[test]
fn a_refusal_ends_the_call_where_there_is_no_way_to_tell_it() {
    let mut guest =
        plugin(r#"(func (export "run") (call $var_set (call $alloc (i64.const 1)) (call $alloc (i64.const 1))))"#);
    guest.watch(Some(Spy::new("var_set", Verdict::Refuse("broken".to_owned()))));
    let error = guest.call_raw("run", b"").unwrap_err();
    assert_eq!(error, Error::HostFailed { function: "var_set".to_owned(), message: "broken".to_owned() });
}

#[test]
fn the_calls_of_peers_are_seen_too_one_deeper() {
    let caller = with_kernel(
        r#"(import "extism:host/user" "register_plugin" (func $register (param i64) (result i64)))
        (import "extism:host/user" "call_plugin" (func $call (param i64 i64 i64) (result i64)))
        (data (i32.const 0) "peer") (data (i32.const 8) "run")
        (func (export "run") (drop (call $call
          (call $register (call $block (i32.const 0) (i32.const 4)))
          (call $block (i32.const 8) (i32.const 3))
          (i64.const 0))))"#,
    );
    // Imports come first.
    let caller = String::from_utf8(caller).unwrap();
    let (imports, rest) = caller.split_once("(memory").unwrap();
    let (own, rest) = rest.split_once(r#"(import "extism:host/user" "register_plugin""#).unwrap();
    let (peers, rest) = rest.split_once("(data").unwrap();
    let caller = format!(r#"{imports} (import "extism:host/user" "register_plugin"{peers} (memory{own} (data{rest}"#);
    let callee = with_kernel(r#"(func (export "run") (drop (call $config_get (call $alloc (i64.const 1)))))"#);

    let spy = Spy::new("", Verdict::Pass);
    let mut plugin =
        Plugin::load_in(caller.as_bytes(), Host::new().peers(Registry::new().plugin_in("peer", callee, Host::new)))
            .unwrap();
    plugin.watch(Some(spy.clone()));
    plugin.call::<()>("run", "").unwrap();
    let names: Vec<_> = spy.seen().iter().map(|line| line.split(" [").next().unwrap().to_owned()).collect();
    assert_eq!(names, ["register_plugin", "> config_get", "call_plugin"]);
}

#[test]
fn the_state_of_two_guests_compares() {
    let state = |key: &str| {
        let mut plugin = Plugin::load(hello()).unwrap();
        plugin.command("HELLO.COUNT", [key]).unwrap();
        Guest::state(&plugin)
    };
    assert_eq!(state("a"), state("a"));
    assert_ne!(state("a"), state("b"));
}

#[test]
fn entries_are_the_exports_that_a_host_can_call() {
    assert_eq!(Plugin::load(RANDOM.as_bytes()).unwrap().entries(), ["run"]);
}
