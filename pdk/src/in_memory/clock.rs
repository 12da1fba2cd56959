//! A clock that moves only when told to.

use std::time::Duration;

/// The time of a mocked host. It starts at 2025-01-01T00:00:00Z.
#[derive(Clone, Debug)]
pub struct VirtualClock {
    wall: Duration,
    monotonic: Duration,
}

impl VirtualClock {
    /// The wall time since 1970.
    pub fn now(&self) -> Duration {
        self.wall
    }

    /// Sets the wall time, since 1970. The monotonic time stays.
    pub fn set(&mut self, since_epoch: Duration) {
        self.wall = since_epoch;
    }

    /// Lets time pass.
    pub fn advance(&mut self, by: Duration) {
        self.wall = self.wall.saturating_add(by);
        self.monotonic = self.monotonic.saturating_add(by);
    }

    /// The nanoseconds of WASI's clock 0 (wall time) or any other (monotonic).
    pub fn nanoseconds(&self, clock: i32) -> u64 {
        let time = if clock == 0 { self.wall } else { self.monotonic };
        u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
    }
}

impl Default for VirtualClock {
    fn default() -> VirtualClock {
        // No machine has been up for no time; guests written in Go do not start on one.
        VirtualClock { wall: Duration::from_secs(1_735_689_600), monotonic: Duration::from_secs(1) }
    }
}
