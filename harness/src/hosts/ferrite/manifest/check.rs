//! A file that is kept by hand against what it should say: every difference, with its line.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use super::declared::Declared;
use super::entry::{ARTIFACT, CARGO, Entry, Pairs, is_same_value, table};
use super::format::{Command, Hook, Manifest, Package, Permission, Server, StorageBackend, Transformer};
use super::generate::generate;
use super::generate::is_silent;
use super::permission::{self, Needed, needed};
use super::read::Lines;
use crate::artifact::inspect::Inspection;
use crate::error::Result;

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
        let outer = |package: &Package| Package { ferrite: Server::default(), ..package.clone() };
        let at = At { section: "package", index: 0, label: "package", source: CARGO };
        self.fields(at, &outer(kept), &outer(expected));
        let inner = if self.lines.has("package.ferrite") { "package.ferrite" } else { "package" };
        let at = At { section: inner, index: 0, label: "package.ferrite", source: CARGO };
        self.fields(at, &kept.ferrite, &expected.ferrite);
    }

    /// Pairs those that are the same, then those of one name; who is left is too much, or missing.
    fn entries<T: Entry>(&mut self, kept: &[T], expected: &[T]) {
        let Pairs { differing, too_much, missing } = Pairs::of(kept, expected);
        for (index, entry, namesake) in differing {
            let label = format!("{}[{}]", T::SECTION, entry.name());
            self.fields(At { section: T::SECTION, index, label: &label, source: T::SOURCE }, &entry, &namesake);
        }
        for (index, entry) in too_much {
            let what = format!("{}[{}] is not in {}: {}", T::SECTION, entry.name(), T::SOURCE, entry.remedy());
            self.note(self.lines.entry(T::SECTION, index), what);
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
