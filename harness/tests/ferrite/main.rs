//! `hosts::ferrite`: hooks, the keyspace behind them, and plugin manifests.

#![expect(clippy::unwrap_used, reason = "what fails in a helper fails the test")]

mod equality;
mod fcall;
#[path = "../suite/guest.rs"]
#[expect(dead_code, reason = "the other tests use the rest of it")]
mod guest;
mod hooks;
mod keyspace;
mod manifest;
#[cfg(feature = "serve")]
mod requests;
mod server;
mod stand_in;
#[cfg(all(feature = "redis", feature = "serve"))]
mod stores;
