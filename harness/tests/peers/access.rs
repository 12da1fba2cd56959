//! Who may load whom, and call what.

use plugsmith_harness::plugsmith::testing::MockPeer;
use plugsmith_harness::{Error, Host, Plugin};
use serde_json::json;

use crate::guests::{callee, caller, cope, plugin, registry, relay, step, variant, with_callee};

#[test]
fn without_a_rule_the_plugin_under_test_may_do_anything() {
    assert_eq!(cope(&mut plugin(with_callee()), "callee", "echo", "a"), r#"answered Some("a")"#);
}

#[test]
fn with_a_rule_it_may_do_no_more_than_its_rules_allow() {
    let mut plugin = plugin(with_callee().plugin("other", callee()).allow("caller", "callee", "count_*"));
    assert_eq!(cope(&mut plugin, "callee", "count_vowels", "aei"), r#"answered Some("{\"count\": 3}")"#);
    assert_eq!(
        cope(&mut plugin, "callee", "echo", "a"),
        "code NOPERM, message `caller` may not call `echo` of `callee`"
    );
    assert_eq!(cope(&mut plugin, "other", "echo", "a"), "code NOPERM, message `caller` may not load `other`");
}

#[test]
fn a_refusal_that_the_plugin_passes_on_is_a_denial() {
    let mut plugin = plugin(with_callee().allow("caller", "callee", "echo"));
    let error = plugin.call::<String>("relay", step("callee", "fail", "")).unwrap_err();
    assert!(matches!(error, Error::Denied { .. }), "{error:?}");
}

#[test]
fn a_peer_that_no_rule_names_cannot_be_linked_against_the_two_functions() {
    let registry = with_callee().plugin("middle", variant(caller(), 1));
    let error = Plugin::load_in(caller(), Host::new().peers(registry)).unwrap_err();
    insta::assert_snapshot!(error, @r#"the peer `middle`: it imports `env.call_plugin`, and no rule lets it load plugins; add `.allow("middle", "*", "*")` to the `Registry`, or name what it loads and calls in the place of the `*`"#);
}

#[test]
fn the_rule_that_its_message_names_lets_it_in() {
    let registry = with_callee().plugin("middle", variant(caller(), 1)).allow("middle", "*", "*");
    let inner = step("callee", "echo", "a").0;
    assert_eq!(relay(&mut plugin(registry), "middle", "relay", inner).unwrap(), "a");
}

#[test]
fn a_peer_may_call_only_what_it_has_loaded_itself() {
    let registry = with_callee().plugin("middle", variant(caller(), 1)).allow("middle", "callee", "count");
    let mut plugin = plugin(registry);
    // The plugin under test loads `callee` as 0; `middle` gets one of its own.
    assert_eq!(cope(&mut plugin, "callee", "count", ""), r#"answered Some("1")"#);
    let inner = step("callee", "count", "").0;
    assert_eq!(cope(&mut plugin, "middle", "relay", inner), r#"answered Some("1")"#);
    assert_eq!(plugin.peers(), ["callee", "middle", "callee"]);
}

#[test]
fn a_cycle_is_refused_with_its_chain() {
    let registry = registry()
        .plugin("a", variant(caller(), 1))
        .plugin("b", variant(caller(), 2))
        .allow("a", "b", "*")
        .allow("b", "a", "*");
    let mut plugin = plugin(registry);
    let third = step("a", "cope", json!("")).0;
    let second = step("b", "cope", third).0;
    assert_eq!(
        plugin.call::<String>("relay", step("a", "cope", second)).unwrap(),
        r#"answered Some("code NOPERM, message a cycle: caller -> a -> b -> a")"#
    );
}

#[test]
fn the_same_artifact_under_another_name_is_a_cycle_too() {
    let registry = registry().plugin("twin", caller()).allow("twin", "twin", "*");
    assert_eq!(cope(&mut plugin(registry), "twin", "relay", ""), "code NOPERM, message a cycle: caller -> caller");
}

/// What is said of the callee, the plugin under test as `caller`, and this rule.
fn refusal(caller_name: &str, callee_name: &str) -> Error {
    let registry = with_callee().named("caller").allow(caller_name, callee_name, "*");
    Plugin::load_in(caller(), Host::new().peers(registry)).unwrap_err()
}

#[test]
fn a_rule_for_nobody_is_refused() {
    insta::assert_snapshot!(refusal("caler", "callee"), @r#"`.allow("caler", "callee", "*")`: no plugin `caler` to load others; there is `callee`, and the plugin under test is `caller`, unless `.named(..)` says otherwise"#);
}

#[test]
fn a_rule_about_no_function_is_refused() {
    let told = [("callee", "count_vowel"), ("*", "shou")].map(|(callee, function)| {
        let shout = MockPeer::new().function("shout", |text: String| text.to_uppercase());
        let registry = with_callee().plugin("loud", shout).named("caller").allow("caller", callee, function);
        Plugin::load_in(caller(), Host::new().peers(registry)).unwrap_err().to_string()
    });
    insta::assert_snapshot!(told.join("\n"), @r#"
    `.allow("caller", "callee", "count_vowel")`: no function `count_vowel` to be called; `callee` has `boom`, `count`, `count_vowels`, `echo`, `fail`, `grow`, `spin`
    `.allow("caller", "*", "shou")`: no function `shou` to be called; `callee` has `boom`, `count`, `count_vowels`, `echo`, `fail`, `grow`, `spin`; `loud` has `shout`
    "#);
}

#[test]
fn a_rule_about_nobody_is_refused() {
    insta::assert_snapshot!(refusal("caller", "calee"), @r#"`.allow("caller", "calee", "*")`: no plugin `calee` to be loaded; there is `callee`"#);
}
