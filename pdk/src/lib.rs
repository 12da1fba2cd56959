#![doc = include_str!("../README.md")]

// The macros name this crate by its public name, here too.
extern crate self as plugsmith;

pub mod protocol;

mod text;

pub mod error;
mod value_conversions;
mod values;

#[cfg(not(target_arch = "wasm32"))]
mod in_memory;

mod abi;
mod host_function;

mod services;

mod context;

mod entry;
mod ferrite;

#[cfg(feature = "json")]
pub mod orbis;

#[cfg(not(target_arch = "wasm32"))]
pub mod testing;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

pub use plugsmith_macros::{
    command, data_type, export_plugin, fcall, function, hook, host_functions, peer, storage_backend, transformer,
};

pub use context::PluginContext;
pub use entry::argument::{Argument, Element, FromCall};
pub use entry::reply::Reply;
pub use error::{CommandError, CommandResult, HostError};
pub use ferrite::fcall;
pub use ferrite::hook::{FromEvent, HookContext, HookOutput};
pub use ferrite::storage_backend::StorageBackend;
pub use ferrite::transformer::TransformerOutput;
pub use host_function::{HostArgument, HostReply, HostResult};
pub use protocol::Value;
pub use protocol::event::{Event, HookResult};
pub use services::clock::clock;
pub use services::config::config;
pub use services::http::{HttpRequest, HttpResponse, http};
pub use services::kv::kv;
pub use services::log::log;
pub use services::peers::{PeerOutput, peers};
pub use services::random::random;
pub use services::storage::{Ttl, storage};
pub use services::vars::vars;
pub use services::{clock, config, http, kv, log, peers, random, storage, vars};
pub use values::bytes::Bytes;
pub use values::ferrite::{DataType, Encoded, Encoding, NamedType};
#[cfg(feature = "data-types")]
pub use values::ferrite::{decode_compact, encode_compact};
#[cfg(feature = "json")]
pub use values::json::Json;
pub use values::whole::{Input, Output};
