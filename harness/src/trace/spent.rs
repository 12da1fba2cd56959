//! What a call used up.

use std::time::Duration;

use crate::trace::cost::Crossed;

/// What a call used up.
#[derive(Debug, Default)]
pub(crate) struct Spent {
    pub(crate) fuel: u64,
    /// What its host calls count for, against the limit of fuel.
    pub(crate) host_calls: u64,
    pub(crate) pages: u64,
    pub(crate) duration: Duration,
    /// Of this call alone, without what it led to.
    pub(crate) crossed: Crossed,
}

impl Spent {
    /// Adds what another call used up; of pages the larger number.
    pub(crate) fn add(&mut self, later: Spent) {
        self.fuel += later.fuel;
        self.host_calls = self.host_calls.saturating_add(later.host_calls);
        self.pages = self.pages.max(later.pages);
        self.duration += later.duration;
    }
}
