//! What came of a suite, as data, and as `cargo test` would print it.

use std::fmt;
use std::time::Duration;

use crate::error::Error;

/// What came of a suite.
#[derive(Clone, Debug)]
pub struct Report {
    /// The groups in order; the first has no name, and holds what stands before any other.
    pub groups: Vec<Group>,
    /// Why the test plugin did not come to its end, or said at its end that it has failed.
    pub error: Option<Error>,
    /// What helps in finding out why: the test plugin's frames and last calls; empty without an error.
    pub details: String,
    /// What the tested plugin failed with, where the last assertion does not tell.
    pub notes: Vec<String>,
    /// Wall time.
    pub duration: Duration,
}

/// Assertions that share an instance of the tested plugin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// The name; none for what stands before the first group.
    pub name: Option<String>,
    /// The assertions in order.
    pub assertions: Vec<Assertion>,
}

/// One assertion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// The name.
    pub name: String,
    /// Whether it held.
    pub passed: bool,
    /// The test plugin's message; the libraries put there what was expected.
    pub reason: String,
    /// How calls of the tested plugin failed since the last assertion: equal failures in one line, and
    /// of many the first.
    pub notes: Vec<String>,
    /// Time spent in the tested plugin since the last assertion.
    pub duration: Duration,
}

impl Report {
    /// Whether every assertion held, and the test plugin came to its end.
    pub fn passed(&self) -> bool {
        self.error.is_none() && self.assertions().all(|(_, assertion)| assertion.passed)
    }

    /// Every assertion with its group.
    pub fn assertions(&self) -> impl Iterator<Item = (&Group, &Assertion)> {
        self.groups.iter().flat_map(|group| group.assertions.iter().map(move |assertion| (group, assertion)))
    }

    /// How many assertions held, and how many did not; a test plugin that did not come to its end
    /// is one that did not.
    pub fn counts(&self) -> (usize, usize) {
        let passed = self.assertions().filter(|(_, assertion)| assertion.passed).count();
        (passed, self.assertions().count() - passed + usize::from(self.error.is_some()))
    }

    /// Nothing.
    ///
    /// # Panics
    /// The suite failed: with what it prints.
    #[track_caller]
    pub fn assert_passed(&self) {
        assert!(self.passed(), "{self}");
    }
}

/// A line for each assertion, then what failed, as `cargo test` prints it.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (group, assertion) in self.assertions() {
            let verdict = if assertion.passed { "ok" } else { "FAILED" };
            writeln!(f, "test {} ... {verdict}", title(group, assertion))?;
        }
        if self.error.is_some() {
            writeln!(f, "test the suite ends ... FAILED")?;
        }
        if self.passed() {
            return Ok(());
        }
        writeln!(f, "\nfailures:")?;
        for (group, assertion) in self.assertions().filter(|(_, assertion)| !assertion.passed) {
            writeln!(f, "\n---- {} ----", title(group, assertion))?;
            write_lines(f, &assertion.reason)?;
            assertion.notes.iter().try_for_each(|note| write_lines(f, note))?;
        }
        if self.error.is_some() {
            writeln!(f, "\n---- the suite ends ----")?;
            write_lines(f, &self.details)?;
            self.notes.iter().try_for_each(|note| write_lines(f, note))?;
        }
        Ok(())
    }
}

fn title(group: &Group, assertion: &Assertion) -> String {
    let name = one_line(&assertion.name);
    match &group.name {
        Some(group) => format!("{} > {name}", one_line(group)),
        None => name,
    }
}

/// Text of a guest's, which must not look like lines of ours.
fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// Lines of a guest's, without what would steer a terminal.
fn write_lines(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    text.lines().filter(|line| !line.is_empty()).try_for_each(|line| writeln!(f, "{}", one_line(line)))
}
