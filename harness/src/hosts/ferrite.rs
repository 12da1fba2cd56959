//! Ferrite: a Redis-like server whose plugins bring commands, hooks, data types, transformers and
//! storage backends.

mod client;
mod extensions;
pub(crate) mod fcall;
mod hooks;
mod host_action;
mod keyspace;
pub mod manifest;
mod names;
mod reply;
mod server;
mod service;
mod shown;
mod store;
mod verdict;

pub use client::Client;
pub(crate) use extensions::Gate;
pub use fcall::Fcall;
pub(crate) use keyspace::Keyspace;
pub(crate) use names::{Clash, clash};
pub use reply::{Protocol, Reply};
#[cfg(feature = "serve")]
pub(crate) use server::Download;
pub(crate) use server::verify_signature;
pub use server::{
    Count, FUEL_PER_MS, HookFailure, Keys, PluginConfig, PluginSource, PluginStats, SandboxConfig, Server, VERSION,
    keygen, sign,
};
