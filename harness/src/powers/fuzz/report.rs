//! What a fuzzer found, as data and as text.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;

use super::input::Input;
use super::judge::Problem;
use crate::text::printable;
use crate::trace::event::render_bytes;

/// What a fuzzer found.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The seed of all choices.
    pub seed: u64,
    /// The inputs that were tried.
    pub runs: u64,
    /// The calls that were made, those of shrinking and the like included.
    pub calls: u64,
    /// How many edges of the code were reached, and how many there are; none of a guest that is not instrumented.
    pub edges: (usize, usize),
    /// The inputs that reached something new.
    pub kept: usize,
    /// The saved inputs that were tried first.
    pub saved: usize,
    /// What each entry point takes: `SET <key> <value: bytes>`.
    pub shapes: Vec<String>,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What was accepted, and why.
    pub accepted: Vec<(Finding, String)>,
    /// What the artifact does not say, and what follows from it.
    pub notes: Vec<String>,
}

/// Calls that are not as they should be.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// What is wrong.
    pub problem: Problem,
    /// What exactly, such as the message of a panic.
    pub reason: String,
    /// The smallest calls of a fresh guest that show it; the last has the problem.
    pub inputs: Vec<Input>,
    /// The trace of each call.
    pub traces: Vec<String>,
    /// Where it is saved.
    pub file: Option<PathBuf>,
    #[serde(skip)]
    pub(super) place: String,
}

impl Finding {
    /// The entry point that has the problem.
    pub fn entry(&self) -> &str {
        self.inputs.last().map_or("", |input| input.entry.as_str())
    }
}

impl Report {
    /// Whether nothing was found but what is accepted.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    /// Panics with the report if there are findings.
    ///
    /// # Panics
    /// There are findings.
    #[track_caller]
    pub fn assert(&self) {
        assert!(self.is_clean(), "{}", printable(&self.to_string()));
    }

    /// The findings of another run of the same artifact, with another seed, too.
    #[must_use]
    pub fn with(mut self, other: Report) -> Report {
        self.runs += other.runs;
        self.calls += other.calls;
        self.kept += other.kept;
        self.edges.0 = self.edges.0.max(other.edges.0);
        for finding in other.findings {
            let is_known = |known: &Finding| (known.problem, &known.place) == (finding.problem, &finding.place);
            if !self.findings.iter().any(is_known) {
                self.findings.push(finding);
            }
        }
        self
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (reached, all) = self.edges;
        writeln!(
            f,
            "fuzz: {} inputs, {reached} of {all} edges, {} inputs kept, seed {}",
            self.runs, self.kept, self.seed
        )?;
        for shape in &self.shapes {
            writeln!(f, "  {shape}")?;
        }
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        for (finding, reason) in &self.accepted {
            writeln!(f, "accepted: {} of {}: {reason}", finding.problem.shown(), finding.entry())?;
        }
        match self.findings.len() {
            0 => write!(f, "no finding")?,
            1 => write!(f, "1 finding")?,
            count => write!(f, "{count} findings")?,
        }
        for finding in &self.findings {
            write!(f, "\n\n{finding}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}\n  {}", self.entry(), self.problem.shown(), self.reason.replace('\n', "\n  "))?;
        for (place, input) in self.inputs.iter().enumerate() {
            write!(f, "\n  {}. {}", place + 1, input.entry)?;
            for field in &input.fields {
                write!(f, " {}", render_bytes(field))?;
            }
            for answer in &input.answers {
                write!(f, "\n     the host answers host call {} otherwise: {:?}", answer.place + 1, answer.what)?;
            }
        }
        if let Some(trace) = self.traces.last() {
            write!(f, "\n  {}", trace.replace('\n', "\n  "))?;
        }
        if let Some(file) = &self.file {
            write!(f, "\n  saved in {}: the next run tries it first; commit it", file.display())?;
        }
        Ok(())
    }
}
