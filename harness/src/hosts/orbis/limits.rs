//! What a call of a plugin may use up.

use std::time::Duration;

/// What a call may use up; the defaults are the real host's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    /// Fuel, about one wasm instruction each.
    pub fuel: u64,
    /// Bytes of all of the plugin's memories together.
    pub memory_bytes: usize,
    /// Calls of host functions; later ones fail, and the plugin runs on.
    pub host_calls: u64,
    /// Time by the clock on the wall: calls of host functions after it fail, and the plugin is ended at its
    /// next branch.
    pub time: Duration,
    /// Bytes of a request's body.
    pub body_bytes: usize,
    /// Bytes that one call may leave in the host as state, events, HTTP requests and trace, as they lie in memory.
    /// The real host has no such limit; this one protects the machine that runs the test.
    pub kept_bytes: usize,
    /// Bytes of all that calls have left as state, as they lie in memory; the real host has no such limit.
    pub state_bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            fuel: 5_000_000,
            memory_bytes: 16 * 1024 * 1024,
            host_calls: 10_000,
            time: Duration::from_secs(5),
            body_bytes: 1024 * 1024,
            kept_bytes: 64 * 1024 * 1024,
            state_bytes: 256 * 1024 * 1024,
        }
    }
}
