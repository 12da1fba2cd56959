//! Orbis: routes that a wasm plugin answers, in wasmtime itself, with the real host's limits.
//!
//! There are two modes. [`Orbis::as_shipped`] does what the shipped host does, down to what it
//! denies; [`Orbis::as_documented`] does what its pages promise: path parameters, a database,
//! HTTP, events, and the plugin's own status codes. A third, [`Orbis::page_abi`], runs the listings on
//! its page as they stand, which no real host does. What the shipped host does was read in its
//! sources, `cyberpath-HQ/orbis`: `crates/orbis-plugin/src/runtime.rs` at aabcea3, `sandbox.rs` at
//! c190e8b, `loader.rs` at 18468f5, and `crates/orbis-server/src/routes/plugins.rs` as of the version
//! that reads queries and bodies. Manifests are read by its own parser, the crate `orbis-plugin-api`.

mod abi;
mod app;
mod check;
mod compiled;
mod db;
mod deadline;
mod engine;
mod failure;
mod guest;
mod host;
mod imports;
mod instance;
mod limits;
mod manifest;
mod memory;
mod mode;
mod package;
mod percent;
mod permission;
mod record;
mod request;
mod response;
mod router;
mod running;
mod secret;
mod server;
mod services;
mod spelling;
mod state;

pub use app::{App, Call};
pub use check::plugin as require_plugin;
pub use host::Orbis;
pub use limits::Limits;
pub use manifest::Manifest;
pub use mode::{HttpBodies, Mode};
pub use package::{Form, Package};
pub use permission::Permission;
pub(crate) use record::read as read_recording;
pub use record::record;
pub use request::{Request, User};
pub use response::Response;
pub(crate) use router::find as find_route;
pub use services::Emitted;
