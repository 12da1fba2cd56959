//! One step of a sequence.

use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::engine::guest::Guest;
use crate::engine::watch::{Passing, Verdict, Watch};
use crate::error::Error;
use crate::trace::outcome::Outcome;

/// The trace of a step; of one that breaks everything also why.
pub(super) type Taken = Result<String, (String, String)>;

/// What is done to a guest, and the line that does it in a test.
pub(super) struct Step<G> {
    pub(super) shown: String,
    work: Rc<dyn Fn(&mut G) -> Taken>,
    /// Which of its host calls is refused.
    fault: Option<usize>,
}

impl<G> Clone for Step<G> {
    fn clone(&self) -> Step<G> {
        Step { shown: self.shown.clone(), work: Rc::clone(&self.work), fault: self.fault }
    }
}

impl<G> fmt::Debug for Step<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl<G> Step<G> {
    pub(super) fn new(shown: String, work: impl Fn(&mut G) -> Taken + 'static) -> Step<G> {
        Step { shown, work: Rc::new(work), fault: None }
    }

    /// With a host call that is refused.
    pub(super) fn with(mut self, fault: Option<usize>) -> Step<G> {
        if let Some(place) = fault {
            self.shown = format!("{}    // host call {} is refused", self.shown, place + 1);
        }
        self.fault = fault;
        self
    }
}

impl<G: Guest> Step<G> {
    pub(super) fn take(&self, guest: &mut G) -> Taken {
        let Some(place) = self.fault else { return (self.work)(guest) };
        guest.watch(Some(Arc::new(Refuses { place, calls: AtomicUsize::new(0) })));
        let taken = (self.work)(guest);
        guest.watch(None);
        taken
    }
}

/// The trace of a call; also why nothing can hold after it, where the guest has broken down.
pub(super) fn settle<T>(outcome: Outcome<T>) -> Taken {
    let trace = outcome.trace();
    match outcome.result {
        Ok(_) | Err(Error::Plugin { .. } | Error::Denied { .. } | Error::HostFailed { .. }) => Ok(trace),
        Err(error) => Err((trace, error.to_string())),
    }
}

/// Refuses the host call at one place.
struct Refuses {
    place: usize,
    calls: AtomicUsize,
}

impl Watch for Refuses {
    fn before(&self, call: &Passing<'_>) -> Verdict {
        match call.can_fail && self.calls.fetch_add(1, Ordering::Relaxed) == self.place {
            true => Verdict::Refuse("ERR injected by the invariant's faults".to_owned()),
            false => Verdict::Pass,
        }
    }
}
