//! Time and text in a plugin: what sleeps moves the test's clock, and what is printed is in the trace.

use std::time::Duration;

use plugsmith_harness::{Error, Host, Plugin, assert_outcome_snapshot};

/// A guest of WASI: `$sleep` waits for so many nanoseconds of a clock, `$print` writes `length` bytes at 512.
fn guest(body: &str) -> Vec<u8> {
    format!(
        r#"(module
    (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "clock_time_get" (func $time (param i32 i64 i32) (result i32)))
    (import "wasi_snapshot_preview1" "clock_res_get" (func $resolution (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
    (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "args_sizes_get" (func $arguments (param i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 512) "first\nsecond, and ")
    (data (i32.const 600) "more\n")
    (func $clock (param $at i32) (param $clock i32) (param $flags i32) (param $time i64)
      (i64.store (local.get $at) (i64.const 7))
      (i32.store offset=8 (local.get $at) (i32.const 0))
      (i32.store offset=16 (local.get $at) (local.get $clock))
      (i64.store offset=24 (local.get $at) (local.get $time))
      (i32.store16 offset=40 (local.get $at) (local.get $flags)))
    (func $file (param $at i32) (param $kind i32) (param $file i32)
      (i32.store8 offset=8 (local.get $at) (local.get $kind))
      (i32.store offset=16 (local.get $at) (local.get $file)))
    (func $sleep (param $clock i32) (param $flags i32) (param $time i64) (result i32)
      (call $clock (i32.const 1024) (local.get $clock) (local.get $flags) (local.get $time))
      (call $poll (i32.const 1024) (i32.const 2048) (i32.const 1) (i32.const 4096)))
    (func $print (param $file i32) (param $at i32) (param $length i32) (result i32)
      (i32.store (i32.const 0) (local.get $at))
      (i32.store (i32.const 4) (local.get $length))
      (call $write (local.get $file) (i32.const 0) (i32.const 1) (i32.const 8)))
    {body})"#
    )
    .into_bytes()
}

fn plugin(body: &str) -> Plugin {
    Plugin::load(guest(body)).unwrap()
}

/// The code that a guest's `run` gives, here and in Extism itself.
fn code(body: &str) -> String {
    let guest = guest(&format!("(func (export \"run\") (result i32) {body})"));
    let error = Plugin::load(guest.clone()).unwrap().call::<()>("run", "").result.err();
    let code = error.map_or_else(|| "0".to_owned(), |error| error.to_string());
    let code = code.trim_start_matches("returned ").trim_end_matches(" without setting an error").to_owned();
    let mut real = extism::Plugin::new(extism::Manifest::new([extism::Wasm::data(guest)]), [], true).unwrap();
    let error = real.call::<&str, ()>("run", "").err();
    let real = error.map_or_else(|| "0".to_owned(), |error| error.root_cause().to_string());
    assert_eq!(code, real.trim_start_matches("Returned non-zero exit code: "), "{body}");
    code
}

#[test]
fn a_sleep_moves_the_clock_and_takes_no_time() {
    let body = r#"(func (export "run") (result i32)
          (drop (call $time (i32.const 0) (i64.const 0) (i32.const 64)))
          (drop (call $sleep (i32.const 1) (i32.const 0) (i64.const 3600000000000)))
          (drop (call $time (i32.const 0) (i64.const 0) (i32.const 72)))
          (drop (call $time (i32.const 1) (i64.const 0) (i32.const 80)))
          (i32.or
            (i64.ne (i64.sub (i64.load (i32.const 72)) (i64.load (i32.const 64))) (i64.const 3600000000000))
            (i32.or
              (i32.ne (i32.load (i32.const 4096)) (i32.const 1))
              (i64.ne (i64.load (i32.const 2048)) (i64.const 7)))))"#;
    let mut plugin = Plugin::load_in(guest(body), Host::new().timeout(Duration::MAX)).unwrap();
    assert_outcome_snapshot!(plugin.call::<()>("run", ""), @"
    run
      clock_time_get realtime -> 2025-01-01T00:00:00Z
      poll_oneoff sleep 3600s
      clock_time_get realtime -> 2025-01-01T01:00:00Z
      clock_time_get monotonic -> 3601s
    => nothing
    ");
    assert_eq!(plugin.host(|host| host.clock.now()), Duration::from_secs(1_735_689_600 + 3600));
}

#[test]
fn keys_expire_while_a_plugin_sleeps() {
    let mut plugin = plugin(
        r#"(func (export "run") (result i32) (call $sleep (i32.const 1) (i32.const 0) (i64.const 2000000000)))"#,
    );
    plugin.host(|host| {
        let at = host.clock.now() + Duration::from_secs(1);
        host.store.set("short", 1.into(), Some(at));
    });
    plugin.call::<()>("run", "").unwrap();
    assert_eq!(plugin.storage("short"), None);
}

#[test]
fn of_several_times_the_first_ends_the_wait() {
    let body = r#"
      (call $clock (i32.const 1024) (i32.const 1) (i32.const 0) (i64.const 900))
      (call $clock (i32.const 1072) (i32.const 1) (i32.const 1) (i64.const 1000000500))
      (i64.store (i32.const 1072) (i64.const 9))
      (drop (call $poll (i32.const 1024) (i32.const 2048) (i32.const 2) (i32.const 4096)))
      (drop (call $time (i32.const 1) (i64.const 0) (i32.const 64)))
      (i32.or
        (i64.ne (i64.load (i32.const 64)) (i64.const 1000000500))
        (i32.or
          (i32.ne (i32.load (i32.const 4096)) (i32.const 1))
          (i64.ne (i64.load (i32.const 2048)) (i64.const 9))))"#;
    plugin(&format!("(func (export \"run\") (result i32) {body})")).call::<()>("run", "").unwrap();
}

#[test]
fn what_lies_beyond_the_memory_is_a_fault() {
    for [at, count] in [["65530", "1"], ["1024", "-1"]] {
        let poll = format!("(call $poll (i32.const {at}) (i32.const 2048) (i32.const {count}) (i32.const 4096))");
        let error = plugin(&format!("(func (export \"run\") (result i32) {poll})")).call::<()>("run", "").unwrap_err();
        assert_eq!(error.to_string(), "returned 21 without setting an error");
    }
}

#[test]
fn what_a_host_cannot_wait_for_is_its_error() {
    let cases = [
        ("nothing", "(call $poll (i32.const 1024) (i32.const 2048) (i32.const 0) (i32.const 4096))"),
        ("a time of the wall clock", "(call $sleep (i32.const 0) (i32.const 1) (i64.const 1))"),
        ("a clock that is none", "(call $sleep (i32.const 9) (i32.const 0) (i64.const 1))"),
        (
            "stdin",
            "(call $file (i32.const 1024) (i32.const 1) (i32.const 0)) (call $poll (i32.const 1024) (i32.const 2048) (i32.const 1) (i32.const 4096))",
        ),
        (
            "no file",
            "(call $file (i32.const 1024) (i32.const 2) (i32.const 7)) (call $poll (i32.const 1024) (i32.const 2048) (i32.const 1) (i32.const 4096))",
        ),
        ("the time of the processor", "(call $time (i32.const 2) (i64.const 0) (i32.const 64))"),
        ("its resolution", "(call $resolution (i32.const 3) (i32.const 64))"),
        (
            "the resolution",
            "(i32.sub (call $resolution (i32.const 1) (i32.const 64)) (i32.wrap_i64 (i64.load (i32.const 64))))",
        ),
        ("the environment", "(i32.add (call $environ (i32.const 64) (i32.const 68)) (i32.load (i32.const 64)))"),
        ("the arguments", "(i32.add (call $arguments (i32.const 64) (i32.const 68)) (i32.load (i32.const 64)))"),
    ];
    let told = cases.map(|(name, body)| format!("{name}: {}", code(body)));
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_sleep_beyond_the_timeout_is_one() {
    let body = r#"(func (export "run") (result i32) (call $sleep (i32.const 1) (i32.const 0) (i64.const 2000000000)))"#;
    let mut plugin = Plugin::load_in(guest(body), Host::new().timeout(Duration::from_secs(2))).unwrap();
    assert_eq!(plugin.call::<()>("run", "").result, Err(Error::TimedOut { milliseconds: 2000 }));
    let mut plugin = Plugin::load_in(guest(body), Host::new().timeout(Duration::from_secs(3))).unwrap();
    assert_eq!(plugin.call::<()>("run", "").result, Ok(()));
}

#[test]
fn a_busy_wait_is_told_about_the_clock() {
    let wait = "(loop $wait (drop (call $yield)) (drop (call $time (i32.const 1) (i64.const 0) (i32.const 64)))
      (br_if $wait (i64.lt_u (i64.load (i32.const 64)) (i64.const 2000000000))))";
    let outcome = plugin(&format!("(func (export \"run\") {wait})")).call::<()>("run", "");
    let error = outcome.result.unwrap_err();
    assert!(matches!(error, Error::WaitsForClock { .. }), "{error:?}");
    assert_eq!(error.kind(), "out_of_fuel");
    let told = error.to_string();
    insta::assert_snapshot!(told.replace(|letter: char| letter.is_ascii_digit(), ""), @"it waits for the clock: it read the time  times without sleeping, and the time that it waits for does not come, because the clock of a test stands still during a call and moves only while the plugin sleeps; sleep, or let the test move it between calls with `Plugin::advance`");
}

#[test]
fn a_busy_wait_is_one_line_and_told_about_the_clock_with_any_limit() {
    let wait = "(loop $wait (drop (call $time (i32.const 1) (i64.const 0) (i32.const 64)))
      (br_if $wait (i64.lt_u (i64.load (i32.const 64)) (i64.const 2000000000))))";
    let body = format!("(func (export \"run\") {wait})");
    let outcome = Plugin::load_in(guest(&body), Host::new().fuel(10_000)).unwrap().call::<()>("run", "");
    assert!(matches!(outcome.result, Err(Error::WaitsForClock { .. })), "{outcome}");
    let reads = outcome.host_calls().len();
    let trace = outcome.trace();
    let lines: Vec<_> = trace.lines().collect();
    assert_eq!(lines[..2], ["run", &format!("  clock_time_get monotonic -> 1s  ({reads} times)")]);
    assert_eq!(lines.len(), 3, "{outcome}");
    let line = format!("host calls:\n    clock_time_get monotonic -> 1s  ({reads} times)\n");
    assert!(outcome.report().contains(&line), "{}", outcome.report());
}

#[test]
fn a_loop_that_asks_for_the_time_now_and_then_is_out_of_fuel() {
    let body = "(func (export \"run\") (drop (call $time (i32.const 1) (i64.const 0) (i32.const 64))) (loop $ever (br $ever)))";
    let mut plugin = Plugin::load_in(guest(body), Host::new().fuel(1_000_000)).unwrap();
    assert_eq!(plugin.call::<()>("run", "").result, Err(Error::OutOfFuel { limit: 1_000_000 }));
}

#[test]
fn what_a_plugin_prints_is_in_the_trace_line_by_line() {
    let mut plugin = plugin(
        r#"(func (export "run") (result i32)
          (drop (call $print (i32.const 1) (i32.const 512) (i32.const 18)))
          (drop (call $print (i32.const 2) (i32.const 512) (i32.const 6)))
          (drop (call $print (i32.const 1) (i32.const 600) (i32.const 5)))
          (drop (call $print (i32.const 2) (i32.const 600) (i32.const 4)))
          (unreachable))
        (func (export "fails") (result i32)
          (if (i32.ne (call $print (i32.const 0) (i32.const 512) (i32.const 1)) (i32.const 8)) (then (unreachable)))
          (if (i32.ne (call $print (i32.const 5) (i32.const 512) (i32.const 1)) (i32.const 8)) (then (unreachable)))
          (if (i32.ne (call $print (i32.const 1) (i32.const -1) (i32.const 2)) (i32.const 21)) (then (unreachable)))
          (i32.const 0))"#,
    );
    assert_outcome_snapshot!(plugin.call::<()>("run", ""), @r#"
    run
      fd_write stdout "first"
      fd_write stderr "first"
      fd_write stdout "second, and more"
      fd_write stderr "more"
    => error: trapped: wasm `unreachable` instruction executed
    "#);
    assert_outcome_snapshot!(plugin.call::<()>("fails", ""), @"
    fails
    => nothing
    ");
}

#[test]
fn text_without_end_ends() {
    let body = "(func (export \"run\") (loop $ever (drop (call $print (i32.const 1) (i32.const 0) (i32.const 65536))) (br $ever)))";
    let mut plugin = Plugin::load_in(guest(body), Host::new().fuel(1_000_000_000)).unwrap();
    let error = plugin.call::<()>("run", "").result.unwrap_err();
    assert!(matches!(error, Error::OutOfHostCalls { .. }), "{error:?}");
}

#[test]
fn a_start_function_may_sleep() {
    let body = "(func $start (drop (call $sleep (i32.const 1) (i32.const 0) (i64.const 1000)))) (start $start) (func (export \"run\"))";
    let plugin = plugin(body);
    // Extism instantiates twice.
    assert_eq!(plugin.host(|host| host.clock.nanoseconds(1)), 1_000_002_000);
}

/// A command whose record gives it 50 ms.
fn limited(body: &str) -> Plugin {
    let record = r#"(@custom "plugsmith" "{\"kind\":\"command\",\"name\":\"SLOW\",\"arity\":1,\"timeout_ms\":50}\n")"#;
    plugin(&format!("{record} (func (export \"SLOW\") (result i32) {body})"))
}

#[test]
fn a_command_has_no_more_time_than_it_says() {
    let sleep = |time: u64| format!("(call $sleep (i32.const 1) (i32.const 0) (i64.const {time}))");
    assert_eq!(limited(&sleep(49_000_000)).call::<()>("SLOW", "").result, Ok(()));
    let timed_out = Err(Error::TimedOut { milliseconds: 50 });
    assert_eq!(limited(&sleep(50_000_000)).call::<()>("SLOW", "").result, timed_out);
    let counts = "(local $left i32) (local.set $left (i32.const 20000000))
      (loop $again (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1))))) (i32.const 0)";
    assert_eq!(limited(counts).call::<()>("SLOW", "").result, timed_out);
    assert_eq!(limited("(loop $ever (br $ever)) (i32.const 0)").call::<()>("SLOW", "").result, timed_out);
}
