//! The fault sweep.

use plugsmith_harness::plugsmith::Value;
use plugsmith_harness::powers::faults;
use plugsmith_harness::powers::faults::{Fault, What};
use plugsmith_harness::{Host, Outcome, Plugin};

use crate::fixture::planted;
use crate::guest::with_kernel;

fn sweep(command: &'static str, arguments: &'static [&'static str], atomic: bool) -> faults::Report {
    let host = || Host::new().storage("a", 10).storage("b", 20).fuel(50_000_000);
    let sweep = faults(|| Plugin::load_in(planted(), host()).unwrap());
    let sweep = if atomic { sweep.atomic() } else { sweep };
    sweep.check(|plugin| -> Outcome<Value> { plugin.command(command, arguments) })
}

fn found(report: &faults::Report) -> Vec<(&str, Fault, What)> {
    report.findings.iter().map(|finding| (finding.function.as_str(), finding.fault, finding.what)).collect()
}

#[test]
fn a_command_that_passes_its_errors_on_has_no_finding() {
    let report = sweep("MOVE", &["a", "b"], true);
    report.assert();
    // storage_get fails in four ways, storage_incr in three.
    assert_eq!((report.host_calls, report.runs), (2, 7));
}

#[test]
fn half_of_a_transfer_is_found() {
    sweep("TRANSFER", &["a", "b", "5"], false).assert();
    let report = sweep("TRANSFER", &["a", "b", "5"], true);
    let half = |fault| ("storage_incr", fault, What::HalfDone);
    assert_eq!(found(&report), [half(Fault::Error), half(Fault::Denied), half(Fault::WrongType)]);
    assert!(report.findings.iter().all(|finding| finding.place == 1));
}

#[test]
fn a_write_whose_failure_is_ignored_is_found() {
    let report = sweep("FORGET", &["a"], false);
    let swallowed = |fault| ("storage_set", fault, What::Swallowed);
    assert_eq!(found(&report), [swallowed(Fault::Error), swallowed(Fault::Denied)]);
    insta::assert_snapshot!(report);
}

#[test]
fn a_panic_is_found() {
    assert_eq!(found(&sweep("HASTY", &["a"], false)), [("storage_get", Fault::Absent, What::Trapped)]);
}

#[test]
fn an_empty_error_and_an_endless_loop_are_found() {
    let guest = |otherwise: &str| {
        with_kernel(&format!(
            r#"(data (i32.const 0) "key ") (func (export "run") (result i32)
              (if (i64.eqz (call $charge (call $block (i32.const 0) (i32.const 3)) (i64.const 1)))
                (then {otherwise}))
              (i32.const 0))"#
        ))
    };
    let sweep = |wasm: Vec<u8>| {
        let host =
            || Host::new().fuel(1_000_000).host("charge", |_: String, _: i64| -> Option<String> { Some("x".into()) });
        faults(|| Plugin::load_in(&wasm[..], host()).unwrap()).check(|plugin| plugin.call::<()>("run", ""))
    };
    let mute = sweep(guest("(call $error_set (call $block (i32.const 3) (i32.const 1))) (return (i32.const 1))"));
    assert_eq!(found(&mute), [("charge", Fault::Absent, What::SaysNothing)]);
    let stubborn = sweep(guest("(loop $again (br $again))"));
    assert_eq!(found(&stubborn), [("charge", Fault::Absent, What::Exhausted)]);
}

#[test]
fn a_finding_is_accepted_with_a_reason_and_the_list_stays_true() {
    let host = || Plugin::load_in(planted(), Host::new()).unwrap();
    let report = faults(host).accept("storage_set", "best effort").check(|plugin| plugin.command("FORGET", ["a"]));
    report.assert();
    assert_eq!(report.accepted.len(), 2);

    let report = faults(host).accept("storage_get", "why").check(|plugin| plugin.command("FORGET", ["a"]));
    assert_eq!(report.unused, ["storage_get"]);
    assert!(
        report
            .to_string()
            .ends_with("`.accept(\"storage_get\", ..)` accepts nothing: storage_get has no finding; remove it")
    );
}

#[test]
fn only_what_a_real_host_can_do_is_done() {
    // Extism's log and log level cannot fail, and a variable is there or not.
    let wasm = with_kernel(
        r#"(data (i32.const 0) "key") (func (export "run")
          (call $log_info (call $block (i32.const 0) (i32.const 3)))
          (drop (call $get_log_level))
          (drop (call $var_get (call $block (i32.const 0) (i32.const 3)))))"#,
    );
    let report = faults(|| Plugin::load(&wasm[..]).unwrap()).check(|plugin| plugin.call::<()>("run", ""));
    assert_eq!((report.host_calls, report.runs), (1, 1));
    report.assert();
}

#[test]
#[should_panic(expected = "the work fails without any fault")]
fn work_that_fails_by_itself_is_refused() {
    let _ = sweep("MOVE", &["missing", "b"], false);
}
