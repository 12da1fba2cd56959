//! State, configuration, hashes, randomness, HTTP, events and the log, on the wire and in a trace.

use plugsmith_harness::hosts::orbis::{Emitted, HttpBodies, Orbis};
use plugsmith_harness::plugsmith::HttpResponse;
use plugsmith_harness::{Error, Missing, assert_outcome_snapshot};
use serde_json::json;

use crate::guest::{ALL, documented, load, run};

/// `state_get` of the key at 8; what it answers is the answer.
const GET: &str = r#"
    (data (i32.const 8) "visits")
    (func (export "run") (param i32 i32) (result i32) (call $state_get (i32.const 8) (i32.const 6)))"#;

#[test]
fn state_is_json_and_absent_is_null() {
    let mut app = load(Orbis::as_shipped().state("visits", json!({"b": [1, 2], "a": null})), GET, "[]").unwrap();
    assert_outcome_snapshot!(run(&mut app), @r#"
    run {}
      state_get "visits" -> {"a":null,"b":[1,2]}
    => {"a":null,"b":[1,2]}
    "#);
    assert_outcome_snapshot!(run(&mut load(Orbis::as_shipped(), GET, "[]").unwrap()), @r#"
    run {}
      state_get "visits" -> none
    => null
    "#);
}

/// Counts calls in state, and in its own memory, which no call after it sees.
const COUNT: &str = r#"
    (data (i32.const 8) "n")
    (global $calls (mut i32) (i32.const 48))
    (func (export "run") (param i32 i32) (result i32)
      (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
      (i32.store8 (i32.const 16) (global.get $calls))
      (if (i32.eqz (call $state_set (i32.const 8) (i32.const 1) (i32.const 16) (i32.const 1))) (then unreachable))
      (call $state_get (i32.const 8) (i32.const 1)))
    (func (export "forget") (param i32 i32) (result i32)
      (if (i32.ne (call $state_remove (i32.const 8) (i32.const 1)) (i32.const 1)) (then unreachable))
      (i32.const 0))
    (func (export "fail") (param i32 i32) (result i32)
      (drop (call $state_set (i32.const 8) (i32.const 1) (i32.const 8) (i32.const 1)))
      unreachable)"#;

#[test]
fn each_call_has_a_fresh_instance_and_state_survives() {
    let mut app = documented(COUNT);
    assert_eq!((run(&mut app).unwrap(), run(&mut app).unwrap()), (json!(1), json!(1)));
    assert_eq!(app.state("n"), Some(json!(1)));
    assert_eq!(app.get("/forget").send().unwrap().body, json!(null));
    assert_eq!(app.state("n"), None);
}

#[test]
fn a_value_that_is_no_json_is_not_kept() {
    let mut app = documented(COUNT);
    run(&mut app).unwrap();
    assert_outcome_snapshot!(app.get("/fail").send(), @r#"
    GET /fail
      state_set "n" "n" -> failed: no JSON: EOF while parsing a value at line 1 column 1
    => error: trapped: wasm `unreachable` instruction executed
    "#);
    assert_eq!(app.state("n"), Some(json!(1)));
}

#[test]
fn state_survives_the_process_in_a_file() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("orbis-state.json");
    let _ = std::fs::remove_file(&file);
    let host = || Orbis::as_documented().state_file(&file);
    run(&mut load(host(), COUNT, "[]").unwrap()).unwrap();
    assert_eq!(load(host(), COUNT, "[]").unwrap().state("n"), Some(json!(1)));
    std::fs::write(&file, "{").unwrap();
    let error = load(host(), COUNT, "[]").unwrap_err().to_string();
    assert!(
        error.ends_with("no state: EOF while parsing an object at line 1 column 1; move the file away to start anew"),
        "{error}"
    );
}

#[test]
fn a_state_file_is_written_once_after_a_call_and_the_plugin_does_not_hear_how() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("orbis-state-lost");
    let _ = std::fs::remove_file(&folder);
    let _ = std::fs::remove_dir_all(&folder);
    // The folder is made, as the real host makes it.
    let mut app = load(Orbis::as_shipped().state_file(folder.join("made/state.json")), COUNT, "[]").unwrap();
    run(&mut app).unwrap();
    let kept = std::fs::read_to_string(folder.join("made/state.json")).unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&kept).unwrap(), json!({"n": 1}));
    std::fs::remove_dir_all(&folder).unwrap();
    let twice = COUNT.replacen(
        "(call $state_get",
        "(drop (call $state_remove (i32.const 8) (i32.const 1))) (call $state_get",
        1,
    );
    let plugin = crate::guest::module(&twice).into_bytes();
    app.reload(plugin, Some(app.manifest().clone())).unwrap();
    let outcome = run(&mut app);
    insta::assert_snapshot!(outcome.trace().replace(&folder.display().to_string(), "[folder]"), @r#"
    run {}
      state_set "n" 1
      state_remove "n"
      state_get "n" -> none
      save_state -> failed: [folder]/made/state.json: No such file or directory (os error 2)
    => null
    "#);
    // What could not be written is written after the next call, even if that changes nothing.
    std::fs::create_dir_all(folder.join("made")).unwrap();
    run(&mut app).unwrap();
    assert_eq!(std::fs::read_to_string(folder.join("made/state.json")).unwrap(), "{}");
}

#[test]
fn a_state_file_without_a_folder_is_told_before_the_first_call() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("orbis-state-no-folder");
    std::fs::write(&file, "").unwrap();
    let error = load(Orbis::as_shipped().state_file(file.join("state.json")), COUNT, "[]").unwrap_err().to_string();
    insta::assert_snapshot!(error.replace(&file.display().to_string(), "[file]"), @"[file]: the folder of the state cannot be made: File exists (os error 17)");
}

#[test]
fn configuration_is_the_manifests_and_over_it_the_tests() {
    let body = r#"
        (data (i32.const 8) "size")
        (func (export "run") (param i32 i32) (result i32) (call $get_config (i32.const 8) (i32.const 4)))"#;
    let manifest = r#"{"name": "a", "version": "1.0.0", "config": {"size": 7}}"#;
    let manifest = plugsmith_harness::hosts::orbis::Manifest::parse(manifest).unwrap();
    let app = |host: Orbis| host.load(crate::guest::module(body).into_bytes()).unwrap();
    assert_outcome_snapshot!(run(&mut app(Orbis::as_shipped().manifest(manifest.clone()))), @r#"
    run {}
      get_config "size" -> 7
    => 7
    "#);
    assert_eq!(run(&mut app(Orbis::as_shipped().manifest(manifest).config("size", "L"))).unwrap(), json!("L"));
}

#[test]
fn hashes_are_raw_bytes() {
    // The hash of nothing, of which the guest looks at the first byte, and at the length.
    let body = r#"
        (func (export "run") (param i32 i32) (result i32) (local $sha256 i32) (local $sha512 i32)
          (local.set $sha256 (call $crypto_hash (i32.const 0) (i32.const 0) (i32.const 0)))
          (if (i32.ne (i32.load (local.get $sha256)) (i32.const 32)) (then unreachable))
          (if (i32.ne (i32.load8_u offset=4 (local.get $sha256)) (i32.const 0xe3)) (then unreachable))
          (local.set $sha512 (call $crypto_hash (i32.const 1) (i32.const 0) (i32.const 0)))
          (if (i32.ne (i32.load (local.get $sha512)) (i32.const 64)) (then unreachable))
          (if (call $crypto_hash (i32.const 2) (i32.const 0) (i32.const 0)) (then unreachable))
          (if (call $crypto_random (i32.const 1048577)) (then unreachable))
          (if (call $crypto_random (i32.const -1)) (then unreachable))
          (drop (call $crypto_random (i32.const 4)))
          (i32.const 0))"#;
    assert_outcome_snapshot!(run(&mut documented(body)), @r#"
    run {}
      crypto_hash sha256 "" -> e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
      crypto_hash sha512 "" -> cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce.. (64 bytes)
      crypto_hash 2 "" -> failed: no hash algorithm 2: 0 is SHA-256, 1 is SHA-512
      crypto_random 1048577 -> failed: more than 1048576 random bytes at once
      crypto_random 4294967295 -> failed: more than 1048576 random bytes at once
      crypto_random 4 -> afcd1d7b
    => null
    "#);
}

#[test]
fn another_seed_is_another_sequence() {
    let body = r#"(func (export "run") (param i32 i32) (result i32) (drop (call $crypto_random (i32.const 4))) (i32.const 0))"#;
    let trace = |host: Orbis| run(&mut load(host, body, "[]").unwrap()).trace();
    assert_eq!(trace(Orbis::as_documented()), trace(Orbis::as_documented().random_seed(0)));
    assert_ne!(trace(Orbis::as_documented()), trace(Orbis::as_documented().random_seed(1)));
}

/// `GET http://a` with a header and a body; the host's JSON is the answer.
const FETCH: &str = r#"
    (data (i32.const 8) "GET http://a {\"x-a\": \"b\"} hi")
    (func (export "run") (param i32 i32) (result i32)
      (call $http_request (i32.const 8) (i32.const 3) (i32.const 12) (i32.const 8)
        (i32.const 21) (i32.const 12) (i32.const 34) (i32.const 2)))"#;

#[test]
fn http_is_answered_by_a_mock() {
    let response = HttpResponse::new(201, "caf\u{e9}").header("X-Id", "7");
    let host = Orbis::as_documented().http("GET http://a*", response);
    assert_outcome_snapshot!(run(&mut load(host.clone(), FETCH, ALL).unwrap()), @r#"
    run {}
      http_request GET http://a "hi" -> 201 "café"
    => {"body":"café","headers":{"x-id":"7"},"status":201}
    "#);
    assert_outcome_snapshot!(run(&mut load(host.http_bodies(HttpBodies::Bytes), FETCH, ALL).unwrap()), @r#"
    run {}
      http_request GET http://a "hi" -> 201 "café"
    => {"body":[99,97,102,195,169],"headers":{"x-id":"7"},"status":201}
    "#);
}

#[test]
fn a_request_that_the_test_does_not_expect_fails_it() {
    let mut app = load(Orbis::as_documented(), FETCH, ALL).unwrap();
    let outcome = run(&mut app);
    insta::assert_snapshot!(outcome.report(), @r#"
    run {} failed: unexpected host call GET http://a
    if it is expected, add to the host:
        .http("GET http://a", HttpResponse::new(200, ".."))
      host calls:
        http_request GET http://a "hi" -> failed: the test does not expect it
    "#);
    assert!(matches!(outcome.unwrap_err(), Error::UnexpectedHostCall { missing: Missing::Response, .. }));
}

#[test]
fn events_are_recorded() {
    let mut app = documented(
        r#"
        (data (i32.const 8) "created{\"id\": 7}nope")
        (func (export "run") (param i32 i32) (result i32)
          (if (i32.ne (call $emit_event (i32.const 8) (i32.const 7) (i32.const 15) (i32.const 9)) (i32.const 1)) (then unreachable))
          (if (call $emit_event (i32.const 8) (i32.const 7) (i32.const 24) (i32.const 4)) (then unreachable))
          (i32.const 0))"#,
    );
    assert_outcome_snapshot!(run(&mut app), @r#"
    run {}
      emit_event "created" {"id":7}
      emit_event "created" "nope" -> failed: no JSON: expected ident at line 1 column 2
    => null
    "#);
    assert_eq!(app.events(), [Emitted { event: "created".to_owned(), payload: json!({"id": 7}) }]);
}

#[test]
fn what_the_manifest_does_not_ask_for_is_denied_and_the_plugin_runs_on() {
    let mut app = load(Orbis::as_documented(), ASKS, "[]").unwrap();
    assert_outcome_snapshot!(run(&mut app), @r#"
    run {}
      db_query -> failed: denied: the manifest's permissions lack "database_read"
      db_execute -> failed: denied: the manifest's permissions lack "database_write"
      http_request -> failed: denied: the manifest's permissions lack "network"
      emit_event -> failed: denied: the manifest's permissions lack {"custom": "events:emit"}
    => true
    "#);
}

#[test]
fn permissions_of_the_test_go_over_the_manifests() {
    let app = |host: Orbis| load(host, ASKS, ALL).unwrap();
    let denied = run(&mut app(Orbis::as_documented().permissions([])));
    assert_eq!(denied.unwrap(), json!(true));
    let error = load(Orbis::as_documented().permissions(["database:read"]), ASKS, "[]").unwrap_err();
    insta::assert_snapshot!(error, @r#"
    the host refuses the manifest:
      Orbis knows no permission "database:read": write "database_read"
    "#);
}

/// Asks for everything that needs a permission, and wants to hear "no" each time.
pub(crate) const ASKS: &str = r#"
    (data (i32.const 8) "\04\00\00\00true")
    (data (i32.const 16) "[]{}SELECT 1GEThttp://a")
    (func (export "run") (param i32 i32) (result i32)
      (if (call $db_query (i32.const 20) (i32.const 8) (i32.const 16) (i32.const 2)) (then unreachable))
      (if (i32.ne (call $db_execute (i32.const 20) (i32.const 8) (i32.const 16) (i32.const 2)) (i32.const -1)) (then unreachable))
      (if (call $http_request (i32.const 28) (i32.const 3) (i32.const 31) (i32.const 8)
        (i32.const 18) (i32.const 2) (i32.const 0) (i32.const 0)) (then unreachable))
      (if (call $emit_event (i32.const 28) (i32.const 3) (i32.const 18) (i32.const 2)) (then unreachable))
      (i32.const 8))"#;

#[test]
fn log_levels_are_the_hosts() {
    let mut app = documented(
        r#"
        (data (i32.const 8) "line \ff")
        (func (export "run") (param i32 i32) (result i32)
          (call $log (i32.const 0) (i32.const 8) (i32.const 4))
          (call $log (i32.const 1) (i32.const 8) (i32.const 4))
          (call $log (i32.const 2) (i32.const 8) (i32.const 6))
          (call $log (i32.const 3) (i32.const 8) (i32.const 4))
          (call $log (i32.const 4) (i32.const 8) (i32.const 4))
          (call $log (i32.const -1) (i32.const 8) (i32.const 4))
          (i32.const 0))"#,
    );
    assert_outcome_snapshot!(run(&mut app), @"
    run {}
      log error: line
      log warn: line
      log info: line �
      log debug: line
      log trace: line
      log trace: line
    => null
    ");
}

#[test]
fn the_last_line_before_a_trap_is_its_panic() {
    let mut app = documented(
        r#"
        (data (i32.const 8) "index out of bounds, src/lib.rs:7")
        (func $pick (export "run") (param i32 i32) (result i32)
          (call $log (i32.const 0) (i32.const 8) (i32.const 33))
          unreachable)"#,
    );
    assert_outcome_snapshot!(run(&mut app), @"
    run {}
      log error: index out of bounds, src/lib.rs:7
    => error: panicked: index out of bounds, src/lib.rs:7
    ");
    let mut app = documented(
        r#"
        (data (i32.const 8) "an error that was logged earlier")
        (func $pick (export "run") (param i32 i32) (result i32)
          (call $log (i32.const 0) (i32.const 8) (i32.const 32))
          (drop (call $state_get (i32.const 8) (i32.const 2)))
          unreachable)"#,
    );
    assert_outcome_snapshot!(run(&mut app), @r#"
    run {}
      log error: an error that was logged earlier
      state_get "an" -> none
    => error: trapped: wasm `unreachable` instruction executed
    "#);
}
