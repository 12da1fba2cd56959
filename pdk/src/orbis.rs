//! Plugins for Orbis: routes over HTTP, with a database, state, events and a manifest inside.
//!
//! ```
//! use plugsmith::Json;
//! use plugsmith::orbis::{self, Error, User, route};
//!
//! #[derive(serde::Deserialize)]
//! struct NewItem { name: String }
//!
//! /// Makes an item.
//! #[route(POST, "/api/items")]
//! fn create_item(user: User, Json(item): Json<NewItem>) -> Result<(u16, Json<i64>), Error> {
//!     let id = orbis::db().insert("INSERT INTO items (name, owner) VALUES (?, ?)", (item.name, user.id))?;
//!     Ok((201, Json(id)))
//! }
//!
//! orbis::export_plugin!(create_item, permissions = ["database_read", "database_write"]);
//! ```
//!
//! The entry points decide the ABI: a crate with `#[route]`s and [`export_plugin!`] speaks that of
//! Orbis (`allocate`, handlers of an address and a length, imports from `env`), and its artifact
//! imports nothing of Extism as long as it takes its services from here.

mod call;
mod entry;
mod extract;
mod json;
mod lifecycle;
mod manifest;
mod request;
mod response;
mod scalar;

pub mod config;
pub mod crypto;
pub mod db;
pub mod events;
pub mod http;
pub mod log;
pub mod state;

#[cfg(not(target_arch = "wasm32"))]
pub mod testing;

#[doc(hidden)]
#[path = "orbis/private.rs"]
pub mod __private;

pub use plugsmith_macros::{orbis_export_plugin as export_plugin, orbis_lifecycle as lifecycle, orbis_route as route};

pub use crate::error::orbis::Error;
pub use config::config;
pub use crypto::crypto;
pub use db::{Parameters, Row, db};
pub use events::events;
pub use extract::FromRequest;
pub use http::http;
pub use lifecycle::LifecycleOutput;
pub use log::log;
pub use request::{Request, User};
pub use response::{IntoResponse, Response};
pub use scalar::Parameter;
pub use state::state;

/// The code in the pages about writing a plugin for Orbis.
#[cfg(doctest)]
#[doc = include_str!("../../docs/orbis.md")]
#[doc = include_str!("../../docs/orbis-services.md")]
struct Guide;
