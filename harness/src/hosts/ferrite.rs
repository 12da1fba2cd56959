//! Ferrite: a Redis-like server whose plugins bring commands, hooks, data types, transformers and
//! storage backends.

mod acting;
mod client;
mod extensions;
mod hooks;
mod keyspace;
pub mod manifest;

pub use client::Client;
pub(crate) use extensions::Extensions;
pub(crate) use keyspace::Keyspace;
