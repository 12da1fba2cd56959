//! `MockContext`: which host a call reaches, and the services that need no wasm.

use std::time::Duration;

use plugsmith::log::Level;
use plugsmith::testing::{MockContext, SeededRandom, VirtualClock};
use plugsmith::{clock, config, kv, log, random, storage, vars};

#[test]
fn free_functions_reach_the_newest_context() {
    let outer = MockContext::new();
    outer.set_config("who", "outer");
    {
        let inner = MockContext::new();
        assert_eq!(config().get("who"), None);
        inner.set_config("who", "inner");
        assert_eq!(config().get("who").as_deref(), Some("inner"));
        assert_eq!(outer.config().get("who").as_deref(), Some("outer"), "a context reaches its own host");
    }
    assert_eq!(config().get("who").as_deref(), Some("outer"));
}

#[test]
fn contexts_may_end_in_any_order() {
    let first = MockContext::new();
    let second = MockContext::new();
    second.set_config("who", "second");
    drop(first);
    assert_eq!(config().get("who").as_deref(), Some("second"));
    drop(second);
    assert_eq!(config().get("who"), None);
}

#[test]
fn without_a_context_each_thread_has_a_host_of_its_own() {
    kv().write("key", "here");
    assert_eq!(kv().read("key").as_deref(), Some(&b"here"[..]));
    assert_eq!(std::thread::spawn(|| kv().read("key")).join().unwrap(), None);
}

#[test]
fn every_free_function_reaches_the_context() {
    let ctx = MockContext::new();
    storage().set("key", 1).unwrap();
    vars().set_int("n", 7);
    kv().write("k", "v");
    log().warn("careful");
    assert_eq!(ctx.storage().get("key").unwrap().unwrap(), 1);
    assert_eq!(ctx.vars().get_int("n"), Ok(7));
    assert_eq!(ctx.kv().read("k").as_deref(), Some(&b"v"[..]));
    assert_eq!(
        (ctx.logs()[0].level, ctx.logs()[0].level.name(), &*ctx.logs()[0].text),
        (Level::Warn, "warn", "careful")
    );
    assert_eq!(clock().unix_millis(), 1_735_689_600_000);
    assert_ne!(random().u64(), random().u64());
}

#[test]
fn a_clock_moves_only_when_told_to() {
    let ctx = MockContext::new();
    let wall = ctx.clock().since_epoch();
    assert_eq!(ctx.clock().monotonic(), Duration::from_secs(1));
    ctx.advance(Duration::from_millis(1500));
    assert_eq!(ctx.clock().since_epoch() - wall, Duration::from_millis(1500));
    ctx.set_time(Duration::from_secs(7));
    assert_eq!((ctx.clock().unix_millis(), ctx.clock().monotonic()), (7000, Duration::from_millis(2500)));
}

#[test]
fn the_end_of_time_is_no_overflow() {
    let mut clock = VirtualClock::default();
    clock.advance(Duration::MAX);
    clock.advance(Duration::MAX);
    assert_eq!((clock.now(), clock.nanoseconds(0), clock.nanoseconds(1)), (Duration::MAX, u64::MAX, u64::MAX));
}

#[test]
fn a_seed_gives_the_same_bytes_in_every_run() {
    let ctx = MockContext::new();
    let first: [u8; 12] = ctx.random().bytes().unwrap();
    ctx.seed_random(0);
    assert_eq!(ctx.random().bytes(), Ok(first));
    ctx.seed_random(1);
    assert_ne!(ctx.random().bytes(), Ok(first));
    // SplitMix64's own test vector for seed 1234567.
    let mut word = [0; 8];
    SeededRandom::new(1_234_567).fill(&mut word);
    assert_eq!(u64::from_le_bytes(word), 6_457_827_717_110_365_317);
}

#[test]
fn a_variable_is_set_counted_and_removed() {
    let ctx = MockContext::new();
    assert_eq!((ctx.vars().get("n"), ctx.vars().get_int("n")), (None, Ok(0)));
    ctx.vars().set("n", "x").unwrap();
    assert_eq!(ctx.vars().get_int("n").unwrap_err().to_string(), "the variable 'n' is not an integer");
    ctx.vars().remove("n");
    assert_eq!(ctx.vars().get("n"), None);
    assert_eq!(
        ctx.vars().set("n", "").unwrap_err().to_string(),
        "an Extism host removes a variable that is set to nothing: call remove"
    );
}

#[test]
fn configuration_may_be_missing_empty_or_required() {
    let ctx = MockContext::new();
    ctx.set_config("empty", "");
    assert_eq!(ctx.config().get("empty").as_deref(), Some(""));
    assert_eq!(ctx.config().get("none"), None);
    assert_eq!(ctx.config().require("none").unwrap_err().to_string(), "'none' config required");
}

#[test]
fn logs_come_in_order_with_their_level() {
    let ctx = MockContext::new();
    let log = ctx.log();
    log.trace("1");
    log.debug("2");
    log.info("3");
    log.warn("4");
    log.error("5");
    log.write(Level::Info, "6");
    let lines: Vec<String> = ctx.logs().iter().map(|line| format!("{} {}", line.level.name(), line.text)).collect();
    assert_eq!(lines, ["trace 1", "debug 2", "info 3", "warn 4", "error 5", "info 6"]);
}
