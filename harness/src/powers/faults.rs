//! The fault sweep: the same work once for each host call that it makes, and each time that call fails.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crate::engine::guest::{Guest, State};
use crate::engine::watch::{Passing, Verdict, Watch};
use crate::error::Result;

/// The most host calls of one piece of work that are made to fail.
const MOST: usize = 10_000;

/// What came of a sweep: the work without a fault, and once for each host call.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Sweep<T> {
    /// What the work gave without a fault, and what it left behind.
    pub whole: (T, State),
    /// The runs with a fault, in the order of their host calls.
    pub runs: Vec<Run<T>>,
    /// How many more host calls there were, which were not made to fail.
    pub left_out: usize,
}

/// One run, in which one host call failed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Run<T> {
    /// Which host call it was: the first is 0. Those that cannot fail do not count.
    pub place: usize,
    /// The import module of the host function.
    pub module: String,
    /// The name of the host function.
    pub name: String,
    /// What the work gave.
    pub value: T,
    /// What it left behind.
    pub state: State,
}

/// Does some work with a guest, then again once for each host call that it made, with a fresh guest each
/// time, and lets that one call fail; see [`Verdict::Refuse`] for what a guest sees of it.
///
/// ```
/// use plugsmith_harness::powers::faults;
/// use plugsmith_harness::Plugin;
///
/// // Writes twice, and does not look at whether it worked.
/// let writes = br#"(module
///   (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
///   (import "extism:host/env" "var_set" (func $set (param i64 i64)))
///   (func (export "run")
///     (call $set (call $alloc (i64.const 1)) (call $alloc (i64.const 1)))
///     (call $set (call $alloc (i64.const 2)) (call $alloc (i64.const 1)))))"#;
/// let sweep = faults::sweep(|| Plugin::load(&writes[..]), |plugin| plugin.call::<()>("run", "").result)?;
/// assert_eq!(sweep.whole.0, Ok(()));
/// // Half of the work is left behind where the second call fails.
/// let left: Vec<usize> = sweep.runs.iter().map(|run| run.state.variables.len()).collect();
/// assert_eq!(left, [0, 1]);
/// assert!(sweep.runs.iter().all(|run| run.name == "var_set" && run.value.is_err()));
/// # Ok::<(), plugsmith_harness::Error>(())
/// ```
///
/// # Errors
/// What keeps a guest from being made.
pub fn sweep<G: Guest, T>(mut make: impl FnMut() -> Result<G>, mut work: impl FnMut(&mut G) -> T) -> Result<Sweep<T>> {
    let mut run = |fault: usize| -> Result<(T, State, Arc<Nth>)> {
        let mut guest = make()?;
        let watch = Arc::new(Nth { fault, ..Nth::default() });
        guest.watch(Some(watch.clone()));
        let value = work(&mut guest);
        Ok((value, guest.state(), watch))
    };
    let (value, state, seen) = run(usize::MAX)?;
    let calls = seen.calls.load(Ordering::Relaxed);
    let mut sweep = Sweep { whole: (value, state), runs: Vec::new(), left_out: calls.saturating_sub(MOST) };
    for place in 0..calls.min(MOST) {
        let (value, state, watch) = run(place)?;
        let (module, name) = watch.failed.lock().map(|failed| failed.clone()).unwrap_or_default();
        sweep.runs.push(Run { place, module, name, value, state });
    }
    Ok(sweep)
}

/// Refuses one host call.
#[derive(Default)]
struct Nth {
    fault: usize,
    calls: AtomicUsize,
    failed: Mutex<(String, String)>,
}

impl Watch for Nth {
    fn before(&self, call: &Passing<'_>) -> Verdict {
        if !call.can_fail || self.calls.fetch_add(1, Ordering::Relaxed) != self.fault {
            return Verdict::Pass;
        }
        if let Ok(mut failed) = self.failed.lock() {
            *failed = (call.module.to_owned(), call.name.to_owned());
        }
        Verdict::Refuse("ERR injected by the fault sweep".to_owned())
    }
}
