//! The built plugin, in the harness.

use ferrite_json::document::Document;
use ferrite_json::json::Compact;
use plugsmith_harness::plugsmith::{Encoded, Value, testing};
use plugsmith_harness::{Host, assert_outcome_snapshot, assert_trace_snapshot, plugin};

fn document(json: &str) -> Document {
    Compact::parse(json).expect("the test wrote valid JSON").into()
}

#[test]
fn the_page_is_right() {
    let mut plugin = plugin!();
    let reply = plugin.command("JSON.SET", ("mykey", "$", r#"{"name": "Alice", "age": 30}"#)).unwrap();
    assert_eq!(reply, Value::Ok);
    assert_eq!(plugin.command("JSON.GET", ("mykey", "$.name")).unwrap(), r#""Alice""#);
    assert_trace_snapshot!(plugin);
}

#[test]
fn a_document_is_built_in_steps() {
    let mut plugin = plugin!();
    for (path, value) in [("$", "{}"), ("$.list", "[1, 2]"), ("$.list[-1]", r#"{"a": null}"#), ("$['a b']", "1e400")] {
        assert_eq!(plugin.command("JSON.SET", ("doc", path, value)).unwrap(), Value::Ok);
    }
    let _ = plugin.command("JSON.SET", ("doc", "$.list", "0", "NX"));
    let _ = plugin.command("JSON.GET", ("doc", "$.list[1].a", ".x", "$['a b']"));
    let _ = plugin.command("JSON.TYPE", ("doc", "$.list"));
    let _ = plugin.command("JSON.DEL", ("doc", "$.list[0]"));
    let _ = plugin.command("JSON.GET", ["doc"]);
    let _ = plugin.command("JSON.DEL", ["doc"]);
    let _ = plugin.command("JSON.GET", ["doc"]);
    assert_trace_snapshot!(plugin);
}

#[test]
fn mistakes_say_what_and_where() {
    let mut plugin = plugin!(Host::new().storage("text", "{}").storage_typed("doc", &document(r#"{"a":[1]}"#)));
    let _ = plugin.command("JSON.SET", ("doc", "$", r#"{"name": Alice}"#));
    let _ = plugin.command("JSON.SET", ("doc", "$", "{}", "IF"));
    let _ = plugin.command("JSON.SET", ("doc", "$.*", "{}"));
    let _ = plugin.command("JSON.SET", ("doc", "$.a[1]", "{}"));
    let _ = plugin.command("JSON.SET", ("doc", "$.a.b", "{}"));
    let _ = plugin.command("JSON.SET", ("doc", "$.b.c", "{}"));
    let _ = plugin.command("JSON.SET", ("new", "$.a", "{}"));
    let _ = plugin.command("JSON.SET", ("text", "$", "{}"));
    let _ = plugin.command("JSON.SET", ("doc", "$"));
    let _ = plugin.command("JSON.GET", ("doc", "$.a", "a"));
    let _ = plugin.command("JSON.GET", ());
    let _ = plugin.command("JSON.GET", ["text"]);
    assert_trace_snapshot!(plugin);
}

#[test]
fn what_somebody_else_broke_is_not_read() {
    let host = Host::new();
    let mut plugin = plugin!(host);
    let broken = testing::Stored::Typed("JSON".into(), Encoded { version: 1, bytes: b"{\"a\":".to_vec() });
    plugin.host(|host| host.store.set_stored("doc", broken, None));
    assert_outcome_snapshot!(plugin.command("JSON.GET", ["doc"]));
}

#[test]
fn what_somebody_newer_wrote_is_not_read() {
    let mut plugin = plugin!();
    let newer = testing::Stored::Typed("JSON".into(), Encoded { version: 2, bytes: b"{}".to_vec() });
    plugin.host(|host| host.store.set_stored("doc", newer, None));
    assert_outcome_snapshot!(plugin.command("JSON.GET", ["doc"]));
}

#[test]
fn documents_are_the_same_natively_and_on_wasm32() {
    let mut plugin = plugin!(Host::new().storage_typed("doc", &document(r#"{"a":[1,2.50]}"#)));
    assert_eq!(plugin.command("JSON.GET", ("doc", "$.a[1]")).unwrap(), "2.50");
    plugin.command("JSON.SET", ("doc", "$.b", " true ")).unwrap();
    let held = plugin.storage_typed::<Document>("doc").unwrap().unwrap();
    assert_eq!(held.as_str(), r#"{"a":[1,2.50],"b":true}"#);
}

/// The depth that is let in must fit the guest's stack, and what is refused must not reach it.
#[test]
fn the_deepest_document_fits_the_stack() {
    let mut plugin = plugin!();
    let nested = |depth: usize| format!("{}{}", r#"{"a":"#.repeat(depth), "1").to_owned() + &"}".repeat(depth);
    plugin.command("JSON.SET", ("doc", "$", nested(128).as_str())).unwrap();
    let path = "$".to_owned() + &".a".repeat(128);
    assert_eq!(plugin.command("JSON.GET", ("doc", path.as_str())).unwrap(), "1");
    let error = plugin.command("JSON.SET", ("doc", "$", nested(100_000).as_str())).unwrap_err();
    let message = "ERR invalid JSON at byte 640: more than 128 arrays and objects within each other";
    assert_eq!(error.to_string(), message);
}

#[test]
fn a_document_twice_as_long_costs_twice_as_much() {
    let fuel = |members: u32| {
        let members: Vec<String> = (0..members).map(|n| format!(r#""name {n}": [{n}, null]"#)).collect();
        let mut plugin = plugin!();
        let set = plugin.command("JSON.SET", ("doc", "$", format!("{{{}}}", members.join(", "))));
        let get = plugin.command("JSON.GET", ("doc", "$['name 1'][0]"));
        let fuel = set.fuel + get.fuel;
        assert_eq!((set.unwrap(), get.unwrap()), (Value::Ok, "1".into()));
        fuel
    };
    let (shorter, longer) = (fuel(15_000), fuel(30_000));
    assert!(longer < shorter * 5 / 2, "{shorter} units of fuel, then {longer}");
}
