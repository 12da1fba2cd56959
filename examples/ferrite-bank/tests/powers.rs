//! The built plugin under the test powers: the naive version is found out, the right one is not.

use plugsmith_harness::powers::faults::What;
use plugsmith_harness::powers::{faults, invariant, steady};
use plugsmith_harness::{Host, Plugin, plugin};
use proptest::sample::select;

fn bank() -> Plugin {
    plugin!(Host::new().storage("ada", 100).storage("bob", 100))
}

#[test]
fn a_transfer_is_all_or_nothing() {
    faults(bank).atomic().check(|plugin| plugin.command("BANK.TRANSFER", ("ada", "bob", 5))).assert();
}

#[test]
fn the_naive_version_leaves_half_of_a_transfer_behind() {
    let report = faults(bank).atomic().check(|plugin| plugin.command("BANK.NAIVE", ("ada", "bob", 5)));
    assert!(report.findings.iter().all(|finding| finding.what == What::HalfDone && finding.place == 1), "{report}");
    assert_eq!(report.findings.len(), 3);
}

#[test]
fn a_transfer_keeps_nothing() {
    steady(bank())
        .calls(500)
        .frees_blocks()
        .check(|plugin| {
            plugin.command("BANK.TRANSFER", ("ada", "bob", 5)).unwrap();
            plugin.command("BANK.TRANSFER", ("bob", "ada", 5))
        })
        .assert();
}

/// Money is neither made nor lost.
fn total(plugin: &mut Plugin) -> Result<(), String> {
    let of = |key| plugin.storage(key).and_then(|value| value.as_i64()).unwrap_or(0);
    match of("ada") + of("bob") {
        200 => Ok(()),
        total => Err(format!("there is {total}, not 200")),
    }
}

#[test]
fn no_sequence_of_transfers_restarts_and_faults_loses_money() {
    let account = || select(vec!["ada", "bob"]);
    invariant(bank)
        .command("BANK.TRANSFER", (account(), account(), 0..150_u32))
        .restarts()
        .faults()
        .runs(32)
        .depth(20)
        .check(total)
        .assert();
}

#[test]
fn a_single_naive_transfer_is_enough_to_lose_money() {
    let account = || select(vec!["ada", "bob"]);
    let naive = invariant(bank).command("BANK.NAIVE", (account(), account(), 1..150_u32)).faults().check(total);
    assert_eq!(naive.broken.expect("it loses money").steps.len(), 1);
}
