//! The built plugin, in the harness: one trace for each feature.

use extism_tour::{KeyValueStore, KeyValueStoreHost, Request, Response};
use plugsmith_harness::plugsmith::{HttpResponse, Json};
use plugsmith_harness::{Host, assert_outcome_snapshot, assert_trace_snapshot, plugin};

#[test]
fn greets_the_configured_user() {
    assert_outcome_snapshot!(plugin!(Host::new().config("user", "Ada")).call::<String>("greet", ()));
}

#[test]
fn refuses_to_greet_nobody() {
    assert_outcome_snapshot!(plugin!().call::<String>("greet", ()));
}

#[test]
fn counts_as_long_as_the_instance_lives() {
    let mut plugin = plugin!(Host::new().var("count", "41"));
    plugin.call::<String>("count", ()).unwrap();
    plugin.call::<String>("count", ()).unwrap();
    plugin.restart().unwrap();
    plugin.call::<String>("count", ()).unwrap();
    assert_trace_snapshot!(plugin);
}

#[test]
fn refuses_to_count_from_what_is_no_integer() {
    assert_outcome_snapshot!(plugin!(Host::new().var("count", "many")).call::<String>("count", ()));
}

#[test]
fn fetches_the_data() {
    let host = Host::new().http("GET https://api.example.com/*", HttpResponse::new(200, r#"{"data":[1,2]}"#));
    assert_outcome_snapshot!(plugin!(host).call::<String>("fetch", ()));
}

#[test]
fn a_status_other_than_200_is_an_error() {
    let host = Host::new().http("GET https://api.example.com/data", HttpResponse::new(503, "busy"));
    assert_outcome_snapshot!(plugin!(host).call::<String>("fetch", ()));
}

#[test]
fn an_unexpected_request_fails_with_the_line_to_add() {
    assert_outcome_snapshot!(plugin!().call::<String>("fetch", ()));
}

#[test]
fn reads_my_key_through_its_own_host_function() {
    struct OneKey;
    impl KeyValueStore for OneKey {
        fn kv_read(&self, key: &str) -> Option<Vec<u8>> {
            (key == "my-key").then(|| b"from a mock".to_vec())
        }
    }
    let host = Host::new().functions(KeyValueStoreHost::serve(OneKey));
    assert_outcome_snapshot!(plugin!(host).call::<String>("process", ()));
}

#[test]
fn a_key_is_absent_or_present() {
    let mut plugin = plugin!();
    plugin.call::<String>("process", ()).unwrap();
    plugin.call::<String>("replace", "value").unwrap();
    plugin.call::<String>("process", ()).unwrap();
    plugin.call::<String>("replace", "other").unwrap();
    assert_eq!(plugin.kv("my-key").as_deref(), Some(&b"other"[..]));
    assert_trace_snapshot!(plugin);
}

#[test]
fn an_error_reaches_the_host() {
    let mut plugin = plugin!();
    plugin.call::<String>("square", "12").unwrap();
    for number in ["twelve", "9000000000"] {
        plugin.call::<String>("square", number).unwrap_err();
    }
    assert_trace_snapshot!(plugin);
}

#[test]
fn a_bug_reaches_the_host_with_its_line() {
    assert_outcome_snapshot!(
        plugin!().call::<String>("third", "one,two"),
        redact = [(r"lib\.rs:\d+", "lib.rs:[line]")]
    );
}

#[test]
fn json_is_handled() {
    let request = Request { name: "Ada".into() };
    let Json(response) = plugin!().call::<Json<Response>>("handle", Json(request)).unwrap();
    assert_eq!(response, Response { message: "Hello, Ada".into() });
}

#[test]
fn what_is_no_request_is_refused() {
    assert_outcome_snapshot!(plugin!().call::<String>("handle", r#"{"nmae":"Ada"}"#));
}

#[test]
fn logs_are_captured() {
    let mut plugin = plugin!();
    plugin.call::<()>("announce", "An info message").unwrap();
    plugin.call::<()>("announce", "").unwrap();
    assert_trace_snapshot!(plugin);
}
