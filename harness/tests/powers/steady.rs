//! The steady state.

use plugsmith_harness::powers::{Grown, steady};
use plugsmith_harness::{Host, Plugin};

use crate::fixture::planted;
use crate::guest::with_kernel;
use crate::watch::hello;

fn plugin() -> Plugin {
    Plugin::load_in(planted(), Host::new().storage("a", 1).storage("b", 2)).unwrap()
}

#[test]
fn a_correct_command_is_steady_and_frees_its_blocks() {
    let plugin = Plugin::load(hello()).unwrap();
    steady(plugin).calls(2000).frees_blocks().check(|plugin| plugin.command("HELLO.COUNT", ["visits"])).assert();
}

#[test]
fn a_leak_of_eight_bytes_is_found() {
    let report = steady(plugin()).check(|plugin| plugin.command("LEAK", [7]));
    assert_eq!(report.growths.iter().map(|growth| growth.what).collect::<Vec<_>>(), [Grown::Pages]);
    assert!(report.to_string().contains("pages of memory: "), "{report}");
}

#[test]
fn a_call_that_costs_more_each_time_is_found() {
    let report = steady(plugin()).calls(200).check(|plugin| plugin.command("SLOWER", ()));
    assert_eq!(report.growths.iter().map(|growth| growth.what).collect::<Vec<_>>(), [Grown::Fuel]);
}

#[test]
fn keys_that_are_left_are_named() {
    let report = steady(plugin()).calls(50).check(|plugin| plugin.command("LITTER", ()));
    insta::assert_snapshot!(report);
    steady(plugin()).calls(50).accept(Grown::Keys, "it is a log").check(|plugin| plugin.command("LITTER", ())).assert();
}

#[test]
fn blocks_that_are_not_freed_are_told_with_the_function_that_gave_them() {
    let wasm = with_kernel(
        r#"(data (i32.const 0) "key") (func (export "run")
          (drop (call $var_get (call $block (i32.const 0) (i32.const 3)))))"#,
    );
    let plugin = || Plugin::load_in(&wasm[..], Host::new().var("key", "value")).unwrap();
    let report = steady(plugin()).calls(20).check(|plugin| plugin.call::<()>("run", ""));
    report.assert();
    assert_eq!(report.blocks["var_get"], (1, 5));
    let strict = steady(plugin()).calls(20).frees_blocks().check(|plugin| plugin.call::<()>("run", ""));
    assert!(std::panic::catch_unwind(|| strict.assert()).is_err());
}

#[test]
fn what_is_accepted_and_does_not_grow_is_reported() {
    let report = steady(plugin()).calls(20).accept(Grown::Rows, "why").check(|plugin| plugin.command("SLOWER", ()));
    assert_eq!(report.unused, [Grown::Rows]);
}
