//! Guests that lie, loop and eat: each ends in an error that says so, and the host goes on.

use std::time::Duration;

use plugsmith_harness::TraceEvent as Event;
use plugsmith_harness::hosts::orbis::{App, Limits, Orbis};
use plugsmith_harness::plugsmith::HttpResponse;
use plugsmith_harness::{Error, assert_outcome_snapshot};
use serde_json::json;

use crate::guest::{ALL, documented, load, run};

#[test]
fn an_endless_loop_runs_out_of_fuel() {
    let mut app = documented(r#"(func (export "run") (param i32 i32) (result i32) (loop (br 0)) (i32.const 0))"#);
    let outcome = run(&mut app);
    assert!(outcome.fuel >= 4_999_000, "{}", outcome.fuel);
    assert_eq!(outcome.unwrap_err(), Error::HostLimit { what: "units of fuel".to_owned(), limit: 5_000_000 });
}

#[test]
fn an_endless_loop_is_a_500_for_the_client() {
    let mut app = documented(r#"(func (export "run") (param i32 i32) (result i32) (loop (br 0)) (i32.const 0))"#);
    let response = app.get("/run").send().response();
    insta::assert_snapshot!(format!("{} {}", response.status, response.body), @r#"500 {"error":{"code":"PLUGIN_ERROR","message":"more than 5000000 units of fuel in one call, which is all that the host gives: do less in one call"},"success":false}"#);
}

#[test]
fn recursion_without_end_traps() {
    let mut app = documented(
        r#"(func $deep (export "run") (param i32 i32) (result i32) (call $deep (local.get 0) (local.get 1)))"#,
    );
    assert_outcome_snapshot!(app.handle("run", 1), @"
    run 1
    => error: trapped: call stack exhausted
    ");
}

#[test]
fn memory_beyond_16_mib_is_refused() {
    let mut app = documented(
        r#"(func (export "run") (param i32 i32) (result i32)
        (if (i32.ne (memory.grow (i32.const 254)) (i32.const 2)) (then unreachable))
        (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then unreachable))
        (i32.const 0))"#,
    );
    let outcome = run(&mut app);
    assert_eq!((outcome.pages, outcome.unwrap_err()), (256, Error::OutOfMemory { pages: 256 }));
}

/// What fuel hardly counts ends by the clock; before, it ran for minutes.
#[test]
fn filling_memory_without_end_ends_when_its_time_is_over() {
    let mut app = documented(
        r#"(func (export "run") (param i32 i32) (result i32)
        (drop (memory.grow (i32.const 250)))
        (loop (memory.fill (i32.const 0) (i32.const 0) (i32.const 16000000)) (br 0)) (i32.const 0))"#,
    );
    assert_eq!(run(&mut app).unwrap_err(), Error::TimedOut { milliseconds: 5000 });
}

#[test]
fn a_start_function_that_fills_memory_without_end_ends_when_its_time_is_over() {
    let module = r#"(module (memory (export "memory") 250)
        (func $start (loop (memory.fill (i32.const 0) (i32.const 0) (i32.const 16000000)) (br 0))) (start $start)
        (func (export "allocate") (param i32) (result i32) (i32.const 0))
        (func (export "run") (param i32 i32) (result i32) (i32.const 0))
        (@custom "manifest" "{\"name\": \"a\", \"version\": \"1.0.0\"}"))"#;
    let limits = Limits { time: Duration::from_millis(100), ..Limits::default() };
    let mut app = Orbis::as_shipped().limits(limits).load(module.as_bytes()).unwrap();
    assert_eq!(run(&mut app).unwrap_err(), Error::TimedOut { milliseconds: 100 });
}

#[test]
fn all_memories_of_a_plugin_have_one_limit() {
    let module = r#"(module (memory (export "memory") 100) (memory 100) (memory $third 1)
        (func (export "allocate") (param i32) (result i32) (i32.const 0))
        (func (export "run") (param i32 i32) (result i32) 
          (if (i32.eq (memory.grow $third (i32.const 99)) (i32.const -1)) (then unreachable)) (i32.const 0))
        (@custom "manifest" "{\"name\": \"a\", \"version\": \"1.0.0\"}"))"#;
    let mut app = Orbis::as_shipped().load(module.as_bytes()).unwrap();
    assert_eq!(run(&mut app).unwrap_err(), Error::OutOfMemory { pages: 256 });
}

#[test]
fn a_plugin_that_starts_with_too_much_memory_does_not_run() {
    let module = r#"(module (memory (export "memory") 257)
        (func (export "allocate") (param i32) (result i32) (i32.const 0))
        (func (export "run") (param i32 i32) (result i32) (i32.const 0))
        (@custom "manifest" "{\"name\": \"a\", \"version\": \"1.0.0\"}"))"#;
    let mut app = Orbis::as_shipped().load(module.as_bytes()).unwrap();
    assert_eq!(run(&mut app).unwrap_err(), Error::OutOfMemory { pages: 256 });
}

#[test]
fn an_answer_beyond_the_memory_is_told() {
    let answers = [
        ("pointer", "(i32.const -8)"),
        ("prefix", "(i32.const 131070)"),
        ("length", "(i32.store (i32.const 16) (i32.const -1)) (i32.const 16)"),
        ("just beyond", "(i32.store (i32.const 16) (i32.const 131053)) (i32.const 16)"),
        ("no JSON", "(i32.store (i32.const 16) (i32.const 3)) (i32.const 16)"),
    ];
    let told = answers.map(|(name, answer)| {
        let mut app = documented(&format!(r#"(func (export "run") (param i32 i32) (result i32) {answer})"#));
        format!("{name}: {}", run(&mut app).unwrap_err())
    });
    insta::assert_snapshot!(told.join("\n"), @r#"
    pointer: bad output of `run`: its answer at 4294967288 is no length and so many bytes: its length: 4 bytes at 4294967288 reach beyond the memory of 131072 bytes
    prefix: bad output of `run`: its answer at 131070 is no length and so many bytes: its length: 4 bytes at 131070 reach beyond the memory of 131072 bytes
    length: bad output of `run`: its answer at 16 is no length and so many bytes: 4294967295 bytes at 20 reach beyond the memory of 131072 bytes
    just beyond: bad output of `run`: its answer at 16 is no length and so many bytes: 131053 bytes at 20 reach beyond the memory of 131072 bytes
    no JSON: bad output of `run`: its answer is no JSON (expected value at line 1 column 1): "\0\0\0"
    "#);
}

#[test]
fn json_that_is_nested_without_end_is_told() {
    let mut app = documented(
        r#"(func (export "run") (param i32 i32) (result i32)
        (memory.fill (i32.const 4100) (i32.const 91) (i32.const 5000))
        (i32.store (i32.const 4096) (i32.const 5000))
        (i32.const 4096))"#,
    );
    let error = run(&mut app).unwrap_err().to_string();
    assert!(error.starts_with("bad output of `run`: its answer is no JSON (recursion limit exceeded"), "{error}");
}

#[test]
fn arguments_beyond_the_memory_are_refused_and_the_plugin_runs_on() {
    let mut app = documented(
        r#"
        (data (i32.const 8) "\04\00\00\00true")
        (func (export "run") (param i32 i32) (result i32)
          (drop (call $state_get (i32.const -1) (i32.const 2)))
          (drop (call $state_set (i32.const 0) (i32.const 1) (i32.const 131071) (i32.const 2)))
          (drop (call $state_get (i32.const 0) (i32.const -1)))
          (drop (call $db_query (i32.const 0) (i32.const -1) (i32.const 0) (i32.const -1)))
          (call $log (i32.const 0) (i32.const -1) (i32.const -1))
          (i32.const 8))"#,
    );
    assert_outcome_snapshot!(run(&mut app), @r#"
    run {}
      state_get -> failed: 2 bytes at 4294967295 reach beyond the memory of 131072 bytes
      state_set "\0" -> failed: 2 bytes at 131071 reach beyond the memory of 131072 bytes
      state_get -> failed: 4294967295 bytes at 0 reach beyond the memory of 131072 bytes
      db_query -> failed: 4294967295 bytes at 0 reach beyond the memory of 131072 bytes
      log -> failed: 4294967295 bytes at 4294967295 reach beyond the memory of 131072 bytes
    => true
    "#);
}

#[test]
fn host_calls_beyond_the_limit_fail_and_the_plugin_runs_on() {
    let mut app = documented(
        r#"
        (data (i32.const 8) "\04\00\00\00true")
        (func (export "run") (param i32 i32) (result i32) (local $n i32)
          (loop $again
            (drop (call $state_set (i32.const 12) (i32.const 1) (i32.const 12) (i32.const 4)))
            (local.set $n (i32.add (local.get $n) (i32.const 1)))
            (br_if $again (i32.lt_u (local.get $n) (i32.const 10000))))
          (if (call $state_set (i32.const 13) (i32.const 1) (i32.const 12) (i32.const 4)) (then unreachable))
          (i32.const 8))"#,
    );
    assert_eq!(run(&mut app).unwrap(), json!(true));
    assert_eq!((app.state("t"), app.state("r")), (Some(json!(true)), None));
}

#[test]
fn host_calls_after_the_time_limit_fail_and_the_plugin_runs_on() {
    let body = r#"
        (data (i32.const 8) "\04\00\00\00true")
        (func (export "run") (param i32 i32) (result i32)
          (if (call $state_set (i32.const 12) (i32.const 1) (i32.const 12) (i32.const 4)) (then unreachable))
          (call $log (i32.const 2) (i32.const 12) (i32.const 4))
          (if (i32.ne (call $db_execute (i32.const 12) (i32.const 4) (i32.const 12) (i32.const 4)) (i32.const -1)) (then unreachable))
          (i32.const 8))"#;
    let host = Orbis::as_documented().limits(Limits { time: Duration::ZERO, ..Limits::default() });
    assert_outcome_snapshot!(run(&mut load(host, body, ALL).unwrap()), @"
    run {}
      state_set -> failed: more than 0ns in one call
      log -> failed: more than 0ns in one call
      db_execute -> failed: more than 0ns in one call
    => true
    ");
    assert_eq!(Limits::default().time, Duration::from_secs(5));
}

#[test]
fn a_flood_of_long_lines_is_cut() {
    let lines = |count: u32| {
        let mut app = documented(&format!(
            r#"(func (export "run") (param i32 i32) (result i32) (local $n i32)
              (drop (memory.grow (i32.const 16)))
              (loop $again
                (call $log (i32.const 2) (i32.const 0) (i32.const 1048576))
                (local.set $n (i32.add (local.get $n) (i32.const 1)))
                (br_if $again (i32.lt_u (local.get $n) (i32.const {count}))))
              (i32.const 0))"#
        ));
        run(&mut app)
    };
    // 16 from the start, and the last one.
    let outcome = lines(40);
    let left_out: Vec<_> = outcome.events.iter().filter(|event| matches!(event, Event::LeftOut(_))).collect();
    assert_eq!((outcome.logs().len(), left_out), (17, vec![&Event::LeftOut(23)]));
}

/// Writes one key, or emits one event, of so many commas in a list, and so on under another name.
const KEEPS: &str = r#"
    (data (i32.const 8) "\04\00\00\00true")
    (func $fill (param $element i32) (param $length i32)
      (drop (memory.grow (i32.const 128)))
      (memory.fill (i32.const 65536) (local.get $element) (local.get $length))
      (i32.store8 (i32.const 65536) (i32.const 49)))
    (func (export "text") (param i32 i32) (result i32) (local $n i32)
      (call $fill (i32.const 32) (i32.const 8000000))
      (loop $again
        (if (i32.eqz (call $state_set (i32.const 12) (i32.const 1) (i32.const 65536) (i32.const 8000000))) (then unreachable))
        (if (i32.eqz (call $emit_event (i32.const 12) (i32.const 1) (i32.const 65536) (i32.const 8000000))) (then unreachable))
        (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 9))))
      (i32.const 8))
    (func (export "elements") (param i32 i32) (result i32)
      (call $fill (i32.const 44) (i32.const 8000000))
      (drop (call $state_set (i32.const 12) (i32.const 1) (i32.const 65536) (i32.const 8000000)))
      (i32.const 8))
    (func (export "params") (param i32 i32) (result i32)
      (call $fill (i32.const 91) (i32.const 8000000))
      (drop (call $db_query (i32.const 12) (i32.const 1) (i32.const 65536) (i32.const 8000000)))
      (i32.const 8))
    (func (export "names") (param i32 i32) (result i32)
      (call $fill (i32.const 49) (i32.const 8000000))
      (loop $again
        (drop (call $emit_event (i32.const 65536) (i32.const 8000000) (i32.const 65536) (i32.const 1)))
        (br $again))
      unreachable)
    (func (export "answer") (param i32 i32) (result i32)
      (call $fill (i32.const 44) (i32.const 8000000))
      (i32.store (i32.const 65536) (i32.const 7000000))
      (i32.const 65536))"#;

#[test]
fn state_events_and_json_do_not_fill_the_host() {
    // What is tested is memory: a busy machine may take longer than a call's five seconds.
    let limits = Limits { time: Duration::from_secs(60), ..Limits::default() };
    let mut app = load(Orbis::as_documented().limits(limits), KEEPS, ALL).unwrap();
    let told = |app: &mut App, handler: &str| match app.handle(handler, json!({})).result {
        Ok(answer) => answer.to_string(),
        Err(error) => format!("{handler}: {error}"),
    };
    let told = ["text", "elements", "params", "names", "answer"].map(|handler| told(&mut app, handler));
    insta::assert_snapshot!(told.join("\n"), @"
    text: host function `state_set` failed: the test's host is full: one call leaves at most 67108864 bytes of state, events, HTTP requests and trace; `Limits::kept_bytes` in `Orbis::limits` raises it
    elements: host function `state_set` failed: the test's host is full: one call leaves at most 67108864 bytes of state, events, HTTP requests and trace; `Limits::kept_bytes` in `Orbis::limits` raises it
    params: host function `db_query` failed: the test's host is full: JSON takes at most 67108864 bytes once it is read; `Limits::kept_bytes` in `Orbis::limits` raises it
    names: host function `emit_event` failed: the test's host is full: one call leaves at most 67108864 bytes of state, events, HTTP requests and trace; `Limits::kept_bytes` in `Orbis::limits` raises it
    answer: bad output of `answer`: its answer has too many elements: they take more than 134217728 bytes
    ");
}

#[test]
fn http_requests_count_with_state_and_events() {
    let body = r#"
      (data (i32.const 8) "GET") (data (i32.const 12) "http://a") (data (i32.const 20) "{}")
      (func (export "run") (param i32 i32) (result i32)
        (drop (memory.grow (i32.const 20)))
        (memory.fill (i32.const 65536) (i32.const 97) (i32.const 1000000))
        (loop $again
          (drop (call $http_request (i32.const 8) (i32.const 3) (i32.const 12) (i32.const 8)
            (i32.const 20) (i32.const 2) (i32.const 65536) (i32.const 1000000)))
          (br $again))
        (i32.const 0))"#;
    let limits = Limits { kept_bytes: 5_500_000, ..Limits::default() };
    let host = Orbis::as_documented().http("GET http://a", HttpResponse::new(200, "")).limits(limits);
    let mut app = load(host, body, ALL).unwrap();
    insta::assert_snapshot!(run(&mut app).unwrap_err(), @"host function `http_request` failed: the test's host is full: one call leaves at most 5500000 bytes of state, events, HTTP requests and trace; `Limits::kept_bytes` in `Orbis::limits` raises it");
}

#[test]
fn all_calls_together_do_not_fill_the_state() {
    let limits = Limits { state_bytes: 12_000_000, ..Limits::default() };
    let body = r#"
        (data (i32.const 8) "\04\00\00\00true")
        (func (export "set") (param i32 i32) (result i32)
          (i32.store8 (i32.const 40) (i32.load8_u offset=8 (local.get 0)))
          (drop (memory.grow (i32.const 128)))
          (memory.fill (i32.const 65536) (i32.const 32) (i32.const 5000000))
          (i32.store8 (i32.const 65536) (i32.const 49))
          (drop (call $state_set (i32.const 40) (i32.const 1) (i32.const 65536) (i32.const 5000000)))
          (i32.const 8))"#;
    let mut app = load(Orbis::as_documented().limits(limits), body, ALL).unwrap();
    for key in ["a", "a", "b", "a"] {
        app.handle("set", json!({ "key": key })).unwrap();
    }
    insta::assert_snapshot!(app.handle("set", json!({ "key": "c" })).unwrap_err(), @"host function `state_set` failed: the test's host is full: its state has at most 12000000 bytes; `Limits::state_bytes` in `Orbis::limits` raises it");
}

#[test]
fn tables_do_not_fill_the_host() {
    let mut app = documented(
        r#"
        (data (i32.const 8) "\04\00\00\00true")
        (table $one 10 20000000 funcref)
        (table $two 10 20000000 funcref)
        (func (export "run") (param i32 i32) (result i32)
          (if (i32.ne (table.grow $one (ref.null func) (i32.const 6000000)) (i32.const 10)) (then unreachable))
          (if (i32.ne (table.grow $two (ref.null func) (i32.const 6000000)) (i32.const -1)) (then unreachable))
          (i32.const 8))"#,
    );
    assert_eq!(run(&mut app).unwrap(), json!(true));
}

#[test]
fn an_allocator_that_traps_in_a_host_call_is_refused() {
    // As in the real host, the plugin hears null.
    let module = crate::guest::module(
        r#"
        (data (i32.const 8) "\04\00\00\00true")
        (func (export "run") (param i32 i32) (result i32)
          (if (call $crypto_random (i32.const 7)) (then unreachable))
          (i32.const 8))"#,
    )
    .replace(
        "(global.get $top)\n",
        "(if (i32.eq (local.get $size) (i32.const 11)) (then unreachable)) (global.get $top)\n",
    );
    let manifest = plugsmith_harness::hosts::orbis::Manifest::parse(&crate::guest::manifest("[]", &["run"])).unwrap();
    let mut app = Orbis::as_shipped().manifest(manifest).load(module.into_bytes()).unwrap();
    assert_outcome_snapshot!(run(&mut app), @"
    run {}
      crypto_random 7 -> failed: `allocate` trapped: wasm trap: wasm `unreachable` instruction executed
    => true
    ");
}

#[test]
fn a_body_that_does_not_fit_into_the_plugin_is_told() {
    let module = crate::guest::module(r#"(func (export "run") (param i32 i32) (result i32) (i32.const 0))"#);
    let manifest = r#"{"name": "a", "version": "1.0.0", "routes":
        [{"method": "POST", "path": "/run", "handler": "run", "requires_auth": false}]}"#;
    let manifest = plugsmith_harness::hosts::orbis::Manifest::parse(manifest).unwrap();
    let mut app = Orbis::as_documented().manifest(manifest).load(module.into_bytes()).unwrap();
    let error = app.post("/run").json("x".repeat(100_000)).send().unwrap_err();
    insta::assert_snapshot!(error, @"bad output of `allocate`: `allocate(100154)` answered 65536, and the memory has 131072 bytes");
}

#[test]
fn the_host_goes_on_after_each_of_them() {
    let mut app = documented(
        r#"
        (data (i32.const 8) "\04\00\00\00true")
        (func (export "ready") (param i32 i32) (result i32) (i32.const 8))
        (func (export "spin") (param i32 i32) (result i32) (loop (br 0)) (i32.const 0))
        (func (export "trap") (param i32 i32) (result i32) unreachable)
        (func (export "lie") (param i32 i32) (result i32) (i32.const -4))"#,
    );
    for path in ["/spin", "/trap", "/lie"] {
        assert_eq!(app.get(path).send().response().status, 500, "{path}");
        assert_eq!(app.get("/ready").send().unwrap().body, json!(true), "after {path}");
    }
}

#[test]
fn other_limits_are_the_tests_to_set() {
    let body = r#"(func (export "run") (param i32 i32) (result i32) (drop (call $state_get (i32.const 0) (i32.const 1))) (i32.const 0))"#;
    let host = Orbis::as_documented().limits(Limits { host_calls: 0, ..Limits::default() });
    assert_outcome_snapshot!(run(&mut load(host, body, "[]").unwrap()), @"
    run {}
      state_get -> failed: more than 0 host calls in one call
    => null
    ");
}

#[test]
fn what_orbis_cannot_load_is_refused_with_the_fix() {
    let modules = [
        ("no memory", r#"(module (func (export "allocate") (param i32) (result i32) (i32.const 0)))"#),
        (
            "no allocate",
            r#"(module (memory (export "memory") 1) (func (export "alloc") (param i32) (result i32) (i32.const 0)))"#,
        ),
        (
            "allocate",
            r#"(module (memory (export "memory") 1) (func (export "allocate") (param i64) (result i64) (i64.const 0)))"#,
        ),
        ("extism", r#"(module (import "extism:host/env" "alloc" (func (param i64) (result i64))) ALLOCATE)"#),
        (
            "wasi",
            r#"(module (import "wasi_snapshot_preview1" "random_get" (func (param i32 i32) (result i32))) ALLOCATE)"#,
        ),
        ("its page", r#"(module (import "env" "log_info" (func (param i32 i32))) ALLOCATE)"#),
        ("types", r#"(module (import "env" "db_query" (func (param i32 i32) (result i32))) ALLOCATE)"#),
        ("no wasm", "hello"),
    ];
    let allocate = r#"(memory (export "memory") 1) (func (export "allocate") (param i32) (result i32) (i32.const 0))"#;
    let told = modules.map(|(name, module)| {
        let module = module.replace("ALLOCATE", allocate);
        let manifest = plugsmith_harness::hosts::orbis::Manifest::parse(&crate::guest::manifest("[]", &[])).unwrap();
        format!("{name}: {}", Orbis::as_shipped().manifest(manifest).load(module.as_bytes()).unwrap_err())
    });
    insta::assert_snapshot!(told.join("\n"), @"
    no memory: not a valid plugin: it exports no memory called `memory`
    no allocate: not a valid plugin: it exports no `allocate`, so it is not an Orbis plugin: write its handlers with #[route]
    allocate: signatures differ: the artifact has `allocate(i64) -> i64`, but Orbis calls `allocate(i32) -> i32`
    extism: not a valid plugin: Orbis has no `extism:host/env.alloc`: it is a plugin for an Extism host; Orbis calls handlers of its own kind; its `env` has allocate, crypto_hash, crypto_random, db_execute, db_query, deallocate, emit_event, get_config, http_request, log, state_get, state_remove, state_set
    wasi: not a valid plugin: Orbis has no `wasi_snapshot_preview1.random_get`: it has no WASI; build for wasm32-unknown-unknown; its `env` has allocate, crypto_hash, crypto_random, db_execute, db_query, deallocate, emit_event, get_config, http_request, log, state_get, state_remove, state_set
    its page: not a valid plugin: Orbis has no `env.log_info`, whatever its page says: it has `log(level, pointer, length)`; in a test, `Orbis::page_abi()` has the page's; its `env` has allocate, crypto_hash, crypto_random, db_execute, db_query, deallocate, emit_event, get_config, http_request, log, state_get, state_remove, state_set
    types: signatures differ: the artifact has `db_query(i32, i32) -> i32`, but Orbis has `db_query(i32, i32, i32, i32) -> i32`
    no wasm: not a valid plugin: it does not start with the wasm magic number
    ");
}

#[test]
fn a_handler_that_is_none_is_told() {
    let mut app = documented(r#"(func (export "run") (param i64) (result i32) (i32.const 0))"#);
    insta::assert_snapshot!(app.get("/run").send().unwrap_err(), @"signatures differ: the artifact has `run(i64) -> i32`, but Orbis calls `run(i32, i32) -> i32`");
    insta::assert_snapshot!(app.handle("runs", 1).unwrap_err(), @"no export `runs`; there is none");
}

#[test]
fn a_table_without_a_maximum_grows_until_it_fills_the_host() {
    let grow = |elements: u32| {
        let body = format!(
            r#"(table $t 1 funcref) (data (i32.const 8) "\05\00\00\00false") (data (i32.const 24) "\04\00\00\00true")
            (func (export "run") (param i32 i32) (result i32)
              (select (i32.const 8) (i32.const 24)
                (i32.eq (table.grow $t (ref.null func) (i32.const {elements})) (i32.const -1))))"#
        );
        run(&mut documented(&body)).unwrap()
    };
    assert_eq!((grow(1000), grow(1_000_000_000)), (true.into(), false.into()));
}
