//! All that a host in memory holds.

use std::collections::BTreeMap;

use super::clock::VirtualClock;
use super::held::Held;
use super::http::HttpMocks;
use super::peers::MockPeers;
use super::random::SeededRandom;
use super::store::Store;
use crate::protocol::log::Line;

/// A host in memory: what a plugin finds there, and what it left behind.
#[derive(Clone, Debug, Default)]
pub struct FakeHost {
    /// Storage.
    pub store: Store,
    /// The values behind `kv_read` and `kv_write`.
    pub kv: BTreeMap<String, Vec<u8>>,
    /// How much storage and kv hold.
    pub held: Held,
    /// The configuration.
    pub config: BTreeMap<String, String>,
    /// The variables of the instance.
    pub vars: BTreeMap<String, Vec<u8>>,
    /// The lines logged so far.
    pub logs: Vec<Line>,
    /// The time.
    pub clock: VirtualClock,
    /// The randomness.
    pub random: SeededRandom,
    /// The responses to HTTP requests.
    pub http: HttpMocks,
    /// The headers of the last HTTP response.
    pub last_headers: BTreeMap<String, String>,
    /// The other plugins.
    pub peers: MockPeers,
}
