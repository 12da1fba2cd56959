//! How long a call may take, by the clock on the wall: what host functions do costs no fuel.

use std::time::{Duration, Instant};

/// A call's limit of time, which runs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    started: Instant,
    limit: Duration,
}

impl Deadline {
    /// One that runs from now on.
    pub(super) fn after(limit: Duration) -> Deadline {
        Deadline { started: Instant::now(), limit }
    }

    /// What is left of it.
    pub(super) fn left(self) -> Duration {
        self.limit.saturating_sub(self.started.elapsed())
    }

    /// That it is not over.
    ///
    /// # Errors
    /// What a trace says when it is.
    pub(super) fn check(self) -> Result<(), String> {
        if self.started.elapsed() < self.limit {
            Ok(())
        } else {
            Err(format!("more than {:?} in one call", self.limit))
        }
    }
}
