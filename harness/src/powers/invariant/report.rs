//! What broke an invariant, as data and as text.

use std::fmt;

use crate::text::counted;

/// What came of the sequences.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// The sequences that were asked for.
    pub runs: u32,
    /// The sequences that were run, those of shrinking included.
    pub tried: u32,
    /// What broke the invariant, if anything did.
    pub broken: Option<Broken>,
}

/// The shortest sequence that was found to break an invariant.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Broken {
    /// What the invariant says, or how the plugin broke down.
    pub reason: String,
    /// The steps, as lines of a test.
    pub steps: Vec<String>,
    /// The trace of each step.
    pub traces: Vec<String>,
}

impl Report {
    /// Checks that nothing broke the invariant.
    ///
    /// # Panics
    /// With the report, where something did.
    #[track_caller]
    pub fn assert(&self) {
        assert!(self.broken.is_none(), "{self}");
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(Broken { reason, steps, traces }) = &self.broken else {
            return write!(f, "invariant: holds in {} sequences", self.runs);
        };
        writeln!(f, "invariant: broken after {}: {reason}", counted(steps.len() as u64, "step"))?;
        for line in traces.iter().flat_map(|trace| trace.lines()) {
            write!(f, "\n    {line}")?;
        }
        write!(f, "\n\nas a test:\n\n    #[test]\n    fn the_invariant_holds() {{\n        let mut plugin = ..;")?;
        for step in steps {
            let (call, comment) = step.split_once("    // ").unwrap_or((step, ""));
            let start = if call.contains("::<") || call.contains(".command(") { "let _ = " } else { "" };
            let comment = if comment.is_empty() { String::new() } else { format!("    // {comment}") };
            write!(f, "\n        {start}{call};{comment}")?;
        }
        write!(f, "\n        // here the invariant is broken\n    }}")
    }
}
