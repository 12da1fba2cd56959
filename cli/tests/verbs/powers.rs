//! `cost` and `audit`.

use crate::sandbox::{VERBS, folder, plugsmith, snapshot};

#[test]
fn both_have_help_with_examples() {
    snapshot!(plugsmith(["cost", "--help"]));
    snapshot!(plugsmith(["audit", "--help"]));
}

#[test]
fn costs_need_a_test_run() {
    let folder = folder("cost");
    std::fs::write(folder.join("untested.wat"), "(module (func (export \"no_test_calls_this\")))").unwrap();
    snapshot!(plugsmith(["cost", "untested.wat"]).current_dir(&folder));
}

#[test]
fn a_tolerance_is_a_percentage() {
    assert_eq!(plugsmith(["cost", VERBS, "--check", "--tolerance", "five"]).output().unwrap().status.code(), Some(2));
}

#[test]
fn an_audit_tells_what_is_linked_without_a_test_run() {
    let folder = folder("audit");
    let wat = r#"(module
      (import "extism:host/env" "http_request" (func $send (param i64 i64) (result i64)))
      (func (export "run") (drop (call $send (i64.const 0) (i64.const 0)))))"#;
    std::fs::write(folder.join("new.wat"), wat).unwrap();
    std::fs::write(folder.join("old.wat"), "(module (func (export \"run\")))").unwrap();
    std::fs::write(folder.join("m.json"), r#"{"wasm": [{"path": "new.wat"}], "allowed_hosts": ["*"]}"#).unwrap();
    snapshot!(plugsmith(["audit", "new.wat", "--manifest", "m.json"]).current_dir(&folder));
    snapshot!(plugsmith(["audit", "new.wat", "--check"]).current_dir(&folder));
    snapshot!(plugsmith(["audit", "new.wat", "--diff", "old.wat", "--check"]).current_dir(&folder));
    snapshot!(plugsmith(["audit", "old.wat", "--diff", "new.wat", "--check", "--json"]).current_dir(&folder));
}
