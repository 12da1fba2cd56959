//! A file that is kept by hand against what it should say: every difference, with its line.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;
use toml::{Table, Value};

use super::generate::is_silent;
use super::permission::{self, Needed, needed};
use super::read::Lines;
use super::{
    Command, DataType, Declared, Dependency, Hook, Manifest, Package, Permission, StorageBackend, Transformer, generate,
};
use crate::artifact::inspect::Inspection;
use crate::error::Result;

/// What the artifact's facts are called in a message, and those of the package.
const ARTIFACT: &str = "the artifact";
const CARGO: &str = "Cargo.toml";

/// A place where the file does not agree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The line, from 1; for an entry that is missing, the line after whose entry it could stand.
    pub line: usize,
    /// What it says, and what it should.
    pub what: String,
}

/// `12: commands[JSON.SET].flags is ["read"], the artifact has ["write"] from `flags = ..` of its #[command]`.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.what)
    }
}

/// The differences between a `plugin.toml` and what [`generate()`](super::generate()) makes of the artifact, by line.
///
/// The order of entries and of the words in a list does not matter, nor does a default that is not written.
///
/// ```
/// use plugsmith_harness::Inspection;
/// use plugsmith_harness::hosts::ferrite::manifest::{Declared, check};
///
/// let text = "[package]\nname = \"a\"\nversion = \"1.0.0\"\n\n[[permissions]]\nresource = \"storage\"\naction = \"read\"\n";
/// let differences = check(text, &Inspection::read(&b"(module)"[..])?, &Declared::default())?;
/// assert_eq!(
///     differences[0].to_string(),
///     "5: permissions[storage read] is too much, the artifact imports nothing that needs it",
/// );
/// # Ok::<(), plugsmith_harness::Error>(())
/// ```
///
/// # Errors
/// As [`Manifest::read`] and [`generate()`](super::generate()).
pub fn check(text: &str, artifact: &Inspection, declared: &Declared) -> Result<Vec<Difference>> {
    let kept = Manifest::read(text)?;
    let expected = generate(artifact, declared, Some(&kept))?;
    let mut comparison = Comparison { lines: Lines::of(text), found: Vec::new() };
    if is_silent(artifact) && !artifact.stood_in {
        comparison.exports(&kept, artifact);
    }
    comparison.package(&kept.package, &expected.package);
    comparison.entries(&kept.commands, &expected.commands);
    comparison.entries(&kept.data_types, &expected.data_types);
    comparison.entries(&kept.hooks, &expected.hooks);
    comparison.entries(&kept.transformers, &expected.transformers);
    comparison.entries(&kept.storage_backends, &expected.storage_backends);
    comparison.permissions(&kept.permissions, &expected.permissions, &needed(&artifact.permissions));
    comparison.entries(&kept.dependencies, &expected.dependencies);
    comparison.found.sort();
    Ok(comparison.found)
}

struct Comparison {
    lines: Lines,
    found: Vec<Difference>,
}

/// An entry of a section, and its namesake.
#[derive(Clone, Copy)]
struct At<'a> {
    section: &'a str,
    index: usize,
    /// `commands[JSON.SET]`.
    label: &'a str,
    /// Who says otherwise.
    source: &'a str,
}

impl Comparison {
    fn note(&mut self, line: usize, what: String) {
        self.found.push(Difference { line, what });
    }

    fn package(&mut self, kept: &Package, expected: &Package) {
        let outer = |package: &Package| Package { ferrite: super::Server::default(), ..package.clone() };
        let at = At { section: "package", index: 0, label: "package", source: CARGO };
        self.fields(at, &outer(kept), &outer(expected));
        let inner = if self.lines.has("package.ferrite") { "package.ferrite" } else { "package" };
        let at = At { section: inner, index: 0, label: "package.ferrite", source: CARGO };
        self.fields(at, &kept.ferrite, &expected.ferrite);
    }

    /// Pairs those that are the same, then those of one name; who is left is too much, or missing.
    fn entries<T: Entry>(&mut self, kept: &[T], expected: &[T]) {
        let mut missing: Vec<T> = expected.iter().map(Entry::plain).collect();
        let mut rest = Vec::new();
        for (index, entry) in kept.iter().map(Entry::plain).enumerate() {
            match missing.iter().position(|other| is_same(&table(other), &table(&entry))) {
                Some(twin) => drop(missing.remove(twin)),
                None => rest.push((index, entry)),
            }
        }
        for (index, entry) in rest {
            let label = format!("{}[{}]", T::SECTION, entry.name());
            match missing.iter().position(|other| other.name() == entry.name()) {
                Some(namesake) => {
                    let at = At { section: T::SECTION, index, label: &label, source: T::SOURCE };
                    self.fields(at, &entry, &missing.remove(namesake));
                }
                None => {
                    let what = format!("{label} is not in {}: {}", T::SOURCE, entry.remedy());
                    self.note(self.lines.entry(T::SECTION, index), what);
                }
            }
        }
        for entry in missing {
            let what = format!("{}[{}] is missing, {} has it", T::SECTION, entry.full_name(), T::SOURCE);
            self.note(self.lines.last(T::SECTION), what);
        }
    }

    fn fields<T: Serialize>(&mut self, at: At<'_>, kept: &T, expected: &T) {
        let (kept, expected) = (table(kept), table(expected));
        let At { section, index, label, source } = at;
        for field in kept.keys().chain(expected.keys()).collect::<BTreeSet<_>>() {
            let what = match (kept.get(field), expected.get(field)) {
                (Some(kept), Some(expected)) if is_same_value(kept, expected) => continue,
                (Some(kept), Some(expected)) => {
                    format!("{label}.{field} is {kept}, {source} has {expected} from {}", origin(section, field))
                }
                (Some(kept), None) => {
                    format!("{label}.{field} is {kept}, {source} has none: write it in {}", origin(section, field))
                }
                (None, Some(expected)) => {
                    format!("{label}.{field} is missing, {source} has {expected} from {}", origin(section, field))
                }
                (None, None) => continue,
            };
            self.note(self.lines.field(section, index, field), what);
        }
    }

    /// The exports that the entries of an artifact without records are about.
    fn exports(&mut self, kept: &Manifest, artifact: &Inspection) {
        let commands = kept.commands.iter().map(|command| Some(command.export.as_ref().unwrap_or(&command.name)));
        let hooks = kept.hooks.iter().map(|hook| hook.export.as_ref());
        let transformers = kept.transformers.iter().map(|transformer| transformer.export.as_ref());
        let backends = kept.storage_backends.iter().map(|backend| backend.export.as_ref());
        let mut missing = Vec::new();
        for (section, names) in [
            (Command::SECTION, commands.collect::<Vec<_>>()),
            (Hook::SECTION, hooks.collect()),
            (Transformer::SECTION, transformers.collect()),
            (StorageBackend::SECTION, backends.collect()),
        ] {
            for (index, name) in names.into_iter().enumerate() {
                let is_there = name
                    .is_some_and(|name| artifact.exports.iter().any(|export| export.callable && export.name == *name));
                if !is_there {
                    missing.push((section, index, name));
                }
            }
        }
        for (section, index, name) in missing {
            let what = match name {
                Some(name) => format!(
                    "{section} needs the export `{name}`, which {ARTIFACT} does not have: name one with `export = \"..\"`"
                ),
                None => format!("{section} names no export, and {ARTIFACT} has no records: add `export = \"..\"`"),
            };
            self.note(self.lines.field(section, index, "export"), what);
        }
    }

    /// Hosts and paths that the file adds are in `expected` already: only too few can differ.
    fn permissions(&mut self, kept: &[Permission], expected: &[Permission], needed: &[Needed]) {
        const SECTION: &str = "permissions";
        for (index, permission) in kept.iter().enumerate() {
            if expected.iter().any(|other| is_same_power(other, permission)) {
                continue;
            }
            let reason = match needed.iter().any(|needed| needed.is(permission)) {
                true => format!("{CARGO} leaves it out"),
                false => format!("{ARTIFACT} imports nothing that needs it"),
            };
            let what = format!("{SECTION}[{}] is too much, {reason}", permission::name(permission));
            self.note(self.lines.entry(SECTION, index), what);
        }
        for permission in expected {
            let label = format!("{SECTION}[{}]", permission::name(permission));
            let own: Vec<(usize, &Permission)> =
                kept.iter().enumerate().filter(|(_, other)| is_same_power(other, permission)).collect();
            let Some((index, _)) = own.first() else {
                let imports =
                    needed.iter().find(|needed| needed.is(permission)).map_or(&[][..], |needed| &needed.imports);
                let imports = permission::list(imports.iter().map(String::as_str));
                self.note(self.lines.last(SECTION), format!("{label} is missing, {ARTIFACT} imports {imports}"));
                continue;
            };
            for (field, expected, kept) in [
                ("hosts", &permission.hosts, own.iter().flat_map(|(_, own)| &own.hosts).collect::<Vec<_>>()),
                ("paths", &permission.paths, own.iter().flat_map(|(_, own)| &own.paths).collect()),
            ] {
                for one in expected.iter().filter(|one| !kept.contains(one)) {
                    let line = self.lines.field(SECTION, *index, field);
                    self.note(line, format!("{label}.{field} has no \"{one}\", {CARGO} has it"));
                }
            }
        }
    }
}

/// What of the author's supplies a field.
fn origin(section: &str, field: &str) -> String {
    let item = match section {
        "package" => {
            return match field {
                "author" => "`authors` in Cargo.toml".to_owned(),
                field => format!("`{field}` in Cargo.toml"),
            };
        }
        "package.ferrite" => return format!("`{field}` of [package.metadata.ferrite] in Cargo.toml"),
        "dependencies" => return "`dependencies` of [package.metadata.ferrite] in Cargo.toml".to_owned(),
        "data_types" => "data_type",
        "hooks" => "hook",
        "transformers" => "transformer",
        "storage_backends" => "storage_backend",
        _ => "command",
    };
    match field {
        "description" => format!("the doc comment above its #[{item}]"),
        "min_args" | "max_args" => "the parameters of its function, or `arity` of its #[command]".to_owned(),
        "version" => "`version = ..` of its #[data_type], or `VERSION` of its `Encoding`".to_owned(),
        field => format!("`{field} = ..` of its #[{item}]"),
    }
}

fn is_same_power(one: &Permission, other: &Permission) -> bool {
    one.resource == other.resource && one.action == other.action
}

/// Its fields.
fn table<T: Serialize>(entry: &T) -> Table {
    Table::try_from(entry).expect("every part of a manifest is a table of plain values")
}

fn is_same(one: &Table, other: &Table) -> bool {
    one.len() == other.len() && one.iter().all(|(key, value)| other.get(key).is_some_and(|o| is_same_value(value, o)))
}

/// Lists are sets of words.
fn is_same_value(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Array(one), Value::Array(other)) => {
            let words = |list: &[Value]| list.iter().map(Value::to_string).collect::<BTreeSet<_>>();
            words(one) == words(other)
        }
        _ => one == other,
    }
}

/// An entry of a section.
trait Entry: Clone + Serialize {
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
