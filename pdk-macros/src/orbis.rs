//! The macros of an Orbis plugin: `#[route]`, `#[lifecycle]` and its own `export_plugin!`.

pub(crate) mod call;
pub(crate) mod export_plugin;
pub(crate) mod lifecycle;
mod marker;
mod path;
mod permission;
pub(crate) mod route;

/// The functions of a plugin's life, which a host calls by these names.
const PHASES: &[&str] = &["init", "execute", "cleanup"];
