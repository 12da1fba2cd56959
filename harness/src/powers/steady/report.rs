//! What has grown, as data and as text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::engine::guest::State;

/// What has grown over many calls.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// The calls that were made.
    pub calls: usize,
    /// The calls after which the first measurement was taken.
    pub warm: usize,
    /// What has grown since.
    pub growths: Vec<Growth>,
    /// What has grown and was accepted.
    pub accepted: Vec<Growth>,
    /// What was accepted and has not grown.
    pub unused: Vec<Grown>,
    /// The kernel blocks that the last call has left in use, and their bytes: by the host function that gave
    /// them, those of the plugin's own making under an empty name.
    pub blocks: BTreeMap<String, (usize, u64)>,
    pub(super) frees_blocks: bool,
}

/// One thing that has grown.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Growth {
    /// What it is.
    pub what: Grown,
    /// How much there was after the first tenth of the calls.
    pub from: u64,
    /// How much there was at the end.
    pub to: u64,
    /// Some of what is new, by name.
    pub names: Vec<String>,
}

/// What may grow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Grown {
    /// The guest's memory, in pages of 64 KiB.
    Pages,
    /// The fuel of a call.
    Fuel,
    /// The keys of storage.
    Keys,
    /// The keys of `kv`.
    Kv,
    /// The variables of the instance.
    Variables,
    /// The bytes of all values that the host keeps.
    Bytes,
    /// The keys of an Orbis plugin's state.
    State,
    /// The rows of an Orbis plugin's database.
    Rows,
}

impl Grown {
    fn shown(self) -> (&'static str, &'static str) {
        match self {
            Grown::Pages => (
                "pages of memory",
                "something is kept from call to call: a static that is pushed to, `Box::leak`, `mem::forget`",
            ),
            Grown::Fuel => {
                ("fuel for a call", "a call costs more the more calls there were: look for a list that it walks")
            }
            Grown::Keys => ("keys in storage", "delete them, or give them an expiry"),
            Grown::Kv => ("keys in kv", "write to the same keys again"),
            Grown::Variables => ("variables", "remove them, or set the same ones again"),
            Grown::Bytes => ("bytes kept by the host", "a value gets longer with each call: bound it"),
            Grown::State => ("keys in the state", "remove them"),
            Grown::Rows => ("rows in the database", "delete them, or bound the table"),
        }
    }
}

/// What has grown from one state to another.
pub(super) fn growths_of(before: &State, after: &State) -> Vec<Growth> {
    let mut growths = Vec::new();
    let mut add = |what, from: u64, to: u64, names: Vec<String>| {
        if to > from {
            growths.push(Growth { what, from, to, names });
        }
    };
    let bytes =
        |state: &State| (size(&state.storage) + size(&state.kv) + size(&state.variables) + size(&state.keys)) as u64;
    let rows = |state: &State| state.rows.values().map(Vec::len).sum::<usize>() as u64;
    let keys = (before.storage.len() + before.kv.len() + before.variables.len() + before.keys.len())
        .cmp(&(after.storage.len() + after.kv.len() + after.variables.len() + after.keys.len()));
    add(Grown::Keys, before.storage.len() as u64, after.storage.len() as u64, fresh(&before.storage, &after.storage));
    add(Grown::Kv, before.kv.len() as u64, after.kv.len() as u64, fresh(&before.kv, &after.kv));
    let (variables, later) = (&before.variables, &after.variables);
    add(Grown::Variables, variables.len() as u64, later.len() as u64, fresh(variables, later));
    add(Grown::State, before.keys.len() as u64, after.keys.len() as u64, fresh(&before.keys, &after.keys));
    add(Grown::Rows, rows(before), rows(after), fresh(&before.rows, &after.rows));
    // More keys are more bytes; and a counter may get a few more digits.
    let (from, to) = (bytes(before), bytes(after));
    if keys.is_eq() && to > from + 16 {
        add(Grown::Bytes, from, to, longer(&before.storage, &after.storage));
    }
    growths
}

/// About the bytes of all keys and values.
fn size<T: fmt::Debug>(map: &BTreeMap<String, T>) -> usize {
    map.iter().map(|(key, value)| key.len() + format!("{value:?}").len()).sum()
}

/// Some of the keys that are new.
fn fresh<T>(before: &BTreeMap<String, T>, after: &BTreeMap<String, T>) -> Vec<String> {
    let known: BTreeSet<&String> = before.keys().collect();
    after.keys().filter(|key| !known.contains(key)).take(3).cloned().collect()
}

/// Some of the keys whose values have become longer.
fn longer<T: fmt::Debug>(before: &BTreeMap<String, T>, after: &BTreeMap<String, T>) -> Vec<String> {
    let length = |value: &T| format!("{value:?}").len();
    let grown = |(key, value): &(&String, &T)| before.get(*key).is_some_and(|old| length(old) < length(value));
    after.iter().filter(grown).take(3).map(|(key, _)| key.clone()).collect()
}

impl Report {
    /// Checks that nothing has grown.
    ///
    /// # Panics
    /// With the report, where something has, where something is accepted that has not, and, with
    /// [`Steady::frees_blocks`](super::Steady::frees_blocks), where blocks of host functions are left.
    #[track_caller]
    pub fn assert(&self) {
        let left = self.frees_blocks && self.blocks.keys().any(|name| !name.is_empty());
        assert!(self.growths.is_empty() && self.unused.is_empty() && !left, "{self}");
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { calls, warm, growths, accepted, .. } = self;
        write!(f, "steady state: {calls} calls, {} grown", growths.len())?;
        for Growth { what, from, to, names } in growths {
            let (shown, cure) = what.shown();
            write!(f, "\n\n{shown}: {from} after {warm} calls, {to} after {calls}\n  {cure}")?;
            if !names.is_empty() {
                write!(
                    f,
                    "\n  such as {}",
                    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
                )?;
            }
            write!(f, "\n  or accept it: .accept(Grown::{what:?}, \"why\")")?;
        }
        for growth in accepted {
            write!(f, "\n\naccepted: {}: {} to {}", growth.what.shown().0, growth.from, growth.to)?;
        }
        for what in &self.unused {
            write!(
                f,
                "\n\n`.accept(Grown::{what:?}, ..)` accepts nothing: {} stay the same; remove it",
                what.shown().0
            )?;
        }
        for (name, (count, bytes)) in self.blocks.iter().filter(|(name, _)| !name.is_empty()) {
            write!(f, "\n\nkernel blocks that a call does not free: {count} of `{name}`, {bytes} bytes")?;
        }
        Ok(())
    }
}
