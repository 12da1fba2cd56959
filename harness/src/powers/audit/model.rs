//! An audit as data.

use std::collections::BTreeSet;

use serde::Serialize;

use super::ability::Ability;
use super::grants::{Grant, Grants};

/// What a plugin was granted, can do, and does.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Audit {
    /// Whether there is a test run of this very artifact; without one nothing is known of what it does.
    pub is_tested: bool,
    /// The entry points: all exports that a host can call.
    pub entries: Vec<Entry>,
    /// What its imports let it do, and what was granted.
    pub permissions: Vec<Permission>,
    /// Method and origin of each HTTP request in the test run: `GET https://api.example.com`.
    pub requests: BTreeSet<String>,
    /// The imports that let it do something and that no test reached.
    pub unreached: Vec<String>,
    /// What is wrong, and what to do.
    pub findings: Vec<Finding>,
    #[serde(skip)]
    pub(super) grants: Option<Grants>,
}

/// One entry point.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Entry {
    /// The export.
    pub name: String,
    /// What the code behind it can do, at most.
    pub linked: BTreeSet<Ability>,
    /// What it did in the test run.
    pub exercised: BTreeSet<Ability>,
    /// Its calls in the test run, those with faults among them only if they reached the host.
    pub calls: u64,
}

/// One thing that the plugin may do, or was granted.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Permission {
    /// What it is.
    #[serde(flatten)]
    pub ability: Ability,
    /// Whether the manifest grants it; `None` where there is no manifest, or where a manifest of this host does not
    /// speak of such things.
    pub is_granted: Option<bool>,
    /// The imports that let it.
    pub imports: Vec<String>,
    /// The calls of these imports in the test run.
    pub calls: u64,
}

impl Audit {
    /// Whether it asks for no more than it uses.
    pub fn is_ok(&self) -> bool {
        !self.findings.iter().any(|finding| finding.fails)
    }

    /// What a manifest has to grant at least: what the test run has used, or where there is none, all that its
    /// imports let it do.
    pub fn needed(&self) -> Vec<Grant> {
        let is_needed = |permission: &&Permission| match self.is_tested {
            true => permission.calls > 0,
            false => !permission.imports.is_empty(),
        };
        let hosts = |ability: &Ability| match ability.resource.as_str() {
            "network" => self.hosts(),
            _ => BTreeSet::new(),
        };
        let needed = self.permissions.iter().filter(is_needed).map(|permission| &permission.ability);
        needed
            .map(|ability| {
                let hosts = hosts(ability).into_iter().collect();
                Grant::new(&ability.resource, &ability.action).hosts(hosts)
            })
            .collect()
    }

    /// The methods of all requests.
    pub fn methods(&self) -> BTreeSet<String> {
        let methods = self.requests.iter().filter_map(|request| request.split_once(' '));
        methods.map(|(method, _)| method.to_owned()).collect()
    }

    /// The hosts of all requests, with their ports where they are not the usual ones.
    pub fn hosts(&self) -> BTreeSet<String> {
        let hosts = self.requests.iter().filter_map(|request| request.split_once("://"));
        hosts.map(|(_, host)| host.to_owned()).collect()
    }
}

/// One thing that is wrong, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// What it is.
    pub what: What,
    /// Whether the audit fails for it: the plugin asks for more than it uses, or for less than it needs.
    pub fails: bool,
    /// In a sentence.
    pub text: String,
    /// What to do.
    pub fix: String,
}

/// What may be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum What {
    /// A grant for which nothing is imported.
    UnusedGrant,
    /// A grant whose imports no test called.
    UntestedGrant,
    /// What is imported and not granted, so that the host refuses it.
    NotGranted,
    /// An import that no test called.
    Unreached,
    /// Methods of requests that are granted and were not used.
    UnusedMethod,
    /// A host that is granted and was not asked.
    UnusedHost,
    /// A request to a host that is not granted.
    HostNotGranted,
    /// Every host is granted.
    AnyHost,
    /// Folders are granted, of which a test does not see what is used.
    PathsNotSeen,
    /// There is no test run.
    Untested,
}
