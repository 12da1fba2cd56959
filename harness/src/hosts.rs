//! Hosts with a shape of their own, one module for each word.

#[cfg(feature = "orbis")]
pub mod orbis;
