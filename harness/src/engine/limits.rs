//! What a plugin may use up.

use std::time::Duration;

/// What a plugin may use up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    /// Pages of 64 KiB, of the guest and the kernel together.
    pub memory_pages: u32,
    /// Fuel, about one wasm instruction each, of one call and of the hooks, transformers and backends
    /// that it leads to.
    pub fuel: u64,
    /// Wall time of one call, and of start functions and `_initialize` together; a plugin that it calls has its
    /// own time, from when it is called. Instructions that take long, such as `memory.fill`, use one unit of fuel
    /// whatever their length, so fuel alone does not limit time.
    pub timeout: Option<Duration>,
    /// Bytes of all variables, Extism's `max_var_bytes`.
    pub var_bytes: usize,
    /// Bytes of the body of an HTTP response, Extism's `max_http_response_bytes`.
    pub http_response_bytes: usize,
}

impl Default for Limits {
    /// 128 MiB, 10,000,000,000 instructions (a few seconds), ten seconds, and as in Extism 1 MiB of
    /// variables and 50 MiB of an HTTP response.
    fn default() -> Limits {
        Limits {
            memory_pages: 2048,
            fuel: 10_000_000_000,
            timeout: Some(Duration::from_secs(10)),
            var_bytes: 1024 * 1024,
            http_response_bytes: 50 * 1024 * 1024,
        }
    }
}

/// The least that the host calls of a call may cost: a limit that a test fits to the plugin's instructions
/// must not end its few host calls.
const LEAST: u64 = 1_000_000_000;

impl Limits {
    /// What the host calls of one call may cost.
    pub(crate) fn host_calls(&self) -> u64 {
        self.fuel.max(LEAST)
    }
}
