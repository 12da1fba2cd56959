//! Calls that work, errors that arrive, traces that nest.

use plugsmith_harness::hosts::peers::{Failures, Registry};
use plugsmith_harness::plugsmith::testing::MockPeer;
use plugsmith_harness::plugsmith::{Json, Value};
use plugsmith_harness::{Error, Host, Plugin, assert_outcome_snapshot, assert_trace_snapshot};
use serde_json::json;

use crate::guests::{callee, caller, cope, folder, plugin, registry, relay, step, variant, with_callee};

#[test]
fn the_demo_counts_vowels_as_it_stands() {
    let demo = plugsmith_harness::build(&folder("peers-demo")).unwrap();
    let mut plugin = Plugin::load_in(demo, Host::new().plugin("count_vowels", folder("peers-callee"))).unwrap();
    assert_outcome_snapshot!(plugin.call::<String>("run", ()), @r#"
    run
      register_plugin "count_vowels" -> 0
      call_plugin 0 "count_vowels" "Hello, World!" -> "{\"count\": 3}"
    => "{\"count\": 3}"
    "#);
}

#[test]
fn the_demo_finds_no_block_where_its_peer_fails() {
    for failures in [Failures::Told, Failures::Zero] {
        let demo = plugsmith_harness::build(&folder("peers-demo")).unwrap();
        let failing = MockPeer::new().function("count_vowels", || -> Result<(), &str> { Err("broken") });
        let registry = registry().plugin("count_vowels", failing).failures(failures);
        let error = Plugin::load_in(demo, Host::new().peers(registry)).unwrap().call::<String>("run", ()).unwrap_err();
        assert_eq!(error.kind(), "trapped", "{failures:?}");
    }
}

#[test]
fn either_module_of_imports_will_do() {
    let mut plugin = plugin(with_callee());
    let modules = |outcome: plugsmith_harness::Outcome<String>| {
        outcome.host_calls().iter().map(|call| call.module.clone()).collect::<Vec<_>>()
    };
    let user = plugin.call("relay", step("callee", "echo", "a"));
    assert_eq!(modules(user), ["extism:host/user"; 2]);
    let env = plugin.call("relay_in_env", step("callee", "echo", "a"));
    assert_eq!(modules(env), ["env"; 2]);
}

#[test]
fn a_peer_keeps_its_state_and_its_trace_is_nested() {
    let mut plugin = plugin(with_callee());
    for _ in 0..2 {
        relay(&mut plugin, "callee", "count", "").unwrap();
    }
    assert_trace_snapshot!(plugin);
}

#[test]
fn a_peer_of_a_peer_is_nested_twice() {
    let registry = with_callee().plugin("middle", variant(caller(), 1)).allow("middle", "callee", "count");
    let mut plugin = plugin(registry);
    let inner = step("callee", "count", "").0;
    relay(&mut plugin, "middle", "relay", inner).unwrap();
    assert_eq!(plugin.peers(), ["middle", "callee"]);
    assert_trace_snapshot!(plugin);
}

#[test]
fn each_instance_has_an_id_and_a_state_of_its_own() {
    let mut plugin = plugin(with_callee());
    assert_eq!(plugin.call::<String>("load", Json(("callee", 3))).unwrap(), "0 1 2");
    assert_eq!(plugin.peers(), ["callee", "callee", "callee"]);
}

#[test]
fn bytes_go_there_and_back_as_they_are() {
    let mut plugin = plugin(with_callee());
    let text = "ä\u{0}\n".repeat(100_000);
    assert_eq!(relay(&mut plugin, "callee", "echo", text.as_str()).unwrap(), text);
}

#[test]
fn an_empty_output_is_an_error_to_who_wants_one_and_none_to_who_does_not() {
    let mut plugin = plugin(with_callee());
    assert_eq!(cope(&mut plugin, "callee", "echo", ""), "answered None");
    let error = relay(&mut plugin, "callee", "echo", "").unwrap_err();
    insta::assert_snapshot!(
        error,
        @"PEER callee.echo returned no output; where an empty output is valid, ask for an `Option`"
    );
}

#[test]
fn what_went_wrong_is_told_apart() {
    let registry = ["fail", "no_such", "boom", "count"]
        .into_iter()
        .fold(with_callee().absent("nobody"), |registry, function| registry.allow("caller", "*", function));
    let mut plugin = plugin(registry);
    let mut told = Vec::new();
    for (peer, function) in [
        ("nobody", "echo"),
        ("callee", "echo"),
        ("callee", "fail"),
        ("callee", "no_such"),
        ("callee", "boom"),
        ("callee", "count"),
        ("callee", "count"),
    ] {
        told.push(format!("{peer}.{function}: {}", cope(&mut plugin, peer, function, "")));
    }
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_peer_that_trapped_is_gone_until_it_is_loaded_again() {
    let mut plugin = plugin(with_callee());
    assert_eq!(relay(&mut plugin, "callee", "count", "").unwrap(), "1");
    cope(&mut plugin, "callee", "boom", "");
    assert_eq!(plugin.peers(), Vec::<String>::new());
    assert_eq!(relay(&mut plugin, "callee", "count", "").unwrap(), "1");
    assert_eq!(plugin.peers(), ["callee"]);
}

#[test]
fn the_error_of_a_peer_names_its_panic_and_its_place() {
    let outcome = relay(&mut plugin(with_callee()), "callee", "boom", "");
    assert_outcome_snapshot!(outcome, @r#"
    relay "{\"function\":\"boom\",\"input\":\"\",\"plugin\":\"callee\"}"
      register_plugin "callee" -> 0
      call_plugin 0 "boom" "" -> failed: PEERDOWN callee.boom: panicked: out of order, harness/tests/fixtures/peers-callee/src/lib.rs:38
    => error: PEERDOWN callee.boom: panicked: out of order, harness/tests/fixtures/peers-callee/src/lib.rs:38
    "#);
}

#[test]
fn a_host_like_the_demos_answers_zero() {
    let mut plugin = plugin(with_callee().absent("nobody").failures(Failures::Zero));
    assert_eq!(cope(&mut plugin, "callee", "fail", ""), "answered None");
    // 0 is an id, too: that of whoever was loaded first.
    assert_eq!(cope(&mut plugin, "nobody", "echo", "wrong door"), r#"answered Some("wrong door")"#);
}

#[test]
fn loading_what_is_absent_ends_the_call_unless_the_test_has_it_told() {
    let call =
        |registry: Registry| plugin(registry.absent("nobody")).call::<String>("cope", step("nobody", "echo", ""));
    assert!(matches!(call(Registry::new()).unwrap_err(), Error::HostFailed { .. }));
    assert_eq!(call(registry()).unwrap(), "code NOPEER, message there is no plugin `nobody`");
}

#[test]
fn in_such_a_host_the_peer_that_trapped_answers_on_the_same_instance() {
    let mut plugin = plugin(with_callee().failures(Failures::Zero));
    assert_eq!(cope(&mut plugin, "callee", "count", ""), r#"answered Some("1")"#);
    assert_eq!(cope(&mut plugin, "callee", "boom", ""), "answered None");
    assert_eq!(cope(&mut plugin, "callee", "count", ""), r#"answered Some("2")"#);
    assert_eq!(plugin.peers(), ["callee"]);
}

#[test]
fn a_host_that_passes_errors_on_ends_the_callers_call() {
    let mut plugin = plugin(with_callee().failures(Failures::EndTheCall));
    assert_outcome_snapshot!(plugin.call::<String>("cope", step("callee", "fail", "")), @r#"
    cope "{\"function\":\"fail\",\"input\":\"\",\"plugin\":\"callee\"}"
      register_plugin "callee" -> 0
      call_plugin 0 "fail" "" -> failed: PEER callee.fail: not today
    => error: host function `call_plugin` failed: callee.fail: not today
    "#);
}

#[test]
fn unless_the_test_says_so_no_error_is_told() {
    let mut plugin = plugin(Registry::new().plugin("callee", callee()));
    assert_outcome_snapshot!(plugin.call::<String>("cope", step("callee", "fail", "")), @r#"
    cope "{\"function\":\"fail\",\"input\":\"\",\"plugin\":\"callee\"}"
      register_plugin "callee" -> 0
      call_plugin 0 "fail" "" -> failed: PEER callee.fail: not today
    => error: host function `call_plugin` failed: PEER callee.fail: not today; if the host tells its plugins so, add `.failures(Failures::Told)` to its `Registry`
    "#);
}

#[test]
fn native_functions_are_a_peer_too() {
    let native = MockPeer::new().function("shout", |text: String| text.to_uppercase());
    let mut plugin = plugin(registry().plugin("native", native));
    assert_eq!(relay(&mut plugin, "native", "shout", "hey").unwrap(), "HEY");
    assert_eq!(plugin.peers(), ["native"]);
}

#[test]
fn a_peer_may_be_given_a_host_of_its_own() {
    let counter = with_storage();
    let registry = registry().plugin_in("counter", counter, || Host::new().storage("visits", 41));
    let mut plugin = plugin(registry);
    let arguments = json!(["visits"]);
    assert_eq!(relay(&mut plugin, "counter", "HELLO.COUNT", arguments).unwrap(), "42");
    assert_eq!(plugin.storage("visits"), None::<Value>);
    assert_trace_snapshot!(plugin);
}

/// A plugin that wants storage of its host.
fn with_storage() -> std::path::PathBuf {
    plugsmith_harness::build(&folder("../../../examples/ferrite-hello")).unwrap()
}

#[test]
fn a_report_of_a_failure_shows_what_happened_inside() {
    let mut plugin = plugin(with_callee());
    relay(&mut plugin, "callee", "count", "").unwrap();
    let outcome = plugin.call::<String>("again", Json(("callee", "count", 1)));
    assert_eq!(outcome.report().lines().filter(|line| line.starts_with("      log info")).count(), 1);
}

#[test]
fn the_same_artifact_may_have_two_names() {
    let mut plugin = plugin(registry().plugin("a", callee()).plugin("b", callee()));
    assert_eq!(relay(&mut plugin, "a", "count", "").unwrap(), "1");
    assert_eq!(relay(&mut plugin, "b", "count", "").unwrap(), "1");
}
