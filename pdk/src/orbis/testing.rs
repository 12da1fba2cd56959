//! An Orbis host in memory, for unit tests that run natively: no wasm, no build, microseconds.

mod answer;
mod host;
mod parameters;
mod request;
mod route_call;
mod route_request;

pub use plugsmith_macros::orbis_call as call;

pub use crate::in_memory::orbis::{Database, FakeHost, Statement};
pub use answer::{Answer, FromAnswer};
pub use host::MockHost;
pub use parameters::{Place, ToPart, ToRequest, ToText};
pub use request::RequestBuilder;
pub use route_call::RouteCall;
pub use route_request::RouteRequest;
