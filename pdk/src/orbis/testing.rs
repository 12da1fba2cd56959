//! An Orbis host in memory, for unit tests that run natively: no wasm, no build, microseconds.

mod host;
mod request;

pub use plugsmith_macros::orbis_call as call;

pub use crate::in_memory::orbis::{Database, FakeHost, Statement};
pub use host::MockHost;
pub use request::RequestBuilder;
