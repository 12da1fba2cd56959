//! A plugin's host in memory, for unit tests that run natively: no wasm, no build, microseconds.
//!
//! The harness mocks its hosts with the same parts, so that a function behaves natively as its
//! artifact does there.

pub mod calls;
mod context;
mod peers;
mod round_trip;

pub use crate::host_function::MockGuard;
pub use crate::in_memory::clock::VirtualClock;
pub use crate::in_memory::fake_host::FakeHost;
pub use crate::in_memory::glob::glob_matches;
pub use crate::in_memory::held::{Held, HeldLimits};
pub use crate::in_memory::http::{HttpAnswer, HttpFailure, HttpMatch, HttpMocks, HttpReply, Unanswered};
pub use crate::in_memory::peers::{FakePeer, MockPeers};
pub use crate::in_memory::random::SeededRandom;
pub use crate::in_memory::store::{Store, Stored};
#[doc(hidden)]
pub use crate::in_memory::stored::{increment, kind, range, storable};
pub use crate::services::storage::SharedStore;
pub use context::MockContext;
pub use peers::{Form, MockPeer, OwnedInput, PeerAnswer, PeerFunction};
pub use round_trip::assert_round_trips;
