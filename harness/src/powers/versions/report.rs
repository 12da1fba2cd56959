//! What differs between two versions, as data and as text.

use std::collections::BTreeMap;
use std::fmt::{self, Debug};

use super::Seen;
use crate::engine::guest::State;

/// What differs between two guests.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// The calls that both were given.
    pub calls: usize,
    /// What differs, in the order of the calls.
    pub differences: Vec<Difference>,
}

/// One thing that differs.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Difference {
    /// An export of the old one that the new one lacks.
    Missing {
        /// The export.
        entry: String,
    },
    /// A reply or an error.
    Result {
        /// The call.
        call: String,
        /// What the old one gave.
        old: String,
        /// What the new one gives.
        new: String,
    },
    /// What happened on the way: host calls and log lines.
    HostCalls {
        /// The call.
        call: String,
        /// The lines of the old one's trace.
        old: Vec<String>,
        /// The lines of the new one's trace.
        new: Vec<String>,
    },
    /// What the host keeps after the call.
    State {
        /// The call.
        call: String,
        /// The key, variable or table.
        place: String,
        /// What the old one has there.
        old: Option<String>,
        /// What the new one has there.
        new: Option<String>,
    },
}

impl Report {
    pub(super) fn compare(&mut self, old: &Seen, new: &Seen) {
        self.calls += 1;
        let call = || old.call.clone();
        if old.ending != new.ending {
            let (old, new) = (old.ending.clone(), new.ending.clone());
            self.differences.push(Difference::Result { call: call(), old, new });
        }
        if old.steps != new.steps {
            let (old, new) = (old.steps.clone(), new.steps.clone());
            self.differences.push(Difference::HostCalls { call: call(), old, new });
        }
        for (place, old, new) in states(&old.state, &new.state) {
            self.differences.push(Difference::State { call: call(), place, old, new });
        }
    }

    /// Checks that nothing differs.
    ///
    /// # Panics
    /// With the report, where something does.
    #[track_caller]
    pub fn assert(&self) {
        assert!(self.differences.is_empty(), "{self}");
    }
}

type Change = (String, Option<String>, Option<String>);

fn states(old: &State, new: &State) -> Vec<Change> {
    let mut changes = maps("storage", &old.storage, &new.storage);
    changes.extend(maps("kv", &old.kv, &new.kv));
    changes.extend(maps("variable", &old.variables, &new.variables));
    changes.extend(maps("state", &old.keys, &new.keys));
    changes.extend(maps("table", &old.rows, &new.rows));
    if old.events != new.events {
        changes.push(("events".to_owned(), Some(format!("{:?}", old.events)), Some(format!("{:?}", new.events))));
    }
    changes
}

fn maps<T: Debug + PartialEq>(what: &str, old: &BTreeMap<String, T>, new: &BTreeMap<String, T>) -> Vec<Change> {
    let added = new.keys().filter(|key| !old.contains_key(*key));
    let differing = old.keys().filter(|key| old.get(*key) != new.get(*key)).chain(added);
    let shown = |map: &BTreeMap<String, T>, key| map.get(key).map(|value| format!("{value:?}"));
    differing.map(|key| (format!("{what} {key:?}"), shown(old, key), shown(new, key))).collect()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "two versions: {} calls, {} differences", self.calls, self.differences.len())?;
        for difference in &self.differences {
            write!(f, "\n\n{difference}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::Missing { entry } => write!(f, "`{entry}` is gone: callers of it will fail"),
            Difference::Result { call, old, new } => {
                write!(f, "{call}: another result\n  old: {old}\n  new: {new}")
            }
            Difference::State { call, place, old, new } => {
                let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "nothing".to_owned());
                write!(f, "{call}: another {place} afterwards\n  old: {}\n  new: {}", shown(old), shown(new))
            }
            Difference::HostCalls { call, old, new } => {
                write!(f, "{call}: other host calls")?;
                side_by_side(f, old, new)
            }
        }
    }
}

/// Both lists beside each other within 100 columns, with a mark at the first line that differs.
fn side_by_side(f: &mut fmt::Formatter<'_>, old: &[String], new: &[String]) -> fmt::Result {
    const WIDTH: usize = 46;
    let cell = |line: Option<&String>| {
        let line = line.map_or("", String::as_str);
        let cut: String = line.chars().take(WIDTH).collect();
        if line.chars().count() > WIDTH {
            format!("{}..", cut.chars().take(WIDTH - 2).collect::<String>())
        } else {
            cut
        }
    };
    let first = (0..old.len().max(new.len())).find(|&row| old.get(row) != new.get(row));
    write!(f, "\n    {:WIDTH$} | new", "old")?;
    for row in 0..old.len().max(new.len()) {
        let mark = if Some(row) == first { '>' } else { ' ' };
        let (left, right) = (cell(old.get(row)), cell(new.get(row)));
        write!(f, "\n  {mark} {left:WIDTH$} | {right}")?;
    }
    Ok(())
}
