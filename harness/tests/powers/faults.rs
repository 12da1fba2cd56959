//! The fault sweep.

use plugsmith_harness::powers::faults;
use plugsmith_harness::{Error, Host, Plugin};

use crate::guest::with_kernel;
use crate::watch::hello;

#[test]
fn each_host_call_of_a_built_artifact_fails_once() {
    let make = || Plugin::load_in(hello(), Host::new().storage("visits", 41));
    let sweep = faults::sweep(make, |plugin| plugin.command("HELLO.COUNT", ["visits"]).result).unwrap();

    let names: Vec<_> = sweep.runs.iter().map(|run| (run.place, run.name.as_str())).collect();
    assert_eq!(names, [(0, "storage_get"), (1, "storage_set")]);
    assert_eq!(sweep.whole.0.unwrap(), 42);
    for run in &sweep.runs {
        let Err(Error::Plugin { message }) = &run.value else { panic!("{:?}", run.value) };
        assert_eq!(message, "ERR injected by the fault sweep");
        assert_ne!(run.state, sweep.whole.1, "{} has not written", run.name);
    }
}

#[test]
fn what_cannot_fail_is_not_made_to() {
    let wasm = with_kernel(
        r#"(data (i32.const 0) "key") (func (export "run")
          (call $log_info (call $block (i32.const 0) (i32.const 3)))
          (drop (call $get_log_level))
          (drop (call $var_get (call $block (i32.const 0) (i32.const 3)))))"#,
    );
    let sweep = faults::sweep(|| Plugin::load(&wasm[..]), |plugin| plugin.call::<()>("run", "").result).unwrap();
    assert_eq!(sweep.runs.iter().map(|run| run.name.as_str()).collect::<Vec<_>>(), ["var_get"]);
    assert_eq!(sweep.left_out, 0);
}

#[test]
fn a_guest_that_cannot_be_made_is_an_error() {
    let error = faults::sweep(|| Plugin::load("no/such.wasm"), |_| ()).unwrap_err();
    assert_eq!(error.kind(), "missing_artifact");
}
