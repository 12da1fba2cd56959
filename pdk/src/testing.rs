//! A plugin's host in memory, for unit tests that run natively: no wasm, no build, microseconds.
//!
//! The harness mocks its hosts with the same parts, so that a function behaves natively as its
//! artifact does there.

mod clock;
mod context;
mod fake_host;
mod glob;
mod http;
mod peers;
mod random;
mod round_trip;
mod store;
mod stored;

pub use clock::VirtualClock;
pub use context::{MockContext, MockGuard};
pub use fake_host::FakeHost;
pub use glob::glob_matches;
pub use http::{HttpAnswer, HttpFailure, HttpMatch, HttpMocks, HttpReply};
pub use peers::{Form, MockPeer, MockPeers, OwnedInput, PeerAnswer, PeerFunction};
pub use random::SeededRandom;
pub use round_trip::assert_round_trips;
pub use store::{SharedStore, Store, Stored};
#[doc(hidden)]
pub use stored::{increment, kind, range, storable};
