//! What stands behind every service off wasm32: a host in memory, for Extism's ABI and for Orbis'.

pub(crate) mod clock;
pub(crate) mod fake_host;
pub(crate) mod glob;
pub(crate) mod held;
pub(crate) mod http;
#[cfg(feature = "json")]
pub(crate) mod orbis;
pub(crate) mod peers;
pub(crate) mod random;
pub(crate) mod store;
pub(crate) mod stored;
