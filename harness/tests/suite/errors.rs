//! Every error that the harness documents, provoked, and what a person reads of it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use plugsmith_harness::plugsmith::HttpResponse;
use plugsmith_harness::{Error, Host, Plugin, assert_outcome_snapshot};

use crate::guest::{load, plugin};

/// The artifact of the crate with every fault.
fn artifact() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/faulty");
    plugsmith_harness::build(&folder).unwrap()
}

fn faulty(host: Host) -> Plugin {
    Plugin::load_in(artifact(), host).unwrap()
}

/// What a failing test prints, without what differs from machine to machine.
fn report<T>(outcome: &plugsmith_harness::Outcome<T>) -> String {
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    outcome.report().replace(&checkout.display().to_string(), "[checkout]")
}

#[test]
fn a_missing_release_artifact_says_how_to_build_a_release() {
    insta::assert_snapshot!(Plugin::load("wasm32-wasip1/release/such.wasm").unwrap_err(), @"no artifact at wasm32-wasip1/release/such.wasm: build it with `cargo build --release --target wasm32-wasip1`");
}

#[test]
fn a_plugin_with_an_allocator_of_its_own_is_still_extisms() {
    let mut plugin = Plugin::load(
        &br#"(module
        (import "extism:host/env" "input_length" (func (result i64)))
        (func (export "allocate") (param i32) (result i32) (i32.const 0))
        (func (export "greet")))"#[..],
    )
    .unwrap();
    insta::assert_snapshot!(plugin.call::<String>("gret", "").unwrap_err(), @"no export `gret`; there is `greet`");
}

#[test]
fn a_missing_folder_is_not_to_be_built() {
    insta::assert_snapshot!(Plugin::load("no/such").unwrap_err(), @"no file or folder no/such");
}

#[test]
fn a_missing_artifact_says_how_to_build_it() {
    insta::assert_snapshot!(Plugin::load("no/such.wasm").unwrap_err(), @"no artifact at no/such.wasm: build it with `cargo plugsmith build`");
}

#[test]
fn a_folder_is_no_artifact() {
    let error = Plugin::load(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap_err();
    assert!(matches!(error, Error::File { .. }), "{error:?}");
}

#[test]
fn a_package_that_builds_no_plugin_is_told_the_fix() {
    let error = plugsmith_harness::build(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap_err().to_string();
    insta::assert_snapshot!(error.replace(env!("CARGO_MANIFEST_DIR"), "[harness]"), @r#"
    the plugin does not build:
    [harness]/Cargo.toml builds no plugin: add to it

    [lib]
    crate-type = ["cdylib", "rlib"]
    "#);
}

#[test]
fn a_folder_without_a_manifest_is_cargos_error() {
    let error = plugsmith_harness::build(Path::new("/no/such/crate")).unwrap_err().to_string();
    insta::assert_snapshot!(error, @"
    the plugin does not build:
    there is no /no/such/crate/Cargo.toml
    ");
}

#[test]
fn what_is_no_wasm_is_invalid() {
    let whole = wat::parse_str("(module (func (export \"run\")))").unwrap();
    let component = wat::parse_str("(component)").unwrap();
    let record = wat::parse_str("(module (@custom \"plugsmith\" \"no record\\n\"))").unwrap();
    let sources: [(&str, Vec<u8>); 7] = [
        ("empty", Vec::new()),
        ("text", b"hello".to_vec()),
        ("wrong magic", b"\x7fELF\x02\x01\x01".to_vec()),
        ("truncated", whole[..whole.len() - 3].to_vec()),
        ("component", component),
        ("bad record", record),
        ("ill-typed", b"(module (func (result i32)))".to_vec()),
    ];
    let errors: Vec<String> = sources
        .into_iter()
        .map(|(name, bytes)| match Plugin::load(bytes) {
            Ok(_) => format!("{name}: loads"),
            Err(error) => format!("{name}: {error}"),
        })
        .collect();
    insta::assert_snapshot!(errors.join("\n"), @"
    empty: not a valid plugin: it does not start with the wasm magic number
    text: not a valid plugin: it does not start with the wasm magic number
    wrong magic: not a valid plugin: it does not start with the wasm magic number
    truncated: not a valid plugin: unexpected end-of-file (at offset 0x1e)
    component: not a valid plugin: it is a component: build it for wasm32-unknown-unknown, not for wasm32-wasip2
    bad record: not a valid plugin: its `plugsmith` section holds what is no record: no record: expected ident at line 1 column 2: use a cargo-plugsmith that is no older than the plugsmith it was built with
    ill-typed: not a valid plugin: type mismatch: expected i32 but nothing on stack (at offset 0x18)
    ");
}

#[test]
fn a_missing_export_lists_those_there_are() {
    let mut plugin = plugin(r#"(func (export "run")) (func (export "helper") (param i32))"#);
    insta::assert_snapshot!(plugin.call::<String>("rum", "").unwrap_err(), @"no export `rum`; there is `run`");
}

#[test]
fn an_export_with_parameters_cannot_be_called() {
    let mut plugin = plugin(r#"(func (export "run") (param i32 i64) (result f32) (f32.const 1))"#);
    insta::assert_snapshot!(plugin.call::<String>("run", "").unwrap_err(), @"signatures differ: the artifact has `run(i32, i64) -> f32`, but Extism calls `() -> i32` or `()`");
}

#[test]
fn a_mock_of_other_types_is_refused_before_the_first_call() {
    let host = Host::new().host("charge", |_: String, _: i32| -> f64 { 1.0 });
    insta::assert_snapshot!(load(host, "").unwrap_err(), @r#"signatures differ: the artifact has `charge(i64, i64) -> i64`, the mock is `|String, i32| -> f64`: write .host("charge", |arg1: String, arg2: String| -> String { String::new() })"#);
}

#[test]
fn a_mock_of_what_is_not_imported_is_refused() {
    let host = Host::new().host("charged", |_: String| {});
    insta::assert_snapshot!(load(host, "").unwrap_err(), @"the test mocks `charged`, which the artifact does not import; it imports `charge`");
    let host = Host::new().host("charged", |_: String| {});
    insta::assert_snapshot!(Plugin::load_in(&b"(module)"[..], host).unwrap_err(), @"the test mocks `charged`, which the artifact does not import; it imports none");
}

#[test]
fn an_import_that_extism_has_with_other_types_is_refused() {
    let module = r#"(module (import "extism:host/env" "config_get" (func (param i32) (result i32))))"#;
    insta::assert_snapshot!(Plugin::load(module.as_bytes()).unwrap_err(), @"signatures differ: the artifact has `config_get(i32) -> i32`, the host's function is `config_get(i64) -> i64`");
    let module = r#"(module (import "extism:host/env" "alloc" (func (param i32) (result i32))))"#;
    insta::assert_snapshot!(Plugin::load(module.as_bytes()).unwrap_err(), @"signatures differ: the artifact has `alloc(i32) -> i32`, the host's function is `alloc(i64) -> i64`");
}

#[test]
fn an_import_that_no_host_has_is_missing() {
    let module = r#"(module (import "extism:host/env" "teleport" (func)))"#;
    insta::assert_snapshot!(Plugin::load(module.as_bytes()).unwrap_err(), @"the host has no `extism:host/env.teleport`, which the artifact imports: no version of Extism that this harness knows has it");
    let module = r#"(module (import "wasi_snapshot_preview1" "fd_teleport" (func)))"#;
    insta::assert_snapshot!(Plugin::load(module.as_bytes()).unwrap_err(), @"the host has no `wasi_snapshot_preview1.fd_teleport`, which the artifact imports: it is a host without WASI, or WASI has no such function");
}

#[test]
fn without_wasi_the_import_is_missing() {
    insta::assert_snapshot!(Plugin::load_in(artifact(), Host::new().without_wasi()).unwrap_err(), @"the host has no `wasi_snapshot_preview1.clock_time_get`, which the artifact imports: it is a host without WASI, or WASI has no such function");
}

#[test]
fn an_unexpected_request_prints_the_line_that_expects_it() {
    let host = Host::new().http("POST https://example.com/*", HttpResponse::new(200, ""));
    let outcome = faulty(host).command("FETCH", ["https://example.com/data"]);
    assert_outcome_snapshot!(outcome, @r#"
    FETCH "https://example.com/data"
      http_request GET https://example.com/data -> failed: unexpected
    => error: unexpected host call GET https://example.com/data
    if it is expected, add to the host:
        .http("GET https://example.com/data", HttpResponse::new(200, ".."))
    "#);
}

#[test]
fn an_unexpected_host_call_prints_the_line_that_expects_it() {
    assert_outcome_snapshot!(faulty(Host::new()).command("BUY", ["Ada"]), @r#"
    BUY "Ada"
      charge "Ada" 250 -> failed: unexpected
    => error: unexpected host call charge("Ada", 250)
    if it is expected, add to the host:
        .functions(YourTraitHost::serve(YourMock))    where a #[host_functions] trait declares it, else
        .host("charge", |arg1: String, arg2: i64| -> String { String::new() })
    "#);
}

#[test]
fn an_unexpected_host_call_with_numbers_prints_them() {
    let module = r#"(module (import "env" "mix" (func $mix (param i32 i64 f32 f64) (result f64)))
      (func (export "run") (drop (call $mix (i32.const -1) (i64.const 99) (f32.const 1.5) (f64.const 2.5)))))"#;
    assert_outcome_snapshot!(Plugin::load(module.as_bytes()).unwrap().call::<()>("run", ""), @r#"
    run
      mix -1 99 1.5 2.5 -> failed: unexpected
    => error: unexpected host call mix(-1, 99, 1.5, 2.5)
    if it is expected, add to the host:
        .functions(YourTraitHost::serve(YourMock))    where a #[host_functions] trait declares it, else
        .host("mix", |arg1: i32, arg2: i64, arg3: f32, arg4: f64| -> f64 { 0.0 })
    "#);
}

#[test]
fn a_plugins_own_error_is_its_text() {
    assert_outcome_snapshot!(faulty(Host::new()).command("WRONG", ()), @"
    WRONG
    => error: WRONGTYPE Operation against a key holding the wrong kind of value
    ");
}

#[test]
fn a_code_without_an_error_is_named() {
    let mut plugin = plugin(r#"(func (export "run") (result i32) (i32.const 3))"#);
    assert_outcome_snapshot!(plugin.call::<()>("run", ""), @"
    run
    => error: returned 3 without setting an error
    ");
}

#[test]
fn an_error_without_a_code_is_an_error() {
    let mut plugin = plugin(
        r#"(data (i32.const 0) "sorry") (func (export "run") (call $error_set (call $block (i32.const 0) (i32.const 5))))"#,
    );
    assert_outcome_snapshot!(plugin.call::<()>("run", ""), @"
    run
    => error: sorry
    ");
}

#[test]
fn a_refusal_that_no_host_gave_is_the_plugins_own_error() {
    let outcome = faulty(Host::new()).command("REFUSE", ());
    assert!(matches!(outcome.result, Err(Error::Plugin { .. })), "{outcome:?}");
    assert_outcome_snapshot!(outcome, @"
    REFUSE
    => error: NOPERM this user has no permissions
    ");
}

#[test]
fn a_mock_that_fails_ends_the_call() {
    let host = Host::new().host("charge", |_: String, _: u64| -> Result<String, String> { Err("no funds".to_owned()) });
    let outcome = faulty(host).command("BUY", ["Ada"]);
    assert!(matches!(outcome.result, Err(Error::HostFailed { .. })), "{outcome:?}");
    assert_outcome_snapshot!(outcome, @r#"
    BUY "Ada"
      charge "Ada" 250 -> failed: no funds
    => error: host function `charge` failed: no funds
    "#);
}

#[test]
fn a_panic_shows_its_text_and_the_authors_frames() {
    insta::assert_snapshot!(report(&faulty(Host::new()).command("PANIC", ["sea"])), @r#"
    PANIC "sea" failed: panicked: lost at sea, harness/tests/fixtures/faulty/src/lib.rs:21
      in the plugin:
        at_depth at tests/fixtures/faulty/src/lib.rs:21
        panics at tests/fixtures/faulty/src/lib.rs:16
      again with:
        cargo plugsmith run [checkout]/harness/tests/fixtures/faulty PANIC sea
    "#);
}

#[test]
fn an_overflow_is_a_panic_under_test() {
    insta::assert_snapshot!(report(&faulty(Host::new()).command("ADD", (i64::MAX, 1))), @"
    ADD 9223372036854775807 1 failed: panicked: attempt to add with overflow, harness/tests/fixtures/faulty/src/lib.rs:28
      in the plugin:
        add at tests/fixtures/faulty/src/lib.rs:28
      again with:
        cargo plugsmith run [checkout]/harness/tests/fixtures/faulty ADD 9223372036854775807 1
    ");
}

#[test]
fn a_panic_after_host_calls_shows_them_and_the_log() {
    insta::assert_snapshot!(report(&faulty(Host::new()).command("STAMP", ())), @r#"
    STAMP failed: panicked: no time for SystemTime(1735689600s), harness/tests/fixtures/faulty/src/lib.rs:81
      in the plugin:
        stamp at tests/fixtures/faulty/src/lib.rs:81
      host calls:
        storage_set "asked" 1 -> OK
        clock_time_get realtime -> 2025-01-01T00:00:00Z
      log:
        info: about to ask for the time
      again with:
        cargo plugsmith run [checkout]/harness/tests/fixtures/faulty STAMP
    "#);
}

#[test]
fn a_trap_without_a_panic_is_wasms_own_reason() {
    let mut plugin = plugin(r#"(func $divide (export "run") (drop (i32.div_u (i32.const 1) (i32.const 0))))"#);
    insta::assert_snapshot!(report(&plugin.call::<()>("run", "")), @"
    run failed: trapped: integer divide by zero
      in the plugin:
        divide
      again with:
        cargo plugsmith call plugin.wasm run
    ");
}

#[test]
fn a_recursion_is_counted_in_the_frames() {
    let mut plugin = faulty(Host::new());
    let outcome = plugin.command("RECURSE", [1_000_000]);
    insta::assert_snapshot!(report(&outcome), @"
    RECURSE 1000000 failed: trapped: call stack exhausted
      in the plugin:
        down at tests/fixtures/faulty/src/lib.rs:50 (19 times)
      again with:
        cargo plugsmith run [checkout]/harness/tests/fixtures/faulty RECURSE 1000000
    ");
}

#[test]
fn a_call_that_takes_too_long_times_out() {
    let outcome = faulty(Host::new().timeout(Duration::from_millis(60))).command("LOOP", ());
    assert_eq!((&outcome.result, outcome.fuel), (&Err(Error::TimedOut { milliseconds: 60 }), 0));
    assert_outcome_snapshot!(outcome, @"
    LOOP
    => error: timed out after 60 ms
    ");
}

#[test]
fn a_call_that_does_too_much_is_out_of_fuel() {
    let outcome = faulty(Host::new().fuel(1_000_000)).command("LOOP", ());
    assert_eq!(outcome.result, Err(Error::OutOfFuel { limit: 1_000_000 }));
    assert_outcome_snapshot!(outcome, @"
    LOOP
    => error: out of fuel: more than 1000000 instructions; if it is no endless loop, give it more with `Host::fuel` or `--fuel`
    ");
}

#[test]
fn a_call_that_wants_too_much_memory_is_out_of_memory() {
    let outcome = faulty(Host::new().memory_pages(64)).command("HOARD", ());
    assert_eq!(outcome.result, Err(Error::OutOfMemory { pages: 64 }));
    assert_outcome_snapshot!(outcome, @"
    HOARD
    => error: out of memory: more than 64 pages of 64 KiB
    ");
}

#[test]
fn a_guest_that_starts_with_too_much_memory_does_not_load() {
    let error = Plugin::load_in(artifact(), Host::new().memory_pages(5)).unwrap_err();
    insta::assert_snapshot!(error, @"out of memory: starts with 17 pages of 64 KiB, and the host gives 5; give it more with `Host::memory_pages`, `--memory-pages` or `max_pages`, or use less static data");
}

#[test]
fn bytes_that_are_no_text_are_bad_output() {
    assert_outcome_snapshot!(faulty(Host::new()).call::<String>("bytes", ""), @r#"
    bytes
    => error: bad output of `bytes`: the output is not UTF-8 at byte 0: "\xff\xfe"
    "#);
}

#[test]
fn a_reply_that_is_no_resp_is_bad_output() {
    assert_outcome_snapshot!(faulty(Host::new()).command("bytes", ()), @r#"
    bytes
    => error: bad output of `bytes`: invalid RESP at byte 0: not the first byte of a value: "\xff\xfe"
    "#);
}

#[test]
fn a_failed_call_panics_at_the_tests_line() {
    let panic = std::panic::catch_unwind(|| faulty(Host::new()).command("WRONG", ()).unwrap()).unwrap_err();
    let text = panic.downcast_ref::<String>().cloned().unwrap_or_default();
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    insta::assert_snapshot!(text.replace(&checkout.display().to_string(), "[checkout]"), @"
    WRONG failed: WRONGTYPE Operation against a key holding the wrong kind of value
      again with:
        cargo plugsmith run [checkout]/harness/tests/fixtures/faulty WRONG
    ");
}

#[test]
fn an_error_where_none_came_panics_with_the_output() {
    let mut plugin = plugin(
        r#"(data (i32.const 0) "fine") (func (export "run") (call $answer (call $block (i32.const 0) (i32.const 4))))"#,
    );
    let panic =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| plugin.call::<String>("run", "in").unwrap_err()));
    let text = panic.unwrap_err().downcast_ref::<String>().cloned().unwrap_or_default();
    insta::assert_snapshot!(text, @r#"
    the call succeeded, where an error was expected
      run "in" => "fine"
    "#);
}

#[test]
fn an_input_that_no_shell_takes_is_named_and_not_made_again() {
    let body = "(func (export \"run\") (result i32) (i32.const 1))";
    let outcome = plugin(body).call::<()>("run", &[b'x'; 200 * 1024][..]);
    assert_eq!(outcome.call().lines().count(), 1);
    assert!(outcome.call().len() < 300, "{}", outcome.call());
    let report = outcome.report();
    assert!(report.contains("(204800 bytes)") && !report.contains("again with"), "{report}");
    assert_eq!(outcome.cost().bytes_in, 204_800);
}
