//! `clock()`: the host's time, through `wasi_snapshot_preview1.clock_time_get`.
//!
//! wasm32-unknown-unknown has no clock of its own (`std::time` panics). A host that offers no WASI
//! refuses to load an artifact that asks for the time, and names the import.

use std::time::{Duration, SystemTime};

use crate::abi::HostHandle;

/// The host's clock.
pub fn clock() -> Clock {
    Clock::new(HostHandle::current())
}

/// The host's clock.
#[derive(Clone, Debug)]
pub struct Clock {
    host: HostHandle,
}

impl Clock {
    pub(crate) fn new(host: HostHandle) -> Clock {
        Clock { host }
    }

    /// The wall time.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    ///
    /// let ctx = plugsmith::testing::MockContext::new();
    /// let start = ctx.clock().now();
    /// ctx.advance(Duration::from_secs(60));
    /// assert_eq!(ctx.clock().now().duration_since(start).unwrap(), Duration::from_secs(60));
    /// ```
    pub fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + self.since_epoch()
    }

    /// The wall time since 1970.
    pub fn since_epoch(&self) -> Duration {
        Duration::from_nanos(self.host.nanoseconds(0))
    }

    /// The wall time since 1970, in milliseconds.
    pub fn unix_millis(&self) -> u64 {
        self.host.nanoseconds(0) / 1_000_000
    }

    /// A time that never goes back, from an arbitrary start.
    pub fn monotonic(&self) -> Duration {
        Duration::from_nanos(self.host.nanoseconds(1))
    }
}
