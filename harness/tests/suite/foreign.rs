//! A plugin written with plain extism-pdk, mocked and traced like one of our own.

use std::path::Path;

use plugsmith_harness::plugsmith::{HttpResponse, Json};
use plugsmith_harness::{Error, Host, Plugin, assert_outcome_snapshot, assert_trace_snapshot};

fn foreign(host: Host) -> Plugin {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/foreign-pdk");
    Plugin::load_in(plugsmith_harness::build(&folder).unwrap(), host).unwrap()
}

#[test]
fn one_that_exits_has_failed_with_its_code() {
    let exits = |code| {
        let module = format!(
            r#"(module (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
              (memory (export "memory") 1) (func (export "run") (call $exit (i32.const {code}))))"#
        );
        Plugin::load(module.as_bytes()).unwrap().call::<()>("run", "").result
    };
    assert_eq!(exits(0), Ok(()));
    insta::assert_snapshot!(exits(7).unwrap_err(), @"the plugin exited with code 7, by WASI's `proc_exit`, without setting an error");
}

#[test]
fn its_configuration_is_mocked() {
    assert_outcome_snapshot!(foreign(Host::new().config("user", "Ada")).call::<String>("greet", "Hello"), @r#"
    greet "Hello"
      config_get "user" -> "Ada"
    => "Hello, Ada!"
    "#);
    assert_outcome_snapshot!(foreign(Host::new()).call::<String>("greet", "Hello"), @r#"
    greet "Hello"
      config_get "user" -> none
    => "Hello, nobody!"
    "#);
}

#[test]
fn its_variables_are_traced_and_live_as_long_as_its_instance() {
    let mut plugin = foreign(Host::new());
    for _ in 0..4 {
        plugin.call::<String>("count", ()).unwrap();
    }
    assert_trace_snapshot!(plugin);
}

#[test]
fn its_requests_are_mocked() {
    let response = HttpResponse::new(201, "made").header("Content-Type", "text/plain");
    let mut plugin = foreign(Host::new().http("POST https://example.com/*", response));
    assert_outcome_snapshot!(plugin.call::<String>("fetch", "https://example.com/pages"), @r#"
    fetch "https://example.com/pages"
      http_request POST https://example.com/pages {Accept: "text/plain"} "the body" -> 201 "made"
    => "201 text/plain made"
    "#);
}

#[test]
fn an_unexpected_request_of_its_fails_the_test() {
    assert_outcome_snapshot!(foreign(Host::new()).call::<String>("fetch", "https://example.com/pages"), @r#"
    fetch "https://example.com/pages"
      http_request POST https://example.com/pages {Accept: "text/plain"} -> failed: unexpected
    => error: unexpected host call POST https://example.com/pages
    if it is expected, add to the host:
        .http("POST https://example.com/pages", HttpResponse::new(200, ".."))
    "#);
}

#[test]
fn its_host_functions_are_mocked_by_closures() {
    let host = Host::new()
        .host("stock", |_: String| b"12345".to_vec())
        // extism-pdk passes every argument in a block, a number as its bytes.
        .host("charge", |_: String, cents: Vec<u8>| format!(r#"{{"id":{},"paid":true}}"#, cents[0]))
        .host("note", |_: String| {});
    let mut plugin = foreign(host);
    let Json(receipt) = plugin.call::<Json<serde_json::Value>>("buy", "Ada").unwrap();
    assert_eq!(receipt, serde_json::json!({"id": 250, "paid": true}));
    assert_trace_snapshot!(plugin);
}

#[test]
fn an_unexpected_host_function_of_its_fails_the_test() {
    assert_outcome_snapshot!(foreign(Host::new()).call::<String>("buy", "Ada"), @r#"
    buy "Ada"
      stock "tea" -> failed: unexpected
    => error: unexpected host call stock("tea")
    if it is expected, add to the host:
        .functions(YourTraitHost::serve(YourMock))    where a #[host_functions] trait declares it, else
        .host("stock", |arg1: String| -> String { String::new() })
    "#);
}

#[test]
fn its_errors_are_its_own() {
    assert_outcome_snapshot!(foreign(Host::new()).call::<String>("fail", "dance"), @r#"
    fail "dance"
    => error: cannot dance
    "#);
}

#[test]
fn its_panics_are_traps_with_frames() {
    let outcome = foreign(Host::new()).call::<String>("panic", "way");
    let Err(Error::Trapped { panic: None, frames, .. }) = outcome.result else { panic!("{outcome:?}") };
    let names: Vec<&str> = frames.iter().map(|frame| frame.split(" at ").next().unwrap_or_default()).collect();
    insta::assert_snapshot!(names.join("\n"), @"
    inner
    panic
    ");
}
