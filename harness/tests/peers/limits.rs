//! Number, depth, memory, fuel, stack; and that what was loaded ends.

use plugsmith_harness::plugsmith::Json;
use plugsmith_harness::plugsmith::testing::MockPeer;
use plugsmith_harness::{Error, Host, Plugin};
use serde_json::json;

use crate::guests::{callee, caller, cope, plugin, registry, relay, step, variant, with_callee};

#[test]
fn there_are_only_so_many_at_a_time() {
    let mut plugin = plugin(with_callee().at_most(3));
    assert_eq!(plugin.call::<String>("load", Json(("callee", 3))).unwrap(), "0 1 2");
    let error = plugin.call::<String>("load", Json(("callee", 1))).unwrap_err();
    assert_eq!(error.to_string(), "NOPERM `callee` would be more than 3 plugins at a time");
}

#[test]
fn one_that_is_gone_makes_room() {
    let mut plugin = plugin(with_callee().at_most(1));
    cope(&mut plugin, "callee", "boom", "");
    assert_eq!(relay(&mut plugin, "callee", "echo", "a").unwrap(), "a");
}

#[test]
fn a_plugin_that_is_called_often_loads_its_peer_once() {
    let mut plugin = plugin(with_callee().at_most(1));
    for _ in 0..100 {
        relay(&mut plugin, "callee", "echo", "a").unwrap();
    }
    assert_eq!(plugin.peers(), ["callee"]);
}

#[test]
fn only_so_many_may_stand_below_each_other() {
    let registry = with_callee()
        .plugin("a", variant(caller(), 1))
        .plugin("b", variant(caller(), 2))
        .allow("a", "b", "*")
        .allow("b", "callee", "*")
        .depth(2);
    let mut plugin = plugin(registry);
    let third = step("callee", "echo", "x").0;
    let second = step("b", "cope", third).0;
    assert_eq!(
        plugin.call::<String>("relay", step("a", "relay", second)).unwrap(),
        "code NOPERM, message too deep: caller -> a -> b -> callee is more than 2 below the first"
    );
}

#[test]
fn a_peer_that_starts_with_too_much_memory_is_not_loaded() {
    let error = plugin(with_callee().memory_pages(30)).call::<String>("load", Json(("callee", 2))).unwrap_err();
    assert_eq!(error.to_string(), "NOPERM `callee` starts with 17 pages, which with all others is more than 30");
}

#[test]
fn peers_that_grow_beyond_their_common_memory_end() {
    let mut plugin = plugin(with_callee().memory_pages(100));
    assert_eq!(relay(&mut plugin, "callee", "grow", "1").unwrap(), "1");
    assert_eq!(
        cope(&mut plugin, "callee", "grow", "8"),
        "code PEERDOWN, message callee.grow: out of memory: more than 100 pages of all plugins together"
    );
    assert_eq!(relay(&mut plugin, "callee", "grow", "1").unwrap(), "1");
}

#[test]
fn a_peer_has_limits_of_its_own() {
    let bare = || Host::new().without_functions().without_wasi();
    let registry = registry().plugin_in("small", callee(), move || bare().memory_pages(40)).plugin_in(
        "short",
        callee(),
        move || bare().fuel(100_000),
    );
    let mut plugin = plugin(registry);
    assert_eq!(
        cope(&mut plugin, "small", "grow", "8"),
        "code PEERDOWN, message small.grow: out of memory: more than 40 pages of 64 KiB"
    );
    let told = cope(&mut plugin, "short", "spin", "");
    assert!(told.starts_with("code PEERDOWN, message short.spin: out of fuel: more than 100000 "), "{told}");
}

#[test]
fn the_fuel_of_all_peers_is_limited_in_each_call_of_the_first() {
    let bare = || Host::new().without_functions().without_wasi().fuel(1_000_000);
    let mut plugin = plugin(registry().plugin_in("callee", callee(), bare).fuel(3_000_000));
    let told = plugin.call::<String>("again", Json(("callee", "spin", 5))).unwrap();
    let lines: Vec<&str> = told.lines().map(|line| line.split(':').next().unwrap_or_default()).collect();
    assert_eq!(lines[..3], ["PEERDOWN callee.spin"; 3]);
    assert_eq!(lines[3], "NOPERM no fuel is left for `callee`");
    assert_eq!(relay(&mut plugin, "callee", "echo", "a").unwrap(), "a");
}

#[test]
fn no_call_of_a_peer_gets_more_fuel_than_all_together() {
    let mut plugin = plugin(with_callee().fuel(1_000_000));
    let outcome = plugin.call::<String>("cope", step("callee", "spin", ""));
    insta::assert_snapshot!(outcome.unwrap(), @"code PEERDOWN, message callee.spin: out of fuel: more than 1000000 instructions; if it is no endless loop, give it more with both `Registry::fuel` and `plugin_in(.., || Host::new().fuel(..))`, or `--fuel`");
}

/// A plugin that never stops to call its host.
const ASKS: &[u8] = br#"(module
  (import "extism:host/env" "get_log_level" (func $level (result i32)))
  (func (export "run") (loop $ever (drop (call $level)) (br $ever))))"#;

/// A plugin that never stops to call `asks`, which it loads here.
fn calls_without_end(before: &str, each_time: &str) -> Vec<u8> {
    format!(
        r#"(module
          (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
          (import "extism:host/env" "store_u64" (func $store (param i64 i64)))
          (import "extism:host/user" "register_plugin" (func $register (param i64) (result i64)))
          (import "extism:host/user" "call_plugin" (func $call (param i64 i64 i64) (result i64)))
          (memory (export "memory") 1)
          (func $word (param $bytes i64) (param $length i64) (result i64) (local $block i64)
            (local.set $block (call $alloc (local.get $length)))
            (call $store (local.get $block) (local.get $bytes))
            (local.get $block))
          (func (export "run") (local $asks i64) (local $run i64) (local $input i64) (local $id i64)
            (local.set $asks (call $word (i64.const 0x736b7361) (i64.const 4)))
            (local.set $run (call $word (i64.const 0x6e7572) (i64.const 3)))
            (local.set $input (call $alloc (i64.const 4000000)))
            {before}
            (loop $ever
              {each_time}
              (drop (call $call (local.get $id) (local.get $run) (local.get $input)))
              (br $ever))))"#
    )
    .into_bytes()
}

const LOAD: &str = "(local.set $id (call $register (local.get $asks)))";

#[test]
fn a_peer_that_calls_its_host_without_end_ends() {
    let mut plugin = plugin(registry().plugin("asks", ASKS).fuel(1_000_000));
    insta::assert_snapshot!(cope(&mut plugin, "asks", "run", ""), @"code PEERDOWN, message asks.run: out of fuel: its host calls count for more than 1000000000, 20000 each and 1 for each byte; if it is no endless loop, give it more with both `Registry::fuel` and `plugin_in(.., || Host::new().fuel(..))`, or `--fuel`");
}

#[test]
fn host_calls_of_peers_count_for_their_caller() {
    let host = Host::new().fuel(1_000_000).peers(registry().plugin("asks", ASKS).fuel(1_000_000));
    let mut plugin = Plugin::load_in(calls_without_end("", LOAD), host).unwrap();
    let outcome = plugin.call::<()>("run", "");
    assert_eq!(outcome.result, Err(Error::OutOfHostCalls { limit: 1_000_000_000 }));
    assert_eq!(outcome.trace().matches("call_plugin").count(), 1);
}

#[test]
fn calls_of_native_functions_without_end_end() {
    let peer = MockPeer::new().function("run", |_: Vec<u8>| String::new());
    let host = Host::new().fuel(1_000_000).plugin("asks", peer);
    let mut plugin = Plugin::load_in(calls_without_end(LOAD, ""), host).unwrap();
    assert_eq!(plugin.call::<()>("run", "").unwrap_err(), Error::OutOfHostCalls { limit: 1_000_000_000 });
}

/// A plugin that takes about 8,000 instructions to start, or to run.
fn busy(starts: &str) -> Vec<u8> {
    format!(
        r#"(module
          (func $work (export "run") (local $i i32)
            (loop $more
              (local.set $i (i32.add (local.get $i) (i32.const 1)))
              (br_if $more (i32.lt_u (local.get $i) (i32.const 1000)))))
          {starts})"#
    )
    .into_bytes()
}

#[test]
fn a_call_that_goes_beyond_the_fuel_of_all_together_ends_the_peer() {
    let mut plugin = plugin(registry().plugin("busy", busy("")).fuel(20_000));
    let told = plugin.call::<String>("again", Json(("busy", "run", 4))).unwrap();
    insta::assert_debug_snapshot!(told.lines().collect::<Vec<_>>(), @r#"
    [
        "",
        "",
        "PEERDOWN busy.run: out of fuel: with this call all plugins have used 24909, and `Registry::fuel` gives 20000",
        "NOPERM no fuel is left for `busy`: all plugins have used 24909 in this call, and `Registry::fuel` gives 20000",
    ]
    "#);
}

#[test]
fn a_peer_that_takes_more_fuel_to_start_than_there_is_says_so() {
    let mut plugin = plugin(registry().plugin("busy", busy("(start $work)")).fuel(20));
    insta::assert_snapshot!(cope(&mut plugin, "busy", "run", ""), @"code PEER, message `busy` did not start: out of fuel: more than 20 instructions; if it is no endless loop, give it more with both `Registry::fuel` and `plugin_in(.., || Host::new().fuel(..))`, or `--fuel`");
}

#[test]
fn plugins_that_use_up_their_stack_do_not_end_the_test() {
    let mut registry = registry().plugin("callee", callee());
    for (index, name) in ["a", "b", "c"].into_iter().enumerate() {
        registry = registry.plugin(name, variant(caller(), index as u8)).allow(name, "*", "*");
    }
    let mut plugin = plugin(registry);
    let dive = ["c", "b", "a"]
        .into_iter()
        .fold(step("callee", "echo", "deep").0, |inner, name| step(name, "dive", json!(inner).to_string()).0);
    assert_eq!(plugin.call::<String>("dive", Json(dive)).unwrap(), "deep");
}

#[test]
fn a_restart_ends_what_was_loaded() {
    let mut plugin = plugin(with_callee());
    plugin.call::<String>("load", Json(("callee", 2))).unwrap();
    plugin.restart().unwrap();
    assert_eq!(plugin.peers(), Vec::<String>::new());
}

#[test]
fn a_trap_of_the_caller_ends_what_it_has_loaded() {
    let mut plugin = plugin(with_callee().at_most(1));
    for _ in 0..3 {
        let error = plugin.call::<()>("load_and_panic", "callee").unwrap_err();
        assert!(matches!(error, Error::Trapped { .. }), "{error:?}");
        assert_eq!(plugin.peers(), Vec::<String>::new());
    }
}

#[test]
fn ids_go_on_after_a_restart() {
    let mut plugin = plugin(with_callee());
    assert_eq!(plugin.call::<String>("load", Json(("callee", 1))).unwrap(), "0");
    plugin.restart().unwrap();
    assert_eq!(plugin.call::<String>("load", Json(("callee", 1))).unwrap(), "1");
}
