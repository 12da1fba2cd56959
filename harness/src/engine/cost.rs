//! What a host call costs. wasmtime's fuel counts the guest's instructions only: a loop of host calls
//! would use hardly any, and run for hours. So host calls count for themselves, against the same limit.

use crate::engine::failure::Failure;
use crate::engine::running::Running;
use crate::error::{Error, HOST_CALL};

/// The cost of starting another instance.
pub(crate) const INSTANCE: u64 = 100 * HOST_CALL;

impl Running {
    /// The cost of the host calls of this call so far, including those of what it leads to.
    pub(crate) fn host_calls(&self) -> u64 {
        self.call.borrow().host_calls.saturating_add(self.below.spent.borrow().host_calls)
    }

    /// Counts so much, without an end: for what has ended already.
    pub(crate) fn count(&self, cost: u64) {
        let mut call = self.call.borrow_mut();
        call.host_calls = call.host_calls.saturating_add(cost);
    }

    /// Counts so much, before it is done.
    pub(crate) fn charge(&self, cost: u64) -> Result<(), Failure> {
        self.count(cost);
        let limit = self.host.limits.host_calls();
        if self.host_calls() <= limit {
            return Ok(());
        }
        let error = Error::OutOfHostCalls { limit };
        let failure = Failure::msg(error.to_string());
        self.below.fails(error);
        Err(failure)
    }
}
