//! Stateful invariants.

use std::time::Duration;

use plugsmith_harness::powers::invariant;
use plugsmith_harness::{Host, Plugin};
use proptest::sample::select;
use proptest::strategy::Just;

use crate::fixture::planted;

fn bank() -> Plugin {
    Plugin::load_in(planted(), Host::new().storage("a", 100).storage("b", 100)).unwrap()
}

/// Money is neither made nor lost.
fn total(plugin: &mut Plugin) -> Result<(), String> {
    let of = |key: &str| plugin.storage(key).and_then(|value| value.as_i64()).unwrap_or(0);
    match of("a") + of("b") {
        200 => Ok(()),
        total => Err(format!("there is {total}, not 200")),
    }
}

#[test]
fn what_holds_has_no_false_alarm() {
    let account = || select(vec!["a", "b"]);
    invariant(bank)
        .command("TRANSFER", (account(), account(), 1..50_i64))
        .restarts()
        .advances(Duration::from_secs(60))
        .runs(16)
        .depth(20)
        .check(total)
        .assert();
}

#[test]
fn a_fault_that_loses_money_is_shrunk_to_one_step() {
    let account = || select(vec!["a", "b"]);
    let report =
        invariant(bank).command("TRANSFER", (account(), account(), 1..50_i64)).restarts().faults().check(total);
    let broken = report.broken.as_ref().unwrap();
    assert_eq!(broken.steps.len(), 1);
    insta::assert_snapshot!(report);
}

#[test]
fn a_trap_breaks_every_invariant_and_the_sequence_is_the_shortest() {
    let report = invariant(bank)
        .command("MOVE", Just(("a", "b")))
        .command("HASTY", select(vec![["a"], ["missing"]]))
        .depth(30)
        .check(|_| Ok(()));
    let broken = report.broken.unwrap();
    assert_eq!(broken.steps, [r#"plugin.command("HASTY", ["missing"])"#]);
    assert!(broken.reason.contains("panicked"), "{}", broken.reason);
}

#[test]
fn two_runs_find_the_same() {
    let find = || {
        let report = invariant(bank).step("add", 0..1000_i64, |plugin, n| plugin.command("TRANSFER", ("a", "c", n)));
        report.check(|plugin| match plugin.storage("c").and_then(|value| value.as_i64()) {
            Some(500..) => Err("too much".to_owned()),
            _ => Ok(()),
        })
    };
    let broken = [find().broken.unwrap(), find().broken.unwrap()];
    assert_eq!(broken[0].steps, broken[1].steps);
    assert_eq!(broken[0].steps, ["add(500)"]);
}

#[test]
#[should_panic(expected = "an invariant needs steps")]
fn nothing_to_do_is_a_mistake() {
    let _ = invariant(bank).check(|_| Ok(()));
}
