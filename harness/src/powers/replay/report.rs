//! What came of a replay, as data and as text.

use std::fmt;

use super::diff::Line;
use crate::text::{counted, printable};

/// What came of a replay.
#[derive(Clone, Debug, Default, serde::Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The calls.
    pub calls: usize,
    /// The host calls of the replay.
    pub host_calls: usize,
    /// What differs from the recording, in the order of the calls.
    pub differences: Vec<Difference>,
    /// What to know: another artifact, calls that are missing.
    pub warnings: Vec<String>,
    /// The trace of each call.
    pub traces: Vec<String>,
}

/// One thing that differs from the recording.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[serde(rename_all = "snake_case", tag = "what")]
#[non_exhaustive]
pub enum Difference {
    /// The host calls.
    HostCalls {
        /// Which call it is, from 1.
        number: usize,
        /// The call.
        call: String,
        /// Both lists as one.
        lines: Vec<Line>,
    },
    /// The output or the error.
    Result {
        /// Which call it is, from 1.
        number: usize,
        /// The call.
        call: String,
        /// How it ended in the recording.
        recorded: String,
        /// How it ends now.
        now: String,
    },
    /// The guest could not begin anew.
    Restart {
        /// Before which call it was to.
        number: usize,
        /// Why not.
        reason: String,
    },
}

impl Report {
    /// Whether all was as in the recording.
    pub fn is_same(&self) -> bool {
        self.differences.is_empty()
    }

    /// Checks that all was as in the recording.
    ///
    /// # Panics
    /// With the report, where something differs.
    #[track_caller]
    pub fn assert(&self) {
        assert!(self.is_same(), "{self}");
    }
}

/// The host calls that are shown before and behind one that differs.
const CONTEXT: usize = 2;
/// The most lines of one comparison.
const LINES: usize = 60;
/// The most letters of a line.
const WIDTH: usize = 100;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (calls, host_calls) = (counted(self.calls as u64, "call"), counted(self.host_calls as u64, "host call"));
        match self.differences.len() {
            0 => write!(f, "replay: {calls}, {host_calls}, as recorded")?,
            count => write!(f, "replay: {calls}, {host_calls}, {}", counted(count as u64, "difference"))?,
        }
        for warning in &self.warnings {
            write!(f, "\nwarning: {}", printable(warning))?;
        }
        for difference in &self.differences {
            write!(f, "\n\n{difference}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::Restart { number, reason } => {
                write!(f, "before call {number}: the plugin does not start again: {}", printable(reason))
            }
            Difference::Result { number, call, recorded, now } => {
                writeln!(f, "{}", cut(&format!("call {number}: {call}: another result")))?;
                writeln!(f, "{}", cut(&format!("  - {recorded}")))?;
                write!(f, "{}", cut(&format!("  + {now}")))
            }
            Difference::HostCalls { number, call, lines } => {
                write!(f, "{}", cut(&format!("call {number}: {call}: other host calls (- recorded, + now)")))?;
                host_calls(f, lines)
            }
        }
    }
}

fn host_calls(f: &mut fmt::Formatter<'_>, lines: &[Line]) -> fmt::Result {
    let differs = |line: &Line| !matches!(line, Line::Same { .. });
    let places: Vec<usize> = (0..lines.len()).filter(|place| differs(&lines[*place])).collect();
    let is_near = |place: usize| {
        let next = places.partition_point(|other| other + CONTEXT < place);
        places.get(next).is_some_and(|other| *other <= place + CONTEXT)
    };
    let (mut shown, mut skipped) = (0, 0_u64);
    for (place, line) in lines.iter().enumerate() {
        if !is_near(place) || shown >= LINES {
            skipped += 1;
            continue;
        }
        if skipped > 0 {
            write!(f, "\n    .. {}", counted(skipped, "host call"))?;
            skipped = 0;
        }
        shown += 1;
        match line {
            Line::Same { call } => write!(f, "\n{}", cut(&format!("    {call}")))?,
            Line::Missing { call } => write!(f, "\n{}", cut(&format!("  - {call}")))?,
            Line::Extra { call } => write!(f, "\n{}", cut(&format!("  + {call}")))?,
            Line::Changed { recorded, now } => {
                write!(f, "\n{}\n{}", cut(&format!("  - {recorded}")), cut(&format!("  + {now}")))?;
            }
        }
    }
    if skipped > 0 {
        write!(f, "\n    .. {}", counted(skipped, "host call"))?;
    }
    Ok(())
}

/// One line, as a terminal may be shown it.
fn cut(line: &str) -> String {
    let line = printable(line).replace('\n', "\\n");
    if line.chars().count() <= WIDTH {
        return line;
    }
    format!("{}..", line.chars().take(WIDTH - 2).collect::<String>())
}
