//! The file: built, parsed, inspected, stripped. Nothing in here runs a plugin.

pub(crate) mod build;
pub(crate) mod callers;
pub(crate) mod edges;
pub mod file;
pub(crate) mod inspect;
#[cfg(feature = "powers")]
pub(crate) mod literals;
pub(crate) mod module;
pub(crate) mod names;
pub(crate) mod order;
pub(crate) mod origin;
pub(crate) mod proposals;
pub(crate) mod reach;
pub(crate) mod source;
pub(crate) mod stand_in;
pub(crate) mod strip;
pub(crate) mod symbols;
