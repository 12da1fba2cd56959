//! The built plugin, in the harness.

use std::time::Duration;

use plugsmith_harness::plugsmith::Value;
use plugsmith_harness::{Event, HookResult, Host, assert_outcome_snapshot, assert_trace_snapshot, plugin};

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

/// What a host sends that does not keep to the protocol, past the harness' own check of events.
#[test]
fn an_event_without_a_key_passes_no_guard() {
    let mut plugin = plugin!();
    assert_outcome_snapshot!(plugin.call::<String>("hook:OnKeyWrite:on_key_write", r#"{"event":"OnKeyWrite"}"#));
}

#[test]
fn an_event_that_no_host_fires_is_refused() {
    assert_outcome_snapshot!(plugin!().fire(Event::new("OnKeyWrit").key("a")));
}

#[test]
fn an_event_of_an_author_may_have_no_hook() {
    assert_eq!(plugin!().fire(Event::new("custom:StockLow")).unwrap(), HookResult::Continue);
}

#[test]
fn blobs_lie_compressed_and_are_read_as_they_were() {
    let mut plugin = plugin!();
    let text = "so much the same,".repeat(20);
    plugin.client().command("SET", ("blob:a", text.as_str())).unwrap();
    assert_eq!(plugin.client().command("GET", ["blob:a"]).unwrap(), text.as_str());
    assert!(plugin.storage("blob:a").unwrap().as_bytes().unwrap().len() < text.len() / 4);
}

#[test]
fn a_blob_of_somebody_else_is_rejected() {
    let mut plugin = plugin!(Host::new().storage("blob:old", "never compressed"));
    assert_outcome_snapshot!(plugin.client().command("GET", ["blob:old"]));
}

#[test]
fn the_archive_serves_its_keys() {
    let mut plugin = plugin!(Host::new().storage("plain", "x"));
    let mut client = plugin.client();
    let _ = client.command("SETEX", ("archive:a", 60, "tea"));
    let _ = client.command("GET", ["archive:a"]);
    let _ = client.command("TTL", ["archive:a"]);
    let _ = client.command("KEYS", ["*"]);
    let _ = client.wait(Duration::from_secs(60));
    let _ = client.command("EXISTS", ["archive:a"]);
    let _ = client.command("INCRBY", ("archive:n", 7));
    let _ = client.command("DEL", ["archive:n"]);
    assert_trace_snapshot!(plugin);
}

#[test]
fn an_archived_key_may_have_lines() {
    let mut plugin = plugin!();
    let mut client = plugin.client();
    client.command("SET", ("archive:a\nb", "tea")).unwrap();
    client.command("SET", ("archive:a\nb", "milk")).unwrap();
    assert_eq!(client.command("KEYS", ["archive:*"]).unwrap(), Value::Array(vec!["archive:a\nb".into()]));
    assert_eq!(client.command("DEL", ["archive:a\nb"]).unwrap(), 1);
    assert_eq!(plugin.kv("archive").unwrap_or_default(), b"");
}

#[test]
fn a_client_passes_the_hooks() {
    let mut plugin = plugin!();
    let mut client = plugin.client();
    let _ = client.command("SET", ("protected:a", "x"));
    let _ = client.command("SETEX", ("session:1", 60, "tea  "));
    let _ = client.command("GET", ["session:1"]);
    let _ = client.wait(Duration::from_secs(60));
    let _ = client.command("GET", ["guard:expired"]);
    assert_trace_snapshot!(plugin);
}
