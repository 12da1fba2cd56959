//! What no test expects fails it, with the line to add; what cannot be loaded says so at once.

use plugsmith_harness::hosts::peers::Registry;
use plugsmith_harness::plugsmith::testing::MockPeer;
use plugsmith_harness::{Error, Host, Missing, Plugin, assert_outcome_snapshot};

use crate::guests::{callee, caller, folder, plugin, step, with_callee};

#[test]
fn a_plugin_that_the_test_has_not_registered_fails_it() {
    assert_outcome_snapshot!(plugin(with_callee()).call::<String>("cope", step("calle", "echo", "")), @r#"
    cope "{\"function\":\"echo\",\"input\":\"\",\"plugin\":\"calle\"}"
      register_plugin "calle" -> failed: unexpected
    => error: unexpected host call register_plugin("calle")
    if it is expected, add to the host:
        .plugin("calle", "path/to/calle.wasm")
    "#);
}

#[test]
fn so_does_any_without_a_registry() {
    let mut plugin = Plugin::load(caller()).unwrap();
    let error = plugin.call::<String>("cope", step("callee", "echo", "")).unwrap_err();
    assert!(matches!(error, Error::UnexpectedHostCall { missing: Missing::Plugin, .. }), "{error:?}");
}

#[test]
fn an_unexpected_call_of_a_peer_fails_the_test_whatever_the_caller_makes_of_it() {
    let fetcher = br#"(module
      (import "extism:host/user" "charge" (func $charge (param i64) (result i64)))
      (func (export "run") (drop (call $charge (i64.const 7)))))"#;
    let registry = Registry::new().plugin_in("fetcher", &fetcher[..], Host::new);
    let error = plugin(registry).call::<String>("cope", step("fetcher", "run", "")).unwrap_err();
    let Error::UnexpectedHostCall { call, missing: Missing::Function, .. } = error else { panic!("{error:?}") };
    assert_eq!(call, "charge(7) of the peer `fetcher`");
}

#[test]
fn an_artifact_that_is_not_there_is_named_before_anything_runs() {
    let error = Plugin::load_in(caller(), Host::new().plugin("callee", "no/such.wasm")).unwrap_err();
    insta::assert_snapshot!(
        error,
        @"the peer `callee`: no artifact at no/such.wasm: build it with `cargo plugsmith build`"
    );
    assert_eq!(error.kind(), "peer");
}

#[test]
fn a_peer_that_wants_host_functions_gets_none_unless_the_test_says_so() {
    let hello = plugsmith_harness::build(&folder("../../../examples/ferrite-hello")).unwrap();
    let error = Plugin::load_in(caller(), Host::new().plugin("hello", hello)).unwrap_err();
    insta::assert_snapshot!(error, @r#"the peer `hello`: nothing answers `extism:host/user.storage_get`, which it imports; a peer has a host of its own, so add to the `Registry`: .plugin_in("hello", wasm, || Host::new().host("storage_get", |arg1: String| -> String { String::new() }))"#);
    let Error::Peer { error, .. } = error else { panic!("{error:?}") };
    assert!(matches!(*error, Error::MissingImport { .. }), "{error:?}");
}

#[test]
fn a_peer_that_asks_for_the_time_gets_no_wasi_unless_the_test_says_so() {
    let clock =
        br#"(module (import "wasi_snapshot_preview1" "clock_time_get" (func (param i32 i64 i32) (result i32))))"#;
    let error = Plugin::load_in(caller(), Host::new().plugin("clock", &clock[..])).unwrap_err();
    let Error::Peer { error, .. } = error else { panic!("{error:?}") };
    assert!(matches!(*error, Error::MissingImport { .. }), "{error:?}");
}

#[test]
fn a_peers_own_host_has_no_plugins_of_its_own() {
    let registry = Registry::new().plugin_in("callee", callee(), || Host::new().plugin("x", MockPeer::new()));
    let error = Plugin::load_in(caller(), Host::new().peers(registry)).unwrap_err();
    insta::assert_snapshot!(
        error,
        @"the peer `callee`: its host: it has plugins of its own: give them to the host of the plugin under test"
    );
}

#[test]
fn plugins_for_an_artifact_that_loads_none_are_no_use() {
    let error = Plugin::load_in(callee(), Host::new().plugin("callee", MockPeer::new())).unwrap_err();
    insta::assert_snapshot!(error, @"the test mocks `register_plugin`, which the artifact does not import; it imports none");
}

#[test]
fn an_import_of_another_signature_is_refused() {
    let wrong = br#"(module
      (import "extism:host/user" "register_plugin" (func (param i64) (result i64)))
      (import "extism:host/user" "call_plugin" (func (param i64 i64) (result i64))))"#;
    let error = Plugin::load_in(&wrong[..], Host::new().plugin("callee", MockPeer::new())).unwrap_err();
    insta::assert_snapshot!(
        error,
        @"signatures differ: the artifact has `call_plugin(i64, i64) -> i64`, the host's function is `call_plugin(i64, i64, i64) -> i64`"
    );
}

#[test]
fn a_mock_by_hand_takes_the_place_of_the_registry() {
    let host = Host::new()
        .host("register_plugin", |_: String| 7_i64)
        .host("call_plugin", |id: i64, _: String, _: String| id.to_string());
    let mut plugin = Plugin::load_in(caller(), host).unwrap();
    assert_eq!(plugin.call::<String>("relay", step("any", "echo", "")).unwrap(), "7");
}

#[test]
fn the_two_functions_are_not_there_yet_in_a_start_function() {
    let eager = br#"(module
      (import "extism:host/user" "register_plugin" (func $register (param i64) (result i64)))
      (func $start (drop (call $register (i64.const 0))))
      (start $start))"#;
    let error = Plugin::load_in(&eager[..], Host::new().plugin("callee", MockPeer::new())).unwrap_err();
    assert!(matches!(error, Error::HostFailed { .. }), "{error:?}");
}

#[test]
fn a_replay_names_the_plugins() {
    let artifact = plugsmith_harness::build(&folder("peers-caller")).unwrap();
    let callee = plugsmith_harness::build(&folder("peers-callee")).unwrap();
    let mut plugin = Plugin::load_in(artifact, Host::new().plugin("callee", callee.clone())).unwrap();
    let report = plugin.call::<String>("relay", step("callee", "fail", "")).report();
    assert!(report.contains(&format!("--plugin callee={}", callee.display())), "{report}");
}
