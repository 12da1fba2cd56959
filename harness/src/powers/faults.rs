//! The fault sweep: the same work once for each host call that it makes and each way in which that call can
//! fail.

mod kind;
mod report;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use plugsmith::protocol::host_functions::HostValue;

use crate::engine::guest::{Guest, State};
use crate::engine::watch::{Passing, Verdict, Watch};
use crate::error::Error;
use crate::trace::outcome::Outcome;

pub use kind::Fault;
#[cfg(feature = "powers")]
pub(super) use kind::faults_of;
pub use report::{Finding, Report, What};

/// The most runs of one sweep.
const MOST: usize = 10_000;

/// A sweep of faults over the guests that `make` makes, a fresh one for each run.
///
/// One run without a fault lists the host calls; then there is one run for each of them and each [`Fault`] that
/// the real host can produce there. A finding is a run that trapped, that exhausted a limit, that succeeded
/// although a write failed, or whose error says nothing; with [`Faults::atomic`] also one that failed and
/// yet changed what the host keeps.
///
/// ```should_panic
/// use plugsmith_harness::powers::faults;
/// use plugsmith_harness::{Host, Plugin};
///
/// // Reads a variable, and traps where there is none.
/// let reads = br#"(module
///   (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
///   (import "extism:host/env" "store_u8" (func $store (param i64 i32)))
///   (import "extism:host/env" "config_get" (func $get (param i64) (result i64)))
///   (func (export "run") (local $key i64)
///     (local.set $key (call $alloc (i64.const 1)))
///     (call $store (local.get $key) (i32.const 107))
///     (if (i64.eqz (call $get (local.get $key))) (then unreachable))))"#;
/// faults(|| Plugin::load_in(&reads[..], Host::new().config("k", "1")).unwrap())
///     .check(|plugin| plugin.call::<()>("run", ""))
///     .assert();
/// ```
pub fn faults<G: Guest, M: FnMut() -> G>(make: M) -> Faults<M> {
    Faults { make, atomic: false, accepted: Vec::new() }
}

/// See [`faults`](fn@faults).
#[must_use = "`check` runs the sweep"]
pub struct Faults<M> {
    make: M,
    atomic: bool,
    accepted: Vec<(String, String)>,
}

impl<G: Guest, M: FnMut() -> G> Faults<M> {
    /// Work that fails must leave behind what was there before it: all or nothing.
    pub fn atomic(mut self) -> Faults<M> {
        self.atomic = true;
        self
    }

    /// Accepts the findings of the host function `name`, for this reason. One that accepts nothing is reported,
    /// so that the list stays true.
    pub fn accept(mut self, name: &str, reason: &str) -> Faults<M> {
        self.accepted.push((name.to_owned(), reason.to_owned()));
        self
    }

    /// Runs the sweep over this work: whatever calls lead to its outcome.
    ///
    /// # Panics
    /// The work fails without a fault: with its report.
    #[track_caller]
    pub fn check<T>(mut self, mut work: impl FnMut(&mut G) -> Outcome<T>) -> Report {
        let (mut guest, recorder) = ((self.make)(), Arc::new(Recorder::default()));
        guest.watch(Some(recorder.clone()));
        let whole = work(&mut guest);
        assert!(whole.result.is_ok(), "the work fails without any fault:\n{}", whole.report());
        let calls = std::mem::take(&mut *recorder.calls.lock().unwrap_or_else(PoisonError::into_inner));
        let planned: Vec<(usize, Fault)> = calls
            .iter()
            .enumerate()
            .flat_map(|(place, call)| call.faults.iter().map(move |fault| (place, *fault)))
            .collect();
        let mut report = Report::new(calls.len(), planned.len().saturating_sub(MOST));
        let mut used = BTreeSet::new();
        for &(place, fault) in planned.iter().take(MOST) {
            let mut guest = (self.make)();
            let before = self.atomic.then(|| guest.state());
            let nth = Arc::new(Nth { place, fault, ..Nth::default() });
            guest.watch(Some(nth.clone()));
            let outcome = work(&mut guest);
            report.runs += 1;
            if !nth.hit.load(Ordering::Relaxed) {
                // The work took another way: it is not the same from run to run.
                report.findings.push(Finding::new(&calls[place].name, place, fault, What::Elsewhere, &outcome));
                continue;
            }
            let Some(what) = judge(&outcome, fault, calls[place].writes, before.as_ref(), &guest) else { continue };
            let finding = Finding::new(&calls[place].name, place, fault, what, &outcome);
            match self.accepted.iter().position(|(name, _)| *name == finding.function) {
                Some(index) => {
                    used.insert(index);
                    report.accepted.push((finding, self.accepted[index].1.clone()));
                }
                None => report.findings.push(finding),
            }
        }
        let unused = self.accepted.iter().enumerate().filter(|(index, _)| !used.contains(index));
        report.unused = unused.map(|(_, (name, _))| name.clone()).collect();
        report
    }
}

/// What is wrong with how a run ended, if anything.
fn judge<G: Guest, T>(
    outcome: &Outcome<T>,
    fault: Fault,
    writes: bool,
    before: Option<&State>,
    guest: &G,
) -> Option<What> {
    match &outcome.result {
        Err(Error::Trapped { .. }) => return Some(What::Trapped),
        Err(
            Error::OutOfFuel { .. }
            | Error::OutOfHostCalls { .. }
            | Error::OutOfMemory { .. }
            | Error::TimedOut { .. }
            | Error::HostLimit { .. },
        ) => return Some(What::Exhausted),
        Err(error) if error.to_string().trim().is_empty() => return Some(What::SaysNothing),
        Ok(_) if writes && fault.is_refusal() => return Some(What::Swallowed),
        _ => {}
    }
    let changed = before.is_some_and(|before| outcome.result.is_err() && *before != guest.state());
    changed.then_some(What::HalfDone)
}

/// A host call of the run without a fault.
struct Call {
    name: String,
    writes: bool,
    faults: Vec<Fault>,
}

/// Lists the host calls that can fail.
#[derive(Default)]
struct Recorder {
    calls: Mutex<Vec<Call>>,
}

impl Watch for Recorder {
    fn before(&self, call: &Passing<'_>) -> Verdict {
        if call.can_fail {
            let call =
                Call { name: call.name.to_owned(), writes: kind::writes(call.name), faults: kind::faults_of(call) };
            self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
        }
        Verdict::Pass
    }
}

/// Lets one host call fail in one way.
struct Nth {
    place: usize,
    fault: Fault,
    calls: AtomicUsize,
    hit: AtomicBool,
}

impl Default for Nth {
    fn default() -> Nth {
        Nth { place: 0, fault: Fault::Error, calls: AtomicUsize::new(0), hit: AtomicBool::new(false) }
    }
}

impl Watch for Nth {
    fn before(&self, call: &Passing<'_>) -> Verdict {
        // The status belongs to the response that was put in place of the real one.
        if call.name == "http_status_code" && self.fault == Fault::ServerError && self.hit.load(Ordering::Relaxed) {
            return Verdict::Answer(HostValue::I32(500));
        }
        if !call.can_fail || self.calls.fetch_add(1, Ordering::Relaxed) != self.place {
            return Verdict::Pass;
        }
        self.hit.store(true, Ordering::Relaxed);
        self.fault.verdict(call)
    }
}
