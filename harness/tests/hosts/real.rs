//! Hosts that go by a real one's name are no kinder than it.

use plugsmith_harness::hosts::extism::{self, Manifest, Wasm};
use plugsmith_harness::hosts::profile;
use plugsmith_harness::plugsmith::HttpResponse;
use plugsmith_harness::{Error, Host, Plugin};

use crate::guest::GUEST;

/// The guest in the host that `hosts!` makes for this word.
fn guest(word: &str, host: Host) -> Plugin {
    Plugin::load_in(GUEST.as_bytes(), profile(word).unwrap().host(host)).unwrap()
}

const REQUEST: &str = r#"{"url":"https://api.example.com/"}"#;

fn answering() -> Host {
    Host::new().http("GET https://*", HttpResponse::new(200, "page").header("x-a", "1"))
}

#[test]
fn no_host_is_allowed_that_the_test_does_not_name() {
    let mut told = String::new();
    for word in ["extism", "query", "ferrite", "peers"] {
        let fetch = |host| guest(word, host).call::<String>("fetch", REQUEST).result;
        let denied = fetch(answering()).unwrap_err();
        let allowed = fetch(answering().allowed_hosts(["*.example.com"])).unwrap();
        told.push_str(&format!("{word}: {denied}\n{word}: {allowed}\n"));
    }
    insta::assert_snapshot!(told, @r#"
    extism: host function `http_request` failed: HTTP request to https://api.example.com/ is not allowed: `api.example.com` is none of allowed_hosts []; allow it with "allowed_hosts": ["api.example.com"] in the manifest or the options, or `.allowed_hosts(["api.example.com"])` on the `Host`
    extism: page
    query: host function `http_request` failed: HTTP request to https://api.example.com/ is not allowed: `api.example.com` is none of allowed_hosts []; allow it with "allowed_hosts": ["api.example.com"] in the manifest or the options, or `.allowed_hosts(["api.example.com"])` on the `Host`
    query: page
    ferrite: host function `http_request` failed: HTTP request to https://api.example.com/ is not allowed: `api.example.com` is none of allowed_hosts []; allow it with "allowed_hosts": ["api.example.com"] in the manifest or the options, or `.allowed_hosts(["api.example.com"])` on the `Host`
    ferrite: page
    peers: host function `http_request` failed: HTTP request to https://api.example.com/ is not allowed: `api.example.com` is none of allowed_hosts []; allow it with "allowed_hosts": ["api.example.com"] in the manifest or the options, or `.allowed_hosts(["api.example.com"])` on the `Host`
    peers: page
    "#);
}

#[test]
fn headers_of_responses_are_kept_back_until_the_test_asks_for_them() {
    let manifest = Manifest::new([Wasm::data(GUEST.as_bytes())]).with_allowed_host("*");
    let headers = |mut plugin: Plugin| plugin.call::<String>("fetch_headers", REQUEST).unwrap();
    let asked = || answering().allowed_hosts(["*"]);
    let told = [
        headers(extism::load(&manifest, answering()).unwrap()),
        headers(extism::load(&manifest, answering().response_headers()).unwrap()),
        headers(guest("extism", asked())),
        headers(guest("extism", asked().response_headers())),
        // Query has no way to ask.
        headers(guest("query", asked().response_headers())),
    ];
    assert_eq!(told, ["", r#"{"x-a":"1"}"#, "", r#"{"x-a":"1"}"#, ""]);
}

#[test]
fn query_passes_text_alone() {
    let call = |word: &str, function: &str, input: &[u8]| {
        guest(word, Host::new()).call::<Vec<u8>>(function, input.to_vec()).result.map_err(|error| error.to_string())
    };
    assert_eq!(call("extism", "not_text", b""), Ok(vec![0xff, 0xfe]));
    assert_eq!(call("extism", "echo", b"a\xff"), Ok(b"a\xff".to_vec()));
    insta::assert_snapshot!(
        [call("query", "not_text", b"").unwrap_err(), call("query", "echo", b"a\xff").unwrap_err()].join("\n"), @"
    bad output of `not_text`: the output is not UTF-8 at byte 0
    bad input of `echo`: the host passes text only, and the input is not UTF-8 at byte 1: encode it, such as in base64
    "
    );
}

/// The runtime itself refuses each of these, called or not.
#[test]
fn an_import_that_nothing_answers_does_not_load() {
    let mut told = String::new();
    for import in [
        r#""extism:host/user" "charge" (func (param i64 i32 f64) (result i64))"#,
        r#""env" "abort" (func (param i32 i32 i32 i32))"#,
        r#""extism:host/user" "call_plugin" (func (param i64 i64 i64) (result i64))"#,
    ] {
        let wat = format!("(module (import {import}) (func (export \"run\")))");
        let manifest = Manifest::new([Wasm::data(wat.as_bytes())]);
        assert!(::extism::Plugin::new(&manifest, [], true).is_err(), "{import}");
        let error = extism::load(&manifest, Host::new()).unwrap_err();
        let in_profile = Plugin::load_in(wat.as_bytes(), profile("extism").unwrap().host(Host::new()));
        assert_eq!(in_profile.unwrap_err(), error);
        // The host of no name leaves it to the call.
        Plugin::load(wat.as_bytes()).unwrap();
        told.push_str(&format!("{error}\n"));
    }
    insta::assert_snapshot!(told, @r#"
    the host has no `extism:host/user.charge`, which the artifact imports, and nothing answers; remove the import, or, if the real host has it, add to the host: .host("charge", |arg1: String, arg2: i32, arg3: f64| -> String { String::new() })
    the host has no `env.abort`, which the artifact imports, as AssemblyScript's do unless they are built with `asc --use abort=FILE/myAbort`; do so, or, if the real host has it, add to the host: .host("abort", |arg1: i32, arg2: i32, arg3: i32, arg4: i32| {})
    the host has no `extism:host/user.call_plugin`, which the artifact imports, and it has no plugins to load; add to the host: .plugin("NAME", "path/to/plugin.wasm")
    "#);
}

#[test]
fn the_line_of_the_failure_makes_it_load() {
    let wat = br#"(module (import "extism:host/user" "charge" (func (param i64 i32 f64) (result i64))) (func (export "run")))"#;
    let host = Host::new().host("charge", |_arg1: String, _arg2: i32, _arg3: f64| -> String { String::new() });
    let mut plugin = extism::load(&Manifest::new([Wasm::data(&wat[..])]), host).unwrap();
    plugin.call::<()>("run", "").unwrap();
}

/// What Extism's own type and its client refuse (extism 1.30, measured).
#[test]
fn a_request_that_the_runtime_refuses_is_refused() {
    let requests = [
        r#"{"url": "https://a.com/", "header": {"a": "b"}}"#,
        r#"{"url": "https://a.com/", "body": "x"}"#,
        r#"{"url": "https://a.com/", "headers": null}"#,
        r#"{"url": "https://a.com/a b"}"#,
        r#"{"url": " https://a.com/"}"#,
        r#"{"url": "file:///etc/passwd"}"#,
        r#"{"url": "https:///path"}"#,
        r#"{"url": "https://a.com/", "headers": {"a b": "c"}}"#,
        r#"{"url": "https://a.com/", "headers": {"a": "c\n"}}"#,
        r#"{"url": "https://a.com/", "method": ""}"#,
        r#"{"url": "https://a.com/", "method": "FOO"}"#,
    ];
    let mut plugin =
        Plugin::load_in(GUEST.as_bytes(), Host::new().http("GET *", HttpResponse::new(200, "page"))).unwrap();
    let mut told = String::new();
    for request in requests {
        let Error::HostFailed { message, .. } = plugin.call::<String>("fetch", request).unwrap_err() else {
            panic!("{request}")
        };
        told.push_str(&format!("{request}\n  {message}\n"));
    }
    insta::assert_snapshot!(told);
    for request in [
        r#"{"url": "https://a.com/\u00e4", "method": "get"}"#,
        r#"{"url": "https://u:p@a.com:8/", "headers": {"a": "\u00e4"}}"#,
    ] {
        assert_eq!(plugin.call::<String>("fetch", request).unwrap(), "page");
    }
}
