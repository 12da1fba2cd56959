//! What an update newly asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write};

use serde::Serialize;

use super::ability::Ability;
use super::model::Audit;
use super::table::{self, list};
use crate::artifact::module::Module;
use crate::artifact::source::Source;
use crate::error::Result;

/// What differs between what two artifacts ask for: what a reviewer of an update wants to know.
///
/// ```
/// use plugsmith_harness::powers::audit::Difference;
///
/// let old = br#"(module (func (export "run")))"#;
/// let new = br#"(module
///   (import "extism:host/env" "http_request" (func $send (param i64 i64) (result i64)))
///   (func (export "run") (drop (call $send (i64.const 0) (i64.const 0)))))"#;
/// let difference = Difference::between(&old[..], &new[..])?;
/// assert_eq!(difference.added[0].ability.to_string(), "network http");
/// assert_eq!(difference.added[0].entries, ["run"]);
/// # Ok::<(), plugsmith_harness::Error>(())
/// ```
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// What the new one can do and the old one could not.
    pub added: Vec<Asked>,
    /// What the old one could do and the new one cannot.
    pub removed: Vec<Asked>,
    /// What entry points of both can do now, besides what is new for the whole artifact.
    pub widened: BTreeMap<String, BTreeSet<Ability>>,
    /// All imports that are new, also those that let it do nothing, as `module name`.
    pub new_imports: Vec<String>,
    /// The entry points that are new.
    pub new_entries: Vec<String>,
    /// The entry points that are gone.
    pub gone_entries: Vec<String>,
}

/// Something that an artifact can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Asked {
    /// What it is.
    #[serde(flatten)]
    pub ability: Ability,
    /// The imports that let it.
    pub imports: Vec<String>,
    /// The entry points that can reach them.
    pub entries: Vec<String>,
}

impl Difference {
    /// What differs. Nothing runs.
    ///
    /// # Errors
    /// A missing file, an invalid module.
    pub fn between(old: impl Into<Source>, new: impl Into<Source>) -> Result<Difference> {
        let (old, new) = (Side::read(old.into())?, Side::read(new.into())?);
        let added = new.beyond(&old);
        let is_new = |ability: &Ability| added.iter().any(|asked| asked.ability == *ability);
        let mut widened = BTreeMap::new();
        for entry in &new.audit.entries {
            let Some(before) = old.audit.entries.iter().find(|known| known.name == entry.name) else { continue };
            let more = entry.linked.difference(&before.linked).filter(|ability| !is_new(ability));
            let more: BTreeSet<Ability> = more.cloned().collect();
            if !more.is_empty() {
                widened.insert(entry.name.clone(), more);
            }
        }
        let removed = old.beyond(&new);
        let minus = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect();
        Ok(Difference {
            new_imports: minus(&new.imports, &old.imports),
            new_entries: minus(&new.entries(), &old.entries()),
            gone_entries: minus(&old.entries(), &new.entries()),
            added,
            removed,
            widened,
        })
    }

    /// Whether the new one asks for nothing more.
    pub fn is_ok(&self) -> bool {
        self.added.is_empty() && self.widened.is_empty()
    }
}

/// One of two artifacts.
struct Side {
    audit: Audit,
    imports: BTreeSet<String>,
}

impl Side {
    fn read(source: Source) -> Result<Side> {
        let audit = Audit::of(source.clone(), None, None)?;
        let module = Module::parse(&source.read_with_records()?)?;
        let imports = module.imports.iter().map(|import| format!("{} {}", import.module, import.name)).collect();
        Ok(Side { audit, imports })
    }

    fn entries(&self) -> BTreeSet<String> {
        self.audit.entries.iter().map(|entry| entry.name.clone()).collect()
    }

    /// What this one can do and the other cannot.
    fn beyond(&self, other: &Side) -> Vec<Asked> {
        let knows = |ability: &Ability| other.audit.permissions.iter().any(|known| known.ability == *ability);
        let beyond = self.audit.permissions.iter().filter(|permission| !knows(&permission.ability));
        beyond
            .map(|permission| {
                let entries = self.audit.entries.iter().filter(|entry| entry.linked.contains(&permission.ability));
                Asked {
                    ability: permission.ability.clone(),
                    imports: permission.imports.clone(),
                    entries: entries.map(|entry| entry.name.clone()).collect(),
                }
            })
            .collect()
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        let rows = |asked: &[Asked]| -> Vec<Vec<String>> {
            let row = |asked: &Asked| vec![asked.ability.to_string(), list(&asked.imports), list(&asked.entries)];
            asked.iter().map(row).collect()
        };
        for (title, asked) in [("it newly asks for", &self.added), ("it no longer asks for", &self.removed)] {
            if !asked.is_empty() {
                parts.push(table::table(title, &["permission", "imports", "entry points"], &rows(asked)));
            }
        }
        let widened: Vec<Vec<String>> = self
            .widened
            .iter()
            .map(|(entry, more)| vec![entry.clone(), list(&more.iter().map(Ability::to_string).collect::<Vec<_>>())])
            .collect();
        if !widened.is_empty() {
            parts.push(table::table("entry points that can do more than before", &["entry point", "more"], &widened));
        }
        let names = [
            ("new imports", &self.new_imports),
            ("new entry points", &self.new_entries),
            ("entry points that are gone", &self.gone_entries),
        ];
        for (title, names) in names.into_iter().filter(|(_, names)| !names.is_empty()) {
            let mut part = format!("{title}\n");
            for name in names {
                let _ = writeln!(part, "  {}", crate::text::one_line(name));
            }
            parts.push(part);
        }
        if self.is_ok() {
            parts.insert(0, "It asks for nothing more than before.\n".to_owned());
        }
        f.write_str(parts.join("\n").trim_end())
    }
}
