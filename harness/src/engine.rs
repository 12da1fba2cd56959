//! One guest over Extism's ABI: its host, its imports, its instance, its calls.

mod again;
pub(crate) mod alarm;
pub(crate) mod arguments;
pub(crate) mod attached;
pub(crate) mod below;
pub(crate) mod blocks;
pub(crate) mod bounds;
pub(crate) mod caller;
pub(crate) mod compiled;
pub(crate) mod cost;
pub(crate) mod door;
pub(crate) mod failure;
pub(crate) mod fit;
pub(crate) mod guest;
mod held;
pub(crate) mod host;
pub(crate) mod ledger;
pub(crate) mod limits;
pub(crate) mod memory;
mod parts;
pub(crate) mod plugin;
mod round_trip;
pub(crate) mod running;
pub(crate) mod subject;
mod wasi;
pub(crate) mod watch;
