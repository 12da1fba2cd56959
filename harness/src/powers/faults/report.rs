//! What a fault sweep found, as data and as text.

use std::fmt;

use super::Fault;
use crate::text::counted;
use crate::trace::outcome::Outcome;

/// What a sweep found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// The host calls that can fail, of the run without a fault.
    pub host_calls: usize,
    /// The runs with a fault.
    pub runs: usize,
    /// How many more there would have been.
    pub left_out: usize,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What was accepted, and why.
    pub accepted: Vec<(Finding, String)>,
    /// The host functions whose findings are accepted, and which have none.
    pub unused: Vec<String>,
}

/// One run that is not as it should be.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Finding {
    /// The host function that failed.
    pub function: String,
    /// Which host call it was, from 0.
    pub place: usize,
    /// How it failed.
    pub fault: Fault,
    /// What is wrong.
    pub what: What,
    /// The trace of the run.
    pub trace: String,
}

/// What is wrong with a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum What {
    /// The guest trapped.
    Trapped,
    /// The guest ran into a limit of fuel, time or memory.
    Exhausted,
    /// The call succeeded, although a write failed.
    Swallowed,
    /// The call failed with an empty error.
    SaysNothing,
    /// The call failed, and yet it changed what the host keeps.
    HalfDone,
    /// The run did not make this host call: it differs from run to run.
    Elsewhere,
}

impl What {
    fn shown(self) -> &'static str {
        match self {
            What::Trapped => "the plugin trapped: handle the failure and return an error",
            What::Exhausted => "the plugin ran into a limit: do not try again without an end",
            What::Swallowed => "the call succeeded although this write failed: return the error with `?`",
            What::SaysNothing => "the error is empty: say what failed",
            What::HalfDone => "the call failed and left changes behind: check before the first write, or undo",
            What::Elsewhere => "the work made other host calls this time: make it the same from run to run",
        }
    }
}

impl Finding {
    pub(super) fn new<T>(function: &str, place: usize, fault: Fault, what: What, outcome: &Outcome<T>) -> Finding {
        Finding { function: function.to_owned(), place, fault, what, trace: outcome.trace() }
    }
}

impl Report {
    pub(super) fn new(host_calls: usize, left_out: usize) -> Report {
        Report { host_calls, runs: 0, left_out, findings: Vec::new(), accepted: Vec::new(), unused: Vec::new() }
    }

    /// Checks that nothing was found.
    ///
    /// # Panics
    /// With the report, where there is a finding, where a finding is accepted that does not occur, and where
    /// the sweep was cut short.
    #[track_caller]
    pub fn assert(&self) {
        assert!(self.findings.is_empty() && self.unused.is_empty() && self.left_out == 0, "{self}");
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |number: usize, what| counted(number as u64, what);
        let (calls, runs) = (plural(self.host_calls, "host call"), plural(self.runs, "run"));
        write!(f, "fault sweep: {calls}, {runs}, {}", plural(self.findings.len(), "finding"))?;
        for finding in &self.findings {
            let Finding { function, place, fault, what, trace } = finding;
            write!(f, "\n\n{function} (host call {}) {}:\n  {}", place + 1, fault.shown(), what.shown())?;
            for line in trace.lines() {
                write!(f, "\n    {line}")?;
            }
        }
        if let Some(finding) = self.findings.first() {
            write!(f, "\n\nto accept the findings of a function: .accept({:?}, \"why\")", finding.function)?;
        }
        for (finding, reason) in &self.accepted {
            let Finding { function, place, fault, .. } = finding;
            write!(f, "\n\naccepted: {function} (host call {}) {}: {reason}", place + 1, fault.shown())?;
        }
        for name in &self.unused {
            write!(f, "\n\n`.accept({name:?}, ..)` accepts nothing: {name} has no finding; remove it")?;
        }
        if self.left_out > 0 {
            let left_out = plural(self.left_out, "more run");
            write!(f, "\n\n{left_out} were left out: sweep over less work")?;
        }
        Ok(())
    }
}
