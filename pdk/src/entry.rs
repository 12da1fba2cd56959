//! What an entry point is at run time: how its arguments arrive, and how its reply leaves.

pub(crate) mod argument;
pub(crate) mod command;
pub(crate) mod function;
#[cfg(feature = "json")]
mod json;
pub(crate) mod reply;
pub(crate) mod usage;
