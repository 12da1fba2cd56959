//! Two versions of a plugin: what changes for callers from one to the other.

mod report;

use crate::engine::guest::{Guest, State};
use crate::trace::outcome::Outcome;

pub use report::{Difference, Report};

/// Makes the same calls to two guests, and compares what they answer, which host calls they make, and what they
/// leave behind. Use it before a release, with the artifact of the last one.
///
/// ```
/// use plugsmith_harness::Plugin;
/// use plugsmith_harness::powers::{Difference, versions};
///
/// let old = br#"(module (func (export "ok") (result i32) (i32.const 0)) (func (export "gone")))"#;
/// let new = br#"(module (func (export "ok") (result i32) (i32.const 1)))"#;
/// let report = versions(Plugin::load(&old[..])?, Plugin::load(&new[..])?)
///     .check("ok", |plugin| plugin.call::<()>("ok", ""))
///     .report();
/// assert!(matches!(&report.differences[0], Difference::Missing { entry } if entry == "gone"));
/// assert!(matches!(&report.differences[1], Difference::Result { .. }));
/// # Ok::<(), plugsmith_harness::Error>(())
/// ```
pub fn versions<G: Guest, H: Guest>(old: G, new: H) -> Versions<G, H> {
    let (before, after) = (old.entries(), new.entries());
    let gone = before.iter().filter(|entry| !after.contains(entry));
    let differences = gone.map(|entry| Difference::Missing { entry: entry.clone() }).collect();
    Versions { old, new, report: Report { calls: 0, differences } }
}

/// See [`versions`](fn@versions).
#[must_use = "`check` makes calls, `report` and `assert` look at what came of them"]
pub struct Versions<G, H> {
    old: G,
    new: H,
    report: Report,
}

impl<G: Guest> Versions<G, G> {
    /// Makes this call to both; `name` is for the report.
    pub fn check<T>(self, name: &str, mut work: impl FnMut(&mut G) -> Outcome<T>) -> Versions<G, G> {
        let (old, new) = (Seen::of(name), Seen::of(name));
        let mut versions = self;
        let old = old.after(work(&mut versions.old), versions.old.state());
        let new = new.after(work(&mut versions.new), versions.new.state());
        versions.report.compare(&old, &new);
        versions
    }

    /// What differs.
    pub fn report(self) -> Report {
        self.report
    }

    /// Checks that nothing differs.
    ///
    /// # Panics
    /// With the report, where something does.
    #[track_caller]
    pub fn assert(self) {
        self.report.assert();
    }
}

/// What there is to see of one call.
pub(super) struct Seen {
    pub(super) call: String,
    pub(super) ending: String,
    /// The trace without its ending.
    pub(super) steps: Vec<String>,
    pub(super) state: State,
}

impl Seen {
    fn of(call: &str) -> Seen {
        Seen { call: call.to_owned(), ending: String::new(), steps: Vec::new(), state: State::default() }
    }

    fn after<T>(self, outcome: Outcome<T>, state: State) -> Seen {
        let trace = outcome.trace();
        let (steps, ending) = trace.rsplit_once("\n=> ").unwrap_or((&trace, ""));
        let steps = steps.lines().map(str::to_owned).collect();
        Seen { ending: ending.to_owned(), steps, state, ..self }
    }
}
