//! The guests, built once, and calls of them in few words.

use std::path::{Path, PathBuf};

use plugsmith_harness::hosts::peers::{Failures, Registry};
use plugsmith_harness::plugsmith::Json;
use plugsmith_harness::{Host, Outcome, Plugin};
use serde_json::{Value, json};

/// The folder of a fixture's crate.
pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn artifact(name: &str) -> Vec<u8> {
    std::fs::read(plugsmith_harness::build(&folder(name)).unwrap()).unwrap()
}

/// What is called: `count_vowels`, `echo`, `count`, `fail`, `boom`, `spin`, `grow`.
pub(crate) fn callee() -> Vec<u8> {
    artifact("peers-callee")
}

/// What loads and calls others.
pub(crate) fn caller() -> Vec<u8> {
    artifact("peers-caller")
}

/// The same plugin as another artifact: a custom section more.
pub(crate) fn variant(mut wasm: Vec<u8>, name: u8) -> Vec<u8> {
    wasm.extend([0, 2, 1, name]);
    wasm
}

/// The caller under test, among these.
#[track_caller]
pub(crate) fn plugin(registry: Registry) -> Plugin {
    Plugin::load_in(caller(), Host::new().peers(registry.named("caller"))).unwrap()
}

/// A registry of a host that tells its plugins what went wrong.
pub(crate) fn registry() -> Registry {
    Registry::new().failures(Failures::Told)
}

/// Such a registry with the callee, under its own name.
pub(crate) fn with_callee() -> Registry {
    registry().plugin("callee", callee())
}

/// The input of `relay`, `cope` and `dive`.
pub(crate) fn step(plugin: &str, function: &str, input: impl Into<Value>) -> Json<Value> {
    let input = match input.into() {
        Value::String(text) => text,
        other => other.to_string(),
    };
    Json(json!({"plugin": plugin, "function": function, "input": input}))
}

/// Calls a function of a peer through the caller.
pub(crate) fn relay(plugin: &mut Plugin, peer: &str, function: &str, input: impl Into<Value>) -> Outcome<String> {
    plugin.call("relay", step(peer, function, input))
}

/// As `relay`; an error of the peer is in the output.
pub(crate) fn cope(plugin: &mut Plugin, peer: &str, function: &str, input: impl Into<Value>) -> String {
    plugin.call("cope", step(peer, function, input)).unwrap()
}
