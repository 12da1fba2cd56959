//! Two versions of a plugin.

use plugsmith_harness::Plugin;
use plugsmith_harness::powers::{Difference, versions};

use crate::guest::with_kernel;
use crate::watch::hello;

#[test]
fn an_artifact_is_the_same_as_itself() {
    let load = || Plugin::load(hello()).unwrap();
    versions(load(), load())
        .check("first", |plugin| plugin.command("HELLO.COUNT", ["a"]))
        .check("second", |plugin| plugin.command("HELLO.COUNT", ["a"]))
        .check("wrong", |plugin| plugin.command("HELLO.COUNT", ()))
        .assert();
}

#[test]
fn a_lost_export_another_result_another_host_call_and_another_state_are_shown() {
    let version = |value: &str, log: &str, export: &str| {
        with_kernel(&format!(
            r#"(data (i32.const 0) "key{value}")
            (func (export "run")
              {log}
              (call $var_set (call $block (i32.const 0) (i32.const 3)) (call $block (i32.const 3) (i32.const 1)))
              (call $answer (call $block (i32.const 3) (i32.const 1))))
            (func (export "{export}"))"#
        ))
    };
    let old = version("1", "", "old");
    let new = version("2", "(call $log_info (call $block (i32.const 0) (i32.const 3)))", "new");
    let report = versions(Plugin::load(&old[..]).unwrap(), Plugin::load(&new[..]).unwrap())
        .check("run", |plugin| plugin.call::<String>("run", ""))
        .report();
    assert_eq!(report.differences.len(), 4);
    assert!(matches!(&report.differences[0], Difference::Missing { entry } if entry == "old"));
    insta::assert_snapshot!(report);
}
