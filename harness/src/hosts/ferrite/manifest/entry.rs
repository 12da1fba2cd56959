//! The entries of a manifest's sections: what they are known by, and which of two manifests are the same.

use std::collections::BTreeSet;

use serde::Serialize;
use toml::{Table, Value};

use super::format::{Command, DataType, Dependency, Hook, Permission, StorageBackend, Transformer};
use super::permission;

/// What the artifact's facts are called in a message, and those of the package.
pub(super) const ARTIFACT: &str = "the artifact";
pub(super) const CARGO: &str = "Cargo.toml";

/// The entries of a section in two manifests; those that are the same in both are left out.
pub(super) struct Pairs<T> {
    /// The place in the first manifest, the entry there, and its namesake in the second one.
    pub(super) differing: Vec<(usize, T, T)>,
    /// Entries that only the first manifest has, with their places.
    pub(super) too_much: Vec<(usize, T)>,
    /// Entries that only the second manifest has.
    pub(super) missing: Vec<T>,
}

impl<T: Entry> Pairs<T> {
    /// Pairs those that are the same, then those of one name.
    pub(super) fn of(kept: &[T], expected: &[T]) -> Pairs<T> {
        let mut pairs =
            Pairs { differing: Vec::new(), too_much: Vec::new(), missing: expected.iter().map(Entry::plain).collect() };
        let mut rest = Vec::new();
        for (index, entry) in kept.iter().map(Entry::plain).enumerate() {
            match pairs.missing.iter().position(|other| is_same(&table(other), &table(&entry))) {
                Some(twin) => drop(pairs.missing.remove(twin)),
                None => rest.push((index, entry)),
            }
        }
        for (index, entry) in rest {
            match pairs.missing.iter().position(|other| other.name() == entry.name()) {
                Some(namesake) => {
                    let namesake = pairs.missing.remove(namesake);
                    pairs.differing.push((index, entry, namesake));
                }
                None => pairs.too_much.push((index, entry)),
            }
        }
        pairs
    }
}

/// An entry of a section.
pub(super) trait Entry: Clone + Serialize {
    const SECTION: &'static str;
    const SOURCE: &'static str = ARTIFACT;

    /// What it is known by.
    fn name(&self) -> String;

    /// What tells it from its namesakes.
    fn full_name(&self) -> String {
        self.name()
    }

    /// How it comes to be in the artifact, or where else it is to be said.
    fn remedy(&self) -> String;

    /// Itself, every default written the same way.
    fn plain(&self) -> Self {
        self.clone()
    }
}

impl Entry for Command {
    const SECTION: &'static str = "commands";

    fn name(&self) -> String {
        self.name.clone()
    }

    fn remedy(&self) -> String {
        format!("mark a function with #[command(name = \"{}\")], or take it out", self.name)
    }

    fn plain(&self) -> Command {
        let key = |position: Option<i32>| position.filter(|position| *position != 0);
        Command {
            min_args: Some(self.min_args.unwrap_or(0)),
            first_key: key(self.first_key),
            last_key: key(self.last_key),
            step: key(self.step),
            ..self.clone()
        }
    }
}

impl Entry for DataType {
    const SECTION: &'static str = "data_types";

    fn name(&self) -> String {
        self.name.clone()
    }

    fn remedy(&self) -> String {
        format!("mark a type with #[data_type(name = \"{}\")], or take it out", self.name)
    }

    fn plain(&self) -> DataType {
        DataType { version: Some(self.version.unwrap_or(1)), ..self.clone() }
    }
}

impl Entry for Hook {
    const SECTION: &'static str = "hooks";

    fn name(&self) -> String {
        self.event.clone()
    }

    fn remedy(&self) -> String {
        format!("mark a function with #[hook(event = \"{}\")], or take it out", self.event)
    }

    fn full_name(&self) -> String {
        format!("{}, priority {}", self.event, self.priority)
    }
}

impl Entry for Transformer {
    const SECTION: &'static str = "transformers";

    fn name(&self) -> String {
        format!("{} {}", self.on, self.pattern)
    }

    fn remedy(&self) -> String {
        format!(
            "mark a function with #[transformer(on = \"{}\", pattern = \"{}\")], or take it out",
            self.on, self.pattern
        )
    }

    fn full_name(&self) -> String {
        format!("{} {}, priority {}", self.on, self.pattern, self.priority)
    }
}

impl Entry for StorageBackend {
    const SECTION: &'static str = "storage_backends";

    fn name(&self) -> String {
        self.prefix.clone()
    }

    fn remedy(&self) -> String {
        format!("mark a type with #[storage_backend(prefix = \"{}\")], or take it out", self.prefix)
    }
}

impl Entry for Dependency {
    const SECTION: &'static str = "dependencies";
    const SOURCE: &'static str = CARGO;

    fn name(&self) -> String {
        self.name.clone()
    }

    fn remedy(&self) -> String {
        "write it in `dependencies` of [package.metadata.ferrite], or take it out".to_owned()
    }
}

impl Entry for Permission {
    const SECTION: &'static str = "permissions";

    fn name(&self) -> String {
        permission::name(self)
    }

    fn remedy(&self) -> String {
        "take it out".to_owned()
    }
}

/// Its fields.
pub(super) fn table<T: Serialize>(entry: &T) -> Table {
    Table::try_from(entry).expect("every part of a manifest is a table of plain values")
}

fn is_same(one: &Table, other: &Table) -> bool {
    one.len() == other.len() && one.iter().all(|(key, value)| other.get(key).is_some_and(|o| is_same_value(value, o)))
}

/// Lists are sets of words.
pub(super) fn is_same_value(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Array(one), Value::Array(other)) => {
            let words = |list: &[Value]| list.iter().map(Value::to_string).collect::<BTreeSet<_>>();
            words(one) == words(other)
        }
        _ => one == other,
    }
}
