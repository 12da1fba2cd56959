//! The costs of an artifact's exports in a few numbers each: as data, and as a table.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use serde::{Deserialize, Serialize};

use crate::engine::ledger::{ExportCosts, Identity, Recorded};
use crate::text::{grouped, one_line};

/// What the exports of an artifact cost. Its JSON is the form of a baseline that is kept in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Summary {
    /// The artifact.
    pub artifact: Identity,
    /// Each export that was called, by its name.
    pub exports: BTreeMap<String, ExportSummary>,
}

/// What one export costs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ExportSummary {
    /// The number of calls.
    pub calls: u64,
    /// The least fuel of a call.
    pub min: u64,
    /// The mean fuel of a call, rounded down.
    pub mean: u64,
    /// The median fuel of a call.
    pub median: u64,
    /// The most fuel of a call.
    pub max: u64,
    /// The most pages of 64 KiB that the guest's memory held after a call.
    pub pages: u64,
    /// The most bytes of an input.
    pub bytes_in: u64,
    /// The most bytes of an output.
    pub bytes_out: u64,
    /// The most host calls of a call.
    pub host_calls: u64,
}

impl ExportSummary {
    fn of(costs: &ExportCosts) -> ExportSummary {
        ExportSummary {
            calls: costs.calls(),
            min: costs.min(),
            mean: costs.mean(),
            median: costs.median(),
            max: costs.max(),
            pages: costs.pages,
            bytes_in: costs.bytes_in,
            bytes_out: costs.bytes_out,
            host_calls: costs.host_calls,
        }
    }

    fn cells(&self) -> [String; COLUMNS.len()] {
        let ExportSummary { calls, min, mean, median, max, pages, bytes_in, bytes_out, host_calls } = *self;
        [calls, min, mean, median, max, pages, bytes_in, bytes_out, host_calls].map(grouped)
    }
}

const COLUMNS: [&str; 9] = ["calls", "min", "mean", "median", "max", "pages", "in", "out", "host calls"];

/// What the columns mean.
const LEGEND: &str = "min to max: fuel of a call; pages, bytes in and out, host calls: the most of any call";

impl Summary {
    /// The summary of what was recorded. Exports that only ran with faults, or into a timeout, are left out.
    pub fn of(recorded: &Recorded) -> Summary {
        let called = recorded.costs.iter().filter(|(_, costs)| costs.calls() > 0);
        let exports = called.map(|(name, costs)| (name.clone(), ExportSummary::of(costs))).collect();
        Summary { artifact: recorded.artifact.clone(), exports }
    }

    /// As a table in Markdown.
    pub fn markdown(&self) -> String {
        let mut out = format!("{}\n\n| export |", self.title());
        let _ = writeln!(out, "{}", COLUMNS.map(|column| format!(" {column} |")).concat());
        let _ = writeln!(out, "|---|{}", "---:|".repeat(COLUMNS.len()));
        for (name, costs) in &self.exports {
            let _ = writeln!(out, "| {} |{}", code(name), costs.cells().map(|cell| format!(" {cell} |")).concat());
        }
        let _ = write!(out, "\n{LEGEND}\n");
        out
    }

    fn title(&self) -> String {
        let artifact = &self.artifact;
        let hash = artifact.sha256.get(..12).unwrap_or(&artifact.sha256);
        format!("{} bytes, sha256 {hash}, {}", grouped(artifact.bytes), one_line(&artifact.toolchain()))
    }
}

/// The widest name that stands in a row with its numbers.
const WIDEST: usize = 24;

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.title())?;
        let rows: Vec<(String, [String; COLUMNS.len()])> =
            self.exports.iter().map(|(name, costs)| (one_line(name), costs.cells())).collect();
        let lengths = rows.iter().map(|(name, _)| name.chars().count());
        let name_width = lengths.filter(|length| *length <= WIDEST).max().unwrap_or(0).max("export".len());
        let width = |column: usize| {
            let cells = rows.iter().map(|(_, cells)| cells[column].len());
            cells.chain([COLUMNS[column].len()]).max().unwrap_or(0)
        };
        let line = |name: &str, cells: &[String; COLUMNS.len()]| {
            let cells = cells.iter().enumerate().map(|(column, cell)| format!("  {cell:>0$}", width(column)));
            format!("{name:name_width$}{}", cells.collect::<String>())
        };
        writeln!(f, "{}", line("export", &COLUMNS.map(str::to_owned)))?;
        for (name, cells) in &rows {
            // A long name has a line of its own, so that the columns stay.
            if name.chars().count() > WIDEST {
                writeln!(f, "{name}\n{}", line("", cells))?;
            } else {
                writeln!(f, "{}", line(name, cells))?;
            }
        }
        write!(f, "\n{LEGEND}")
    }
}

/// A stranger's text as code in a cell of a Markdown table.
pub(super) fn code(text: &str) -> String {
    format!("`{}`", one_line(text).replace('`', "\\u{60}").replace('|', "\\|"))
}
