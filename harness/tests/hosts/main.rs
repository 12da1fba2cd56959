//! The hosts by their words, each tested with guests in wasm's text format.

#![expect(clippy::unwrap_used, reason = "what fails in a helper fails the test")]

mod check;
#[cfg(feature = "orbis")]
mod check_orbis;
mod extism;
mod guest;
mod linked;
mod modules;
mod query;
mod real;
