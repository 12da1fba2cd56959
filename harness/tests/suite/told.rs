//! What traces, reports and messages tell: requests with their headers, names that are nearly right, snapshots by
//! the name of their test.

use std::time::Duration;

use plugsmith_harness::plugsmith::HttpResponse;
use plugsmith_harness::plugsmith::testing::{HttpFailure, HttpMatch};
use plugsmith_harness::{Error, Host, Missing, Plugin, assert_outcome_snapshot, assert_trace_snapshot};

use crate::guest::{load, plugin};

/// A guest that sends this request.
fn asks(request: &str) -> String {
    let (text, length) = (request.replace('"', "\\\""), request.len());
    format!(
        r#"(data (i32.const 0) "{text}") (func (export "run")
          (call $answer (call $http_request (call $block (i32.const 0) (i32.const {length})) (i64.const 0))))"#
    )
}

const REQUEST: &str = r#"{"method":"GET","url":"https://a.test/x","headers":{"accept":"text/plain","Authorization":"Bearer s3cret","X-Api-Key":"k"}}"#;

#[test]
fn headers_are_in_the_trace_without_what_they_keep_secret() {
    let host = Host::new().http("GET https://a.test/*", HttpResponse::new(200, "data"));
    let mut plugin = load(host, &asks(REQUEST)).unwrap();
    let outcome = plugin.call::<String>("run", "");
    assert_outcome_snapshot!(outcome, @r#"
    run
      http_request GET https://a.test/x {Authorization: [redacted], X-Api-Key: [redacted], accept: "text/plain"} -> 200 "data"
    => "data"
    "#);
    let requests = plugin.http_requests();
    assert_eq!((requests.len(), &*requests[0].headers["Authorization"]), (1, "Bearer s3cret"));
}

#[test]
fn a_request_without_the_header_that_the_mock_asks_for_is_unexpected() {
    let mock = HttpMatch::new("GET https://a.test/*").header("x-trace", "1");
    let host = Host::new().http(mock, HttpResponse::new(200, "data"));
    let outcome = load(host, &asks(REQUEST)).unwrap().call::<String>("run", "");
    insta::assert_snapshot!(outcome.result.unwrap_err(), @r#"
    unexpected host call GET https://a.test/x
    if it is expected, add to the host:
        .http("GET https://a.test/x", HttpResponse::new(200, ".."))
        but `GET https://a.test/*` asks for a header `x-trace`
    "#);
}

#[test]
fn a_server_that_never_answers_uses_up_the_timeout() {
    let host = || Host::new().http("GET https://a.test/*", HttpFailure::Timeout);
    let outcome = load(host().timeout(Duration::from_secs(5)), &asks(REQUEST)).unwrap().call::<String>("run", "");
    assert_eq!(outcome.result, Err(Error::TimedOut { milliseconds: 5000 }));
    let outcome = load(host(), &asks(REQUEST)).unwrap().call::<String>("run", "");
    insta::assert_snapshot!(outcome.result.unwrap_err(), @"timed out after 10000 ms");
}

#[test]
fn responses_in_sequence_are_given_in_turn() {
    let host =
        Host::new().http("GET https://a.test/*", [HttpResponse::new(503, "busy"), HttpResponse::new(200, "data")]);
    let mut plugin = load(host, &asks(REQUEST)).unwrap();
    let replies = [(); 2].map(|()| plugin.call::<String>("run", "").unwrap());
    assert_eq!(replies, ["busy", "data"]);
    assert!(matches!(
        plugin.call::<String>("run", "").result,
        Err(Error::UnexpectedHostCall { missing: Missing::Response, .. })
    ));
}

#[test]
fn a_wrong_mock_panics_in_the_test() {
    let place = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let seen = std::sync::Arc::clone(&place);
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        *seen.lock().unwrap() = info.location().map(|place| place.file().to_owned()).unwrap_or_default();
    }));
    let panicked = std::panic::catch_unwind(|| Host::new().http("https://a.test/", HttpResponse::new(200, "")));
    std::panic::set_hook(before);
    assert!(panicked.is_err());
    assert!(place.lock().unwrap().ends_with("told.rs"), "{place:?}");
}

#[test]
fn a_name_that_is_nearly_right_is_suggested() {
    let mut plugin = plugin(r#"(func (export "GREET")) (func (export "COUNT")) (func (export "LEAVE"))"#);
    let told = ["GRET", "grete", "CUONT", "OTHER"].map(|name| plugin.call::<()>(name, "").unwrap_err().to_string());
    insta::assert_snapshot!(told.join("\n"), @"
    no export `GRET`: did you mean `GREET`? there is `COUNT`, `GREET`, `LEAVE`
    no export `grete`: did you mean `GREET`? there is `COUNT`, `GREET`, `LEAVE`
    no export `CUONT`: did you mean `COUNT`? there is `COUNT`, `GREET`, `LEAVE`
    no export `OTHER`; there is `COUNT`, `GREET`, `LEAVE`
    ");
}

#[test]
fn a_command_is_found_in_whatever_case() {
    let record = r#"(@custom "plugsmith" "{\"kind\":\"command\",\"name\":\"LB.TOP\",\"arity\":1}\n")
      (data (i32.const 0) "+PONG\0d\0a") (func (export "LB.TOP") (call $answer (call $block (i32.const 0) (i32.const 7))))"#;
    let outcome = plugin(record).command("lb.top", ());
    insta::assert_snapshot!(outcome.report(), @"
    lb.top succeeded
      => PONG
      again with:
        cargo plugsmith run plugin.wasm lb.top
    ");
}

#[test]
fn a_proposal_that_extism_does_not_run_is_named() {
    let wasm = wat::parse_str("(module (tag $t) (func (export \"run\") (throw $t)))").unwrap();
    insta::assert_snapshot!(Plugin::load(wasm).unwrap_err(), @r#"not a valid plugin: it uses the wasm proposal exception-handling, which Extism does not run: build it without exceptions: with `panic = "abort"`, with `-fno-wasm-exceptions`, without the target feature `exception-handling`"#);
}

/// Takes two snapshots for whichever test calls it.
fn check(plugin: &mut Plugin) {
    plugin.call::<()>("run", "").unwrap();
    assert_trace_snapshot!(plugin);
    assert_trace_snapshot!(plugin, suffix = "again");
    assert_trace_snapshot!(plugin);
}

#[test]
fn a_snapshot_of_a_helper_has_the_tests_name() {
    check(&mut plugin(r#"(func (export "run"))"#));
}

#[test]
fn a_snapshot_of_a_helper_has_another_tests_name() {
    let mut plugin = plugin(r#"(func (export "run") (call $log_info (call $block (i32.const 0) (i32.const 1))))"#);
    check(&mut plugin);
    assert_trace_snapshot!(plugin, name = "a_name_of_its_own");
}

#[test]
fn the_call_is_made_again_with_the_limits_and_the_values_of_its_host() {
    let host = Host::new().kv("words", "a b").var("n", "1").clock(Duration::from_secs(7)).fuel(1000).memory_pages(64);
    let outcome = load(host.timeout(Duration::from_secs(2)), r#"(func (export "run"))"#).unwrap().call::<()>("run", "");
    insta::assert_snapshot!(outcome.report(), @r#"
    run succeeded
      => nothing
      again with:
        cargo plugsmith call --var n=1 --kv 'words=a b' --clock 7 --fuel 1000 --memory-pages 64 --timeout-ms 2000 plugin.wasm run
    "#);
}
