//! Costs held against those of a baseline.

use std::fmt::{self, Write};

use serde::Serialize;

use super::summary::{ExportSummary, Summary, code};
use crate::text::{grouped, one_line};

/// What has changed since a baseline.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Comparison {
    /// The compiler, Extism and the profile of the baseline, and those of now.
    pub toolchains: (String, String),
    /// By how many percent a cost may rise.
    pub tolerance: f64,
    /// What has changed, in the order of exports. Nothing is compared over different toolchains.
    pub changes: Vec<Change>,
}

/// One cost that has changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Change {
    /// The export; `None` for the artifact's own size.
    pub export: Option<String>,
    /// What it is: `median fuel`, `max fuel`, `pages`, `bytes out`, `host calls`, `bytes`, `calls`.
    pub what: &'static str,
    /// What the baseline says; `None` for an export that it does not know.
    pub before: Option<u64>,
    /// What it is now; `None` for an export that was not called.
    pub after: Option<u64>,
    /// What follows.
    pub verdict: Verdict,
}

/// What follows from a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// It costs less, or an export is new.
    Fine,
    /// It costs more, within the tolerance.
    Tolerated,
    /// It costs more than the tolerance allows.
    Worse,
    /// An export of the baseline was not called in this run, so nothing is known of it.
    NotCalled,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Verdict::Fine => "ok",
            Verdict::Tolerated => "tolerated",
            Verdict::Worse => "WORSE",
            Verdict::NotCalled => "NOT CALLED",
        }
    }
}

impl Summary {
    /// Holds these costs against those of a baseline: a cost may rise by `tolerance` percent.
    ///
    /// ```
    /// use plugsmith_harness::powers::cost::{Summary, Verdict};
    /// use plugsmith_harness::{Guest, Plugin};
    ///
    /// let counts = br#"(module (func (export "run")))"#;
    /// let mut plugin = Plugin::load(&counts[..])?;
    /// plugin.call::<()>("run", "").unwrap();
    /// let now = Summary::of(&plugin.recorded());
    /// let mut baseline = now.clone();
    /// assert!(now.compare(&baseline, 0.0).is_ok());
    ///
    /// baseline.exports.get_mut("run").unwrap().max -= 1;
    /// assert_eq!(now.compare(&baseline, 0.0).changes[0].verdict, Verdict::Worse);
    /// # Ok::<(), plugsmith_harness::Error>(())
    /// ```
    pub fn compare(&self, baseline: &Summary, tolerance: f64) -> Comparison {
        let toolchains = (baseline.artifact.toolchain(), self.artifact.toolchain());
        let mut comparison = Comparison { toolchains, tolerance, changes: Vec::new() };
        if !comparison.is_comparable() {
            return comparison;
        }
        comparison.compare(None, "bytes", baseline.artifact.bytes, self.artifact.bytes);
        for (name, before) in &baseline.exports {
            let Some(after) = self.exports.get(name) else {
                let (export, before) = (Some(name.clone()), Some(before.calls));
                let verdict = Verdict::NotCalled;
                comparison.changes.push(Change { export, what: "calls", before, after: None, verdict });
                continue;
            };
            for (what, of) in MEASURES {
                comparison.compare(Some(name), what, of(before), of(after));
            }
        }
        let fresh = self.exports.iter().filter(|(name, _)| !baseline.exports.contains_key(*name));
        comparison.changes.extend(fresh.map(|(name, costs)| Change {
            export: Some(name.clone()),
            what: "max fuel",
            before: None,
            after: Some(costs.max),
            verdict: Verdict::Fine,
        }));
        comparison
    }
}

/// A number of an export's.
type Measure = (&'static str, fn(&ExportSummary) -> u64);

/// What is compared.
const MEASURES: [Measure; 5] = [
    ("median fuel", |costs| costs.median),
    ("max fuel", |costs| costs.max),
    ("pages", |costs| costs.pages),
    ("bytes out", |costs| costs.bytes_out),
    ("host calls", |costs| costs.host_calls),
];

impl Comparison {
    /// Whether both were measured with the same compiler, Extism and profile.
    pub fn is_comparable(&self) -> bool {
        self.toolchains.0 == self.toolchains.1
    }

    /// Whether nothing got worse, as far as that can be told.
    pub fn is_ok(&self) -> bool {
        !self.changes.iter().any(|change| matches!(change.verdict, Verdict::Worse | Verdict::NotCalled))
    }

    fn compare(&mut self, export: Option<&str>, what: &'static str, before: u64, after: u64) {
        let allowed = before as f64 * (1.0 + self.tolerance / 100.0);
        let verdict = match () {
            () if after == before => return,
            () if after < before => Verdict::Fine,
            () if after as f64 <= allowed => Verdict::Tolerated,
            () => Verdict::Worse,
        };
        let export = export.map(str::to_owned);
        self.changes.push(Change { export, what, before: Some(before), after: Some(after), verdict });
    }

    /// As Markdown: a sentence, and a table of what has changed.
    pub fn markdown(&self) -> String {
        let mut out = format!("{}\n", self.title());
        if !self.changes.is_empty() {
            out.push_str("\n| export | cost | before | after | change | |\n|---|---|---:|---:|---:|---|\n");
        }
        for change in &self.changes {
            let export = change.export.as_deref().map_or_else(|| "the artifact".to_owned(), code);
            let [what, before, after, share, verdict] = change.cells();
            let verdict = if self.fails(change) { format!("**{verdict}**") } else { verdict };
            let _ = writeln!(out, "| {export} | {what} | {before} | {after} | {share} | {verdict} |");
        }
        out
    }

    fn fails(&self, change: &Change) -> bool {
        matches!(change.verdict, Verdict::Worse | Verdict::NotCalled)
    }

    fn title(&self) -> String {
        if !self.is_comparable() {
            return format!(
                "The baseline was measured with another toolchain, so nothing is compared: it needs to be saved anew.\n\
                 \x20 baseline: {}\n  now:      {}",
                one_line(&self.toolchains.0),
                one_line(&self.toolchains.1)
            );
        }
        let failing = self.changes.iter().filter(|change| self.fails(change)).count();
        match (failing, self.changes.len()) {
            (0, 0) => "No cost has changed since the baseline.".to_owned(),
            (0, n) => format!("{n} costs have changed since the baseline, all within {} %.", self.tolerance),
            (n, all) => format!("{n} of {all} changes since the baseline are beyond {} %.", self.tolerance),
        }
    }
}

impl Change {
    fn cells(&self) -> [String; 5] {
        let number = |n: Option<u64>| n.map_or_else(|| "-".to_owned(), grouped);
        let share = match (self.before, self.after) {
            (Some(before), Some(after)) if before > 0 => {
                format!("{:+.1} %", (after as f64 - before as f64) * 100.0 / before as f64)
            }
            (None, _) => "new".to_owned(),
            _ => "-".to_owned(),
        };
        [self.what.to_owned(), number(self.before), number(self.after), share, self.verdict.word().to_owned()]
    }
}

/// The widest name that stands in a row with its numbers.
const WIDEST: usize = 32;

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.title())?;
        if self.changes.is_empty() {
            return Ok(());
        }
        let head = ["cost", "before", "after", "change", ""].map(str::to_owned);
        let name = |change: &Change| change.export.as_deref().map_or_else(|| "(artifact)".to_owned(), one_line);
        let rows: Vec<_> = self.changes.iter().map(|change| (name(change), change.cells())).collect();
        let lengths = rows.iter().map(|(name, _)| name.chars().count());
        let name_width = lengths.filter(|length| *length <= WIDEST).max().unwrap_or(0).max("export".len());
        let width = |column: usize| {
            let cells = rows.iter().map(|(_, cells)| cells[column].chars().count());
            cells.chain([head[column].len()]).max().unwrap_or(0)
        };
        let line = |name: &str, [what, before, after, share, verdict]: &[String; 5]| {
            let text = format!(
                "{name:name_width$}  {what:0$}  {before:>1$}  {after:>2$}  {share:>3$}  {verdict}",
                width(0),
                width(1),
                width(2),
                width(3)
            );
            text.trim_end().to_owned()
        };
        write!(f, "\n\n{}", line("export", &head))?;
        for (name, cells) in &rows {
            if name.chars().count() > WIDEST {
                write!(f, "\n{name}\n{}", line("", cells))?;
            } else {
                write!(f, "\n{}", line(name, cells))?;
            }
        }
        Ok(())
    }
}
