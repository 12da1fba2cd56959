//! The built plugin, in the harness.

use plugsmith_harness::{Event, HookResult, assert_outcome_snapshot, assert_trace_snapshot, plugin};

#[test]
fn a_protected_key_is_not_written() {
    let mut plugin = plugin!();
    let verdict = plugin.fire(Event::new("OnKeyWrite").key("protected:a").value("tea  ")).unwrap();
    assert_eq!(verdict, HookResult::Abort("Cannot write to protected keys".into()));
}

#[test]
fn hooks_of_one_event_run_by_priority() {
    let mut plugin = plugin!();
    let _ = plugin.fire(Event::new("OnKeyWrite").key("protected:a").value("tea  "));
    let _ = plugin.fire(Event::new("OnKeyWrite").key("a").value("tea  "));
    let _ = plugin.fire(Event::new("OnKeyWrite").key("a").value(7));
    let _ = plugin.fire(Event::new("OnKeyExpiry").key("session:1"));
    let _ = plugin.fire(Event::new("OnServerStartup"));
    assert_trace_snapshot!(plugin);
}

#[test]
fn a_field_that_is_missing_is_named() {
    assert_outcome_snapshot!(plugin!().fire(Event::new("OnKeyExpiry")));
}

#[test]
fn an_event_that_no_host_fires_is_refused() {
    assert_outcome_snapshot!(plugin!().fire(Event::new("OnKeyWrit").key("a")));
}

#[test]
fn an_event_of_an_author_may_have_no_hook() {
    assert_eq!(plugin!().fire(Event::new("custom:StockLow")).unwrap(), HookResult::Continue);
}
