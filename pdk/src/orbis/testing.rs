//! An Orbis host in memory, for unit tests that run natively: no wasm, no build, microseconds.

mod database;
mod fake_host;
mod host;
mod request;

pub use plugsmith_macros::orbis_call as call;

pub use database::{Database, Statement};
pub use fake_host::FakeHost;
pub use host::MockHost;
pub use request::RequestBuilder;
