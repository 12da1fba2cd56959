#![doc = include_str!("../README.md")]

// The macros name this crate by its public name, here too.
extern crate self as plugsmith;

pub mod protocol;

mod error;
mod value_conversions;

mod argument;
mod command;
mod data_type;
mod function;
mod hook;
mod host_function;
mod reply;
mod storage_backend;
mod transformer;

mod context;

pub mod clock;
pub mod config;
pub mod http;
pub mod kv;
pub mod log;
pub mod peers;
pub mod random;
pub mod storage;
pub mod vars;

#[cfg(feature = "json")]
pub mod orbis;

mod abi;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use plugsmith_macros::{
    command, data_type, export_plugin, function, hook, host_functions, peer, storage_backend, transformer,
};

pub use argument::{Argument, Bytes, Element, FromCall};
pub use clock::clock;
pub use config::config;
pub use context::PluginContext;
pub use data_type::{DataType, Encoded, Encoding, NamedType};
#[cfg(feature = "data-types")]
pub use data_type::{decode_compact, encode_compact};
pub use error::{CommandError, CommandResult, HostError};
pub use function::{Input, Output};
pub use hook::{FromEvent, HookContext, HookOutput};
pub use host_function::{HostArgument, HostReply, HostResult};
pub use http::{HttpRequest, HttpResponse, http};
#[cfg(feature = "json")]
pub use json::Json;
pub use kv::kv;
pub use log::log;
pub use peers::{PeerOutput, peers};
pub use protocol::Value;
pub use protocol::event::{Event, HookResult};
pub use random::random;
pub use reply::Reply;
pub use storage::{Ttl, storage};
pub use storage_backend::StorageBackend;
pub use transformer::TransformerOutput;
pub use vars::vars;

#[cfg(feature = "json")]
mod json;
