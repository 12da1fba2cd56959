//! The built plugin, in the harness and in several hosts.

use plugsmith_harness::hosts::extism::{self, Wasm};
use plugsmith_harness::{Host, Plugin, assert_trace_snapshot, build, hosts, plugin};

#[test]
fn greets_with_the_title_of_the_configuration() {
    let mut plugin = plugin!(Host::new().config("title", "Dr.")); // built, never stale, strict, isolated
    assert_eq!(
        plugin.call::<String>("greet", "Ada").unwrap(),
        "Hello, Dr. Ada!"
    );
    assert_trace_snapshot!(plugin);
}

/// The manifest that hosts load it with: its configuration, its limits.
#[test]
fn the_manifest_fits() {
    let mut manifest = extism::parse(include_str!("../manifest.json")).unwrap();
    manifest.wasm = vec![Wasm::file(
        build(env!("CARGO_MANIFEST_DIR").as_ref()).unwrap(),
    )];
    let mut plugin = extism::load(&manifest, Host::new()).unwrap();
    assert_eq!(
        plugin.call::<String>("greet", "Ada").unwrap(),
        "Hello, Countess Ada!"
    );
}

// One test in each of these hosts, with what it gives.
hosts!(greets in extism, query, ferrite);
fn greets(plugin: &mut Plugin) {
    assert_eq!(
        plugin.call::<String>("greet", "Ada").unwrap(),
        "Hello, Ada!"
    );
}
