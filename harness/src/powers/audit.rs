//! The permission audit: what a plugin was granted, what its imports let it do, and what it did in the last test
//! run, for each entry point.

mod ability;
mod difference;
mod finding;
mod grants;
mod model;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use crate::artifact::inspect;
use crate::artifact::module::{Module, is_callable};
use crate::artifact::reach;
use crate::artifact::source::Source;
use crate::engine::ledger::Recorded;
use crate::error::Result;
use crate::import::Import;

pub use ability::Ability;
pub use difference::Difference;
pub use grants::{Grant, Grants};
pub use model::{Audit, Entry, Finding, Permission, What};

impl Audit {
    /// Audits an artifact: with what a test run has recorded of it ([`cost::last_run`](super::cost::last_run)), and
    /// with what a manifest grants.
    ///
    /// ```
    /// use plugsmith_harness::powers::audit::{Audit, What};
    /// use plugsmith_harness::{Guest, Host, Plugin};
    ///
    /// // Reads a key, and could tell the time, which nobody has tested.
    /// let wasm = br#"(module
    ///   (import "extism:host/user" "kv_read" (func $read (param i64) (result i64)))
    ///   (import "wasi_snapshot_preview1" "clock_time_get" (func $time (param i32 i64 i32) (result i32)))
    ///   (memory (export "memory") 1)
    ///   (func (export "read") (drop (call $read (i64.const 0))))
    ///   (func (export "time") (drop (call $time (i32.const 0) (i64.const 0) (i32.const 0)))))"#;
    /// let mut plugin = Plugin::load_in(&wasm[..], Host::new().host("kv_read", |_: Vec<u8>| -> Vec<u8> { vec![] }))?;
    /// plugin.call::<()>("read", "").unwrap();
    ///
    /// let audit = Audit::of(&wasm[..], Some(&plugin.recorded()), None)?;
    /// assert_eq!(audit.unreached, ["clock_time_get"]);
    /// assert_eq!(audit.findings[0].what, What::Unreached);
    /// # Ok::<(), plugsmith_harness::Error>(())
    /// ```
    ///
    /// # Errors
    /// A missing file, an invalid module.
    pub fn of(source: impl Into<Source>, recorded: Option<&Recorded>, grants: Option<Grants>) -> Result<Audit> {
        let wasm = source.into().read_with_records()?;
        let module = Module::parse(&wasm)?;
        let reached = reach::imports(&wasm);
        let mut audit = Audit {
            is_tested: recorded.is_some(),
            entries: entries(&module, &reached, recorded),
            permissions: permissions(&module, recorded, grants.as_ref()),
            requests: recorded
                .into_iter()
                .flat_map(|run| run.costs.values())
                .flat_map(|costs| costs.requests.clone())
                .collect(),
            unreached: Vec::new(),
            findings: Vec::new(),
            grants,
        };
        if let Some(recorded) = recorded {
            audit.unreached = unreached(&module, recorded);
        }
        audit.findings = finding::all(&audit, &reached);
        Ok(audit)
    }
}

fn entries(module: &Module, reached: &reach::Reach, recorded: Option<&Recorded>) -> Vec<Entry> {
    let abilities = |imports: &mut dyn Iterator<Item = (&str, &str)>| {
        let mut found = BTreeSet::new();
        for (of, name) in imports {
            let import = module.imports.iter().find(|import| import.module == of && import.name == name);
            found.extend(import.into_iter().flat_map(|import| of_import(module, import)));
        }
        found
    };
    let is_entry = |name: &str| {
        module.exports.get(name).is_some_and(is_callable)
            || recorded.is_some_and(|run| run.costs.contains_key(name))
            || is_handler(module, name)
    };
    let exports = module.exports.keys().filter(|name| is_entry(name));
    exports
        .map(|name| {
            let empty = BTreeSet::new();
            let linked = reached.get(name).unwrap_or(&empty);
            let costs = recorded.and_then(|run| run.costs.get(name));
            let uses = costs.map(|costs| costs.uses.as_slice()).unwrap_or_default();
            Entry {
                name: name.clone(),
                linked: abilities(&mut linked.iter().map(|(module, name)| (module.as_str(), name.as_str()))),
                exercised: abilities(&mut uses.iter().map(|used| (used.module.as_str(), used.name.as_str()))),
                calls: costs.map_or(0, |costs| costs.calls()),
            }
        })
        .collect()
}

/// Whether an Orbis host calls it.
fn is_handler(module: &Module, name: &str) -> bool {
    use plugsmith::protocol::metadata::Record;
    module.records.iter().any(|record| matches!(record, Record::Route(route) if route.handler == name))
}

/// What an import lets an artifact do.
fn of_import(module: &Module, import: &Import) -> Vec<Ability> {
    let links = inspect::permissions(module).into_iter().filter(|link| link.imports.contains(&import.name));
    links.map(|link| Ability { resource: link.resource, action: link.action }).collect()
}

fn permissions(module: &Module, recorded: Option<&Recorded>, grants: Option<&Grants>) -> Vec<Permission> {
    let mut calls: BTreeMap<&str, u64> = BTreeMap::new();
    for used in recorded.into_iter().flat_map(|run| run.costs.values()).flat_map(|costs| &costs.uses) {
        *calls.entry(&used.name).or_default() += used.calls;
    }
    let linked = inspect::permissions(module).into_iter().map(|link| {
        let ability = Ability { resource: link.resource, action: link.action };
        let calls = link.imports.iter().filter_map(|import| calls.get(import.as_str())).sum();
        let is_granted = grants.and_then(|grants| grants.is_granted(&ability));
        Permission { ability, is_granted, imports: link.imports, calls }
    });
    let mut all: Vec<Permission> = linked.collect();
    for grant in grants.iter().flat_map(|grants| &grants.list) {
        if !all.iter().any(|permission| permission.ability == grant.ability) {
            let (ability, imports) = (grant.ability.clone(), Vec::new());
            all.push(Permission { ability, is_granted: Some(true), imports, calls: 0 });
        }
    }
    all
}

/// The imports that let the artifact do something, and that no call of the run used.
fn unreached(module: &Module, recorded: &Recorded) -> Vec<String> {
    let used: BTreeSet<(&str, &str)> = recorded
        .costs
        .values()
        .flat_map(|costs| &costs.uses)
        .map(|used| (used.module.as_str(), used.name.as_str()))
        .collect();
    let mut unreached: Vec<String> = module
        .imports
        .iter()
        .filter(|import| !used.contains(&(import.module.as_str(), import.name.as_str())))
        .filter(|import| !of_import(module, import).is_empty())
        .map(|import| import.name.clone())
        .collect();
    unreached.sort();
    unreached
}
