//! The built plugin, in the harness, on its virtual clock.

use std::time::Duration;

use ferrite_ratelimit::window::{Verdict, Window};
use ferrite_ratelimit::{allow_call, reset_call};
use plugsmith_harness::plugsmith::Value;
use plugsmith_harness::plugsmith::testing::SeededRandom;
use plugsmith_harness::powers::{faults, steady};
use plugsmith_harness::{Error, Host, Plugin, assert_trace_snapshot, plugin};

#[test]
fn a_window_slides() {
    let mut plugin = plugin!();
    assert_eq!(plugin.run(allow_call("ada", 2, 10, None)).unwrap(), [1, 1, 0]);
    plugin.advance(Duration::from_secs(4));
    assert_eq!(plugin.run(allow_call("ada", 2, 10, None)).unwrap(), [1, 0, 0]);
    assert_eq!(plugin.run(allow_call("ada", 2, 10, None)).unwrap(), [0, 0, 6_000]);
    plugin.advance(Duration::from_millis(5_999));
    assert_eq!(plugin.run(allow_call("ada", 2, 10, None)).unwrap(), [0, 0, 1]);
    plugin.advance(Duration::from_millis(1));
    assert_eq!(plugin.run(allow_call("ada", 2, 10, None)).unwrap(), [1, 0, 0]);
    assert!(plugin.run(reset_call("ada")).unwrap());
    assert_trace_snapshot!(plugin);
}

#[test]
fn mistakes_are_named() {
    let mut plugin = plugin!(Host::new().storage("text", "7").storage_typed("ada", &Window::new(60)));
    let _ = plugin.command("RATE.ALLOW", ("ada", 2));
    let _ = plugin.command("RATE.ALLOW", ("ada", -1, 10));
    let _ = plugin.command("RATE.ALLOW", ("ada", 4_294_967_296_i64, 10));
    let _ = plugin.command("RATE.ALLOW", ("ada", 2, "10s"));
    let _ = plugin.command("RATE.ALLOW", ("ada", 2, 10, 0.5));
    let _ = plugin.command("RATE.ALLOW", ("ada", 2, 0));
    let _ = plugin.command("RATE.ALLOW", ("ada", 2, 10));
    let _ = plugin.command("RATE.ALLOW", ("text", 2, 10));
    let _ = plugin.command("RATE.RESET", ["text"]);
    assert_trace_snapshot!(plugin);
}

#[test]
fn an_idle_key_vanishes_from_storage() {
    let mut plugin = plugin!();
    plugin.command("RATE.ALLOW", ("ada", 2, 10)).unwrap();
    plugin.advance(Duration::from_millis(9_999));
    assert!(plugin.storage_typed::<Window>("ada").unwrap().is_some());
    plugin.advance(Duration::from_millis(1));
    assert_eq!(plugin.storage_typed::<Window>("ada").unwrap(), None);
}

#[test]
fn a_host_without_wasi_refuses_it_by_name() {
    let artifact = plugsmith_harness::build(env!("CARGO_MANIFEST_DIR").as_ref()).unwrap();
    let refused = Plugin::load_in(artifact, Host::new().without_wasi()).unwrap_err();
    assert!(matches!(refused, Error::MissingImport { import } if import.name == "clock_time_get"));
}

/// The artifact counts as the native window does, which is held against the truth natively.
#[test]
fn the_artifact_counts_as_its_native_twin() {
    let (mut plugin, mut twin, mut random) = (plugin!(), Window::new(2), SeededRandom::new(7));
    let mut now = plugin.host(|host| host.clock.now()).as_millis() as u64;
    let mut granted = 0;
    for _ in 0..300 {
        let (step, cost) = (random.below(150), random.below(3));
        plugin.advance(Duration::from_millis(step));
        now += step;
        let expected = match twin.ask(now, 9, cost) {
            Verdict::Admitted { remaining } => [1, remaining as i64, 0],
            Verdict::Refused { remaining, retry_after } => [0, remaining as i64, retry_after.unwrap() as i64],
        };
        granted += expected[0];
        let reply = plugin.command("RATE.ALLOW", ("ada", 9, 2, cost as i64)).unwrap();
        assert_eq!(reply, Value::Array(expected.map(Value::Integer).to_vec()));
    }
    assert!((100..300).contains(&granted), "both answers were given: {granted} of 300");
}

#[test]
fn a_host_call_that_fails_is_never_hidden() {
    faults(|| plugin!(Host::new().storage_typed("ada", &Window::new(10))))
        .check(|plugin| plugin.command("RATE.ALLOW", ("ada", 2, 10)))
        .assert();
}

#[test]
fn a_window_does_not_grow() {
    steady(plugin!())
        .calls(500)
        .frees_blocks()
        .check(|plugin| {
            plugin.advance(Duration::from_secs(1));
            plugin.command("RATE.ALLOW", ("ada", 2, 10))
        })
        .assert();
}
