//! Every type and format that crosses the wasm boundary, once.
//!
//! Guest and harness both import these; neither redefines them.

pub mod arguments;
mod double;
pub mod event;
pub mod headers;
pub mod http;
pub mod json;
pub mod log;
#[cfg(not(target_arch = "wasm32"))]
pub mod metadata;
#[cfg(feature = "json")]
pub mod orbis;
pub mod peers;
pub mod resp;
mod value;
pub(crate) mod wire;

#[cfg(not(target_arch = "wasm32"))]
pub mod host_functions;

pub use value::Value;
