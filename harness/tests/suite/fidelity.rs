//! Each mock beside Extism's own function: what the one answers, the other answers, too.

use extism::{Manifest, PluginBuilder, Wasm};
use plugsmith_harness::plugsmith::HttpResponse;
use plugsmith_harness::{Error, Host, Plugin};

/// Texts at fixed places, and the functions that both hosts run.
const PARTS: &str = r#"
    (data (i32.const 0) "key") (data (i32.const 16) "absent") (data (i32.const 32) "\ff\fe")
    (data (i32.const 48) "sorry")
    (func $key (result i64) (call $block (i32.const 0) (i32.const 3)))
    (func $absent (result i64) (call $block (i32.const 16) (i32.const 6)))
    (func $broken (result i64) (call $block (i32.const 32) (i32.const 2)))
    ;; The bytes of a number.
    (func $number (param $n i64) (local $b i64)
      (local.set $b (call $alloc (i64.const 8)))
      (call $store_u64 (local.get $b) (local.get $n))
      (call $answer (local.get $b)))
    (func (export "config") (call $answer (call $config_get (call $key))))
    (func (export "config absent") (call $number (call $config_get (call $absent))))
    (func (export "config of nothing") (call $number (call $config_get (i64.const 0))))
    (func (export "config of junk") (call $number (call $config_get (i64.const 12345))))
    (func (export "config of no text") (call $number (call $config_get (call $broken))))
    (func (export "config frees its key") (local $b i64)
      (local.set $b (call $key)) (drop (call $config_get (local.get $b)))
      (call $number (call $length (local.get $b))))
    (func (export "var") (call $var_set (call $key) (call $absent)) (call $answer (call $var_get (call $key))))
    (func (export "var kept") (call $answer (call $var_get (call $key))))
    (func (export "var of nothing") (call $var_set (i64.const 0) (call $key)) (call $answer (call $var_get (i64.const 0))))
    (func (export "var of junk") (call $var_set (call $key) (i64.const 12345)))
    (func (export "var of no text") (call $var_set (call $broken) (call $key)))
    (func (export "var frees both") (local $k i64) (local $v i64)
      (local.set $k (call $key)) (local.set $v (call $absent))
      (call $var_set (local.get $k) (local.get $v))
      (call $number (i64.add (call $length (local.get $k)) (call $length (local.get $v)))))
    (func (export "var removed") (call $var_set (call $key) (i64.const 0)) (call $number (call $var_get (call $key))))
    (func (export "var too large") (call $var_set (call $key) (call $alloc (i64.const 1048576))))
    (func (export "var just fits") (call $var_set (call $key) (call $alloc (i64.const 1048525)))
      (call $number (call $length (call $var_get (call $key)))))
    (func (export "var counts the old value") (call $var_set (call $key) (call $alloc (i64.const 600000)))
      (call $var_set (call $key) (call $alloc (i64.const 600000))))
    (func (export "log frees its line") (local $b i64)
      (local.set $b (call $key)) (call $log_info (local.get $b)) (call $number (call $length (local.get $b))))
    (func (export "log nothing") (call $log_info (i64.const 0)))
    (func (export "status before") (call $number (i64.extend_i32_u (call $http_status_code))))
    (func (export "no request") (drop (call $http_request (call $key) (i64.const 0))))
    (func (export "request of nothing") (drop (call $http_request (i64.const 0) (i64.const 0))))
    (func (export "error and no code") (call $error_set (call $block (i32.const 48) (i32.const 5))))
    (func (export "error and a code") (result i32) (call $error_set (call $block (i32.const 48) (i32.const 5))) (i32.const 1))
    (func (export "error taken back") (call $error_set (call $key)) (call $error_set (i64.const 0)))
    (func (export "error of no text") (call $error_set (call $broken)))
    (func (export "code 7") (result i32) (i32.const 7))
    (func (export "output of nothing") (call $output_set (i64.const 0) (i64.const 0)))
    (func (export "output kept") (call $answer (call $key)) (call $output_set (i64.const 0) (i64.const 0)))
    (func (export "output changed later") (local $b i64)
      (local.set $b (call $key)) (call $answer (local.get $b)) (call $store_u8 (local.get $b) (i32.const 75)))
    (func (export "output freed") (local $b i64)
      (local.set $b (call $key)) (call $answer (local.get $b)) (call $free (local.get $b)))
    (func (export "part of the input") (call $output_set (i64.add (call $input_offset) (i64.const 1)) (i64.const 2)))
    (func (export "out of memory") (drop (call $alloc (i64.const 200000000))))"#;

#[test]
fn every_mock_answers_as_extism_does() {
    // Extism has nothing behind `charge`, and no URL to request.
    let module = crate::guest::with_kernel(PARTS);
    let module = String::from_utf8(module).unwrap();
    let module = wat::parse_str(module.lines().filter(|line| !line.contains("$charge")).collect::<Vec<_>>().join("\n"));
    let module = module.unwrap();
    let names: Vec<String> = Plugin::load(module.clone()).unwrap().module().callable().map(str::to_owned).collect();
    let manifest = Manifest::new([Wasm::data(module.clone())]).with_memory_max(2048).with_config_key("key", "value");
    let real = PluginBuilder::new(manifest).with_cache_disabled().compile().unwrap();
    let mut differences = Vec::new();
    for name in &names {
        let mut real = extism::Plugin::new_from_compiled(&real).unwrap();
        let mut ours = Plugin::load_in(module.clone(), Host::new().config("key", "value")).unwrap();
        // Twice, for what stays between calls.
        for _ in 0..2 {
            let real = real.call::<&str, Vec<u8>>(name, "input").map_err(|error| error.root_cause().to_string());
            let ours = ours.call::<Vec<u8>>(name, "input").result;
            match (&real, &ours) {
                (Ok(real), Ok(ours)) if real == ours => {}
                (Err(real), Err(Error::Plugin { message })) if real == message => {}
                _ => differences.push(format!(
                    "{name}\n  extism: {}\n  ours:   {}",
                    real.map_or_else(|error| format!("error: {error}"), |output| format!("{output:?}")),
                    ours.map_or_else(|error| format!("{}: {error}", error.kind()), |output| format!("{output:?}")),
                )),
            }
        }
    }
    differences.dedup();
    // All that differs is how a failure is told, and that the harness insists on what a host without
    // a subscriber for its log does not look at.
    insta::assert_snapshot!(differences.join("\n"), @"
    code 7
      extism: error: Returned non-zero exit code: 7
      ours:   plugin: returned 7 without setting an error
    config of junk
      extism: error: invalid handle offset for config key: 12345
      ours:   host_failed: host function `config_get` failed: invalid memory offset: 12345 is no block
    config of no text
      extism: error: invalid utf-8 sequence of 1 bytes from index 0
      ours:   host_failed: host function `config_get` failed: invalid utf-8 sequence of 1 bytes from index 0
    no request
      extism: error: expected value at line 1 column 1
      ours:   host_failed: host function `http_request` failed: no HTTP request: expected value at line 1 column 1
    out of memory
      extism: error: oom
      ours:   out_of_memory: out of memory: more than 2048 pages of 64 KiB
    request of nothing
      extism: error: EOF while parsing a value at line 1 column 0
      ours:   host_failed: host function `http_request` failed: no HTTP request: EOF while parsing a value at line 1 column 0
    var counts the old value
      extism: error: Variable store is full
      ours:   host_failed: host function `var_set` failed: Variable store is full
    var just fits
      extism: error: Variable store is full
      ours:   host_failed: host function `var_set` failed: Variable store is full
    var of junk
      extism: error: invalid handle offset for var value: 12345
      ours:   host_failed: host function `var_set` failed: invalid memory offset: 12345 is no block
    var of no text
      extism: error: invalid utf-8 sequence of 1 bytes from index 0
      ours:   host_failed: host function `var_set` failed: invalid utf-8 sequence of 1 bytes from index 0
    var too large
      extism: error: Variable store is full
      ours:   host_failed: host function `var_set` failed: Variable store is full
    ");
}

/// Requests `GET https://example.com/` and answers with the body.
const FETCH: &str = r#"
    (data (i32.const 0) "{\"url\":\"https://example.com/\",\"method\":\"get\"}")
    (func $fetch (result i64) (call $http_request (call $block (i32.const 0) (i32.const 45)) (i64.const 0)))
    (func (export "body") (call $answer (call $fetch)))
    (func (export "headers") (drop (call $fetch)) (call $answer (call $http_headers)))"#;

fn fetch(host: Host, function: &str) -> Result<String, Error> {
    crate::guest::load(host, FETCH).unwrap().call::<String>(function, "").result
}

#[test]
fn a_response_may_not_be_larger_than_the_limit() {
    let host = |limit| Host::new().http_response_bytes(limit).http("GET https://*", HttpResponse::new(200, "12345"));
    assert_eq!(fetch(host(5), "body").unwrap(), "12345");
    insta::assert_snapshot!(fetch(host(4), "body").unwrap_err(), @"host function `http_request` failed: HTTP response exceeds the configured maximum number of bytes: 4");
    let large = Host::new().http("GET https://*", HttpResponse::new(200, vec![b'x'; 50 * 1024 * 1024 + 1]));
    insta::assert_snapshot!(fetch(large, "body").unwrap_err(), @"host function `http_request` failed: HTTP response exceeds the configured maximum number of bytes: 52428800");
}

#[test]
fn the_names_of_headers_arrive_in_lower_case() {
    let mut response = HttpResponse::new(200, "");
    response.headers.insert("Content-Type".to_owned(), "text/plain".to_owned());
    response.headers.insert("X-Name".to_owned(), "Zoë".to_owned());
    insta::assert_snapshot!(fetch(Host::new().http("GET https://*", response), "headers").unwrap(), @r#"{"content-type":"text/plain"}"#);
}

#[test]
fn requests_that_no_host_makes_fail() {
    let requests = [
        r#"{"url":"example.com"}"#,
        r#"{"url":"ftp://example.com/"}"#,
        r#"{"url":"https:///path"}"#,
        r#"{"url":"https://example.com/","method":"GE T"}"#,
        r#"{"url":"https://example.com/","headers":{"a b":"c"}}"#,
        r#"{"url":"https://example.com/","headers":{"a":"b\r\nc: d"}}"#,
        r#"{"method":"GET"}"#,
    ];
    let errors: Vec<String> = requests
        .iter()
        .map(|request| {
            let parts = format!(
                "(data (i32.const 0) \"{}\") (func (export \"run\") (drop (call $http_request (call $block (i32.const 0) (i32.const {})) (i64.const 0))))",
                request.replace('\\', "\\\\").replace('"', "\\\""),
                request.len()
            );
            let host = Host::new().http("* *", HttpResponse::new(200, "")).http("GET *", HttpResponse::new(200, ""));
            crate::guest::load(host, &parts).unwrap().call::<()>("run", "").unwrap_err().to_string()
        })
        .collect();
    insta::assert_snapshot!(errors.join("\n"), @r#"
    host function `http_request` failed: invalid URL "example.com": a host requests http:// and https:// only
    host function `http_request` failed: invalid URL "ftp://example.com/": a host requests http:// and https:// only
    host function `http_request` failed: invalid URL "https:///path": invalid format: a URL has a host's name, and a space in it is %20
    host function `http_request` failed: invalid HTTP method "GE T": HTTP/1.1 has GET, HEAD, POST, PUT, DELETE, CONNECT, OPTIONS, TRACE, PATCH
    host function `http_request` failed: invalid HTTP header name "a b"
    host function `http_request` failed: invalid HTTP header value "b\r\nc: d"
    host function `http_request` failed: no HTTP request: missing field `url` at line 1 column 16
    "#);
}
