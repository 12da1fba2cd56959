//! An Orbis plugin as whatever drives guests sees it: watches, entries, state.

use std::sync::{Arc, Mutex};

use plugsmith_harness::hosts::orbis::Orbis;
use plugsmith_harness::plugsmith::protocol::host_functions::HostValue;
use plugsmith_harness::{Answered, Guest, Passing, Verdict, Watch, assert_outcome_snapshot};
use serde_json::json;

use crate::guest::{load, run};

/// Keeps a number in state, logs, and answers what state holds.
const KEEP: &str = r#"
    (data (i32.const 8) "n") (data (i32.const 16) "42")
    (func (export "run") (param i32 i32) (result i32)
      (drop (call $state_set (i32.const 8) (i32.const 1) (i32.const 16) (i32.const 2)))
      (call $log (i32.const 2) (i32.const 8) (i32.const 1))
      (call $state_get (i32.const 8) (i32.const 1)))"#;

struct Spy {
    name: &'static str,
    verdict: Verdict,
    seen: Mutex<Vec<String>>,
}

impl Watch for Spy {
    fn before(&self, call: &Passing<'_>) -> Verdict {
        if call.name == self.name { self.verdict.clone() } else { Verdict::Pass }
    }

    fn after(&self, call: &Passing<'_>, answer: &Answered<'_>) {
        self.seen.lock().unwrap().push(format!("{} {} {}", call.name, call.arguments.len(), answer.is_ok()));
    }
}

fn spy(name: &'static str, verdict: Verdict) -> Arc<Spy> {
    Arc::new(Spy { name, verdict, seen: Mutex::default() })
}

#[test]
fn a_watch_sees_every_host_call_and_the_log() {
    let mut app = load(Orbis::as_shipped(), KEEP, "[]").unwrap();
    let spy = spy("", Verdict::Pass);
    app.watch(Some(spy.clone()));
    assert_eq!(run(&mut app).unwrap(), json!(42));
    assert_eq!(*spy.seen.lock().unwrap(), ["state_set 2 true", "log 1 true", "state_get 1 true"]);
}

#[test]
fn a_watch_answers_in_the_place_of_the_host() {
    let mut app = load(Orbis::as_shipped(), KEEP, "[]").unwrap();
    app.watch(Some(spy("state_get", Verdict::Answer(HostValue::Block(Some(b"7".to_vec()))))));
    assert_outcome_snapshot!(run(&mut app), @r#"
    run {}
      state_set "n" 42
      log info: n
      state_get "n" -> 7
    => 7
    "#);
}

#[test]
fn a_refusal_is_the_word_for_no_of_each_function() {
    let mut app = load(Orbis::as_shipped(), KEEP, "[]").unwrap();
    app.watch(Some(spy("state_set", Verdict::Refuse("disk full".to_owned()))));
    assert_outcome_snapshot!(run(&mut app), @r#"
    run {}
      state_set "n" 42 -> failed: disk full
      log info: n
      state_get "n" -> none
    => null
    "#);
}

#[test]
fn handlers_are_called_with_the_bytes_that_they_get_and_state_compares() {
    let host = || Orbis::as_documented().sql("CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('a')");
    let (mut one, other) = (load(host(), KEEP, "[]").unwrap(), load(host(), KEEP, "[]").unwrap());
    assert_eq!(one.entries(), ["run"]);
    assert_eq!(Guest::state(&one), Guest::state(&other));
    assert_eq!(one.call_raw("run", b"{}").unwrap(), b"42");
    let state = Guest::state(&one);
    assert_ne!(state, Guest::state(&other));
    assert_eq!(state.keys["n"], "42");
    assert_eq!(state.rows["notes"], [r#"{"text":"a"}"#]);
    assert_eq!(one.call_raw("none", b"{}").unwrap_err().kind(), "missing_export");
}
