//! What a guest does with WASI's time and text in one call.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use crate::error::Error;

/// What a guest does with time and text in one call.
#[derive(Debug, Default)]
pub(crate) struct Wasi {
    /// How often it has read the clock since it last slept.
    pub(super) clock_reads: Cell<u64>,
    /// How long it has slept, in the time of the test's clock.
    pub(super) slept: Cell<Duration>,
    pub(super) printed: Printed,
}

impl Wasi {
    /// Forgets the last call.
    pub(crate) fn begin(&self) {
        self.clock_reads.take();
        self.slept.take();
        self.printed.forget();
    }

    pub(crate) fn slept(&self) -> Duration {
        self.slept.get()
    }

    /// The error of a call that has waited for the clock until it had no fuel or time left.
    pub(crate) fn waited_in_vain(&self, error: Error) -> Error {
        /// More than a plugin asks for the time within one call that does something else.
        const MANY: u64 = 1_000;
        // Of a small limit, little else can have been done between two of these.
        const FEW: u64 = 16;
        const BETWEEN: u64 = 10_000;
        let reads = self.clock_reads.get();
        match error {
            Error::TimedOut { .. } if reads >= MANY => Error::WaitsForClock { reads },
            Error::OutOfFuel { limit } | Error::OutOfHostCalls { limit }
                if reads >= MANY || (reads >= FEW && reads.saturating_mul(BETWEEN) > limit) =>
            {
                Error::WaitsForClock { reads }
            }
            error => error,
        }
    }
}

/// The names of the two.
pub(super) const NAMES: [&str; 2] = ["stdout", "stderr"];

/// The lines that have not ended yet, of stdout and stderr.
#[derive(Debug, Default)]
pub(super) struct Printed {
    pub(super) lines: RefCell<[Vec<u8>; 2]>,
}

impl Printed {
    fn forget(&self) {
        self.lines.take();
    }

    /// What was printed after the last end of a line.
    pub(super) fn rest(&self) -> impl Iterator<Item = (&'static str, Vec<u8>)> {
        NAMES.into_iter().zip(self.lines.take()).filter(|(_, line)| !line.is_empty())
    }
}
