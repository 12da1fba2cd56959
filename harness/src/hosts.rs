//! The hosts by their words: what each gives a plugin, and how it behaves.

pub mod extism;
pub mod ferrite;
#[cfg(feature = "orbis")]
pub mod orbis;
mod orbis_rules;
pub mod peers;
mod profile;
pub mod query;
pub(crate) mod report;
mod standard;

pub use profile::{Abi, Functions, Profile, Wasi, profile, profiles};
