//! The built plugin and the built other plugin, in the harness.

use plugsmith_harness::hosts::peers::{Failures, Registry};
use plugsmith_harness::plugsmith::Json;
use plugsmith_harness::{Host, assert_outcome_snapshot, assert_trace_snapshot, plugin};

const VOWELS: &str = "../peers-vowels";

#[test]
fn the_demo_has_three_vowels() {
    let mut plugin = plugin!(Host::new().plugin("count_vowels", VOWELS));
    assert_eq!(plugin.call::<String>("run", ()).unwrap(), r#"{"count": 3}"#);
    assert_trace_snapshot!(plugin);
}

#[test]
fn the_other_plugin_is_loaded_once() {
    let mut plugin = plugin!(Host::new().plugin("count_vowels", VOWELS));
    let Json(counts) = plugin.call::<Json<Vec<u32>>>("by_word", "so many vowels").unwrap();
    assert_eq!(counts, [1, 1, 2]);
    plugin.call::<String>("if_possible", "aha").unwrap();
    assert_eq!(plugin.peers(), ["count_vowels"]);
    assert_trace_snapshot!(plugin);
}

#[test]
fn without_the_other_plugin_it_says_so() {
    // In a host that tells its plugins so: others end the call.
    let registry = Registry::new().absent("count_vowels").failures(Failures::Told);
    let mut plugin = plugin!(Host::new().peers(registry));
    assert_eq!(plugin.call::<String>("if_possible", "aha").unwrap(), "unknown");
    assert_outcome_snapshot!(plugin.call::<String>("run", ()), @r#"
    run
      register_plugin "count_vowels" -> failed: NOPEER there is no plugin `count_vowels`
    => error: NOPEER there is no plugin `count_vowels`
    "#);
}

#[test]
fn it_needs_one_function_of_one_plugin() {
    let rules = Registry::new()
        .named("demo")
        .plugin("count_vowels", VOWELS)
        .allow("demo", "count_vowels", "count_vowels")
        .at_most(1);
    let mut plugin = plugin!(Host::new().peers(rules));
    plugin.call::<String>("run", ()).unwrap();
    plugin.call::<Json<Vec<u32>>>("by_word", "a b").unwrap();
}
