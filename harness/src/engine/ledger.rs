//! The ledger: what each export has cost in the calls of a test run, and which host functions it has used.
//!
//! Every plugin keeps its own in memory. In a test, that of an artifact from a file is added to a file under
//! `target/plugsmith/ledger` when the plugin is dropped: a folder for each artifact by its hash, in it one for
//! each test run, in it a file for each process. So nothing of another build or of an earlier run is mixed in,
//! and no two processes write to one file.

mod identity;
mod run;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::trace::cost::HostUse;
use crate::trace::spent::Spent;

pub use identity::Identity;
pub use run::Recorded;
#[cfg(test)]
pub(crate) use run::record;
pub(crate) use run::{beside, last, most_fuel};

/// The costs of exports, by their names.
pub type Costs = BTreeMap<String, ExportCosts>;

/// What an export has cost in all of its calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ExportCosts {
    /// How many calls used so much fuel, by the fuel. Calls that a timeout has ended are not among them, and
    /// neither are those in which a [`Watch`](crate::Watch), such as a fault sweep, answered for the host.
    pub fuel: BTreeMap<u64, u64>,
    /// How many of these calls failed.
    pub failed: u64,
    /// The most pages of 64 KiB that the guest's memory held after a call.
    pub pages: u64,
    /// The most bytes of an input.
    pub bytes_in: u64,
    /// The most bytes of an output.
    pub bytes_out: u64,
    /// The most host calls of one call.
    pub host_calls: u64,
    /// The host functions that were used, in all calls together, sorted.
    pub uses: Vec<HostUse>,
    /// Method and origin of each HTTP request: `GET https://api.example.com`.
    pub requests: BTreeSet<String>,
}

impl ExportCosts {
    /// The number of calls.
    pub fn calls(&self) -> u64 {
        self.fuel.values().fold(0, |all, calls| all.saturating_add(*calls))
    }

    /// The least fuel of a call.
    pub fn min(&self) -> u64 {
        self.fuel.keys().next().copied().unwrap_or(0)
    }

    /// The most fuel of a call.
    pub fn max(&self) -> u64 {
        self.fuel.keys().next_back().copied().unwrap_or(0)
    }

    /// The mean fuel of a call, rounded down.
    pub fn mean(&self) -> u64 {
        let all = self.fuel.iter().map(|(fuel, calls)| u128::from(*fuel) * u128::from(*calls)).sum::<u128>();
        u64::try_from(all / u128::from(self.calls().max(1))).unwrap_or(u64::MAX)
    }

    /// The median fuel of a call; for an even number of calls the lower of the two in the middle.
    pub fn median(&self) -> u64 {
        let middle = self.calls().div_ceil(2);
        let mut seen = 0;
        let found = self.fuel.iter().find(|(_, calls)| {
            seen = u64::saturating_add(seen, **calls);
            seen >= middle
        });
        found.map_or(0, |(fuel, _)| *fuel)
    }

    fn note(&mut self, is_failed: bool, has_fuel: bool, spent: &Spent) {
        let crossed = &spent.crossed;
        for of_call in &crossed.host_calls {
            self.add_use(of_call);
        }
        self.requests.extend(crossed.requests.iter().cloned());
        if crossed.is_interfered || !has_fuel {
            return;
        }
        *self.fuel.entry(spent.fuel).or_default() += 1;
        self.failed += u64::from(is_failed);
        self.pages = self.pages.max(spent.pages);
        self.bytes_in = self.bytes_in.max(crossed.bytes_in);
        self.bytes_out = self.bytes_out.max(crossed.bytes_out);
        self.host_calls = self.host_calls.max(crossed.host_calls.iter().map(|function| function.calls).sum());
    }

    fn add_use(&mut self, other: &HostUse) {
        let key = |known: &HostUse| (known.module.clone(), known.name.clone());
        match self.uses.binary_search_by(|known| (&known.module, &known.name).cmp(&(&other.module, &other.name))) {
            Ok(place) => {
                let known = &mut self.uses[place];
                known.add(other);
            }
            Err(place) => self.uses.insert(place, other.clone()),
        }
        debug_assert!(self.uses.is_sorted_by_key(key), "found by binary search");
    }

    fn add(&mut self, other: ExportCosts) {
        for (fuel, calls) in other.fuel {
            let known = self.fuel.entry(fuel).or_default();
            *known = known.saturating_add(calls);
        }
        self.failed = self.failed.saturating_add(other.failed);
        self.pages = self.pages.max(other.pages);
        self.bytes_in = self.bytes_in.max(other.bytes_in);
        self.bytes_out = self.bytes_out.max(other.bytes_out);
        self.host_calls = self.host_calls.max(other.host_calls);
        for function in &other.uses {
            self.add_use(function);
        }
        self.requests.extend(other.requests);
    }
}

/// Adds the costs of other calls.
fn add(all: &mut Costs, other: Costs) {
    for (export, costs) in other {
        all.entry(export).or_default().add(costs);
    }
}

/// The ledger of one plugin.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    costs: Mutex<Costs>,
    /// What it is the ledger of.
    artifact: Option<Artifact>,
}

#[derive(Debug)]
struct Artifact {
    wasm: Arc<[u8]>,
    path: Option<PathBuf>,
}

impl Ledger {
    /// The ledger of this artifact.
    pub(crate) fn of(wasm: &Arc<[u8]>, path: Option<&Path>) -> Ledger {
        let artifact = Artifact { wasm: Arc::clone(wasm), path: path.map(Path::to_owned) };
        Ledger { costs: Mutex::default(), artifact: Some(artifact) }
    }

    /// Notes a call.
    pub(crate) fn note<T>(&self, export: &str, result: &Result<T>, spent: &Spent) {
        // Nothing ran: there is no such export, or the host refused the input.
        if matches!(result, Err(Error::MissingExport { .. } | Error::BadSignature { .. } | Error::BadInput { .. })) {
            return;
        }
        let has_fuel = !matches!(result, Err(Error::TimedOut { .. }));
        let mut costs = self.costs();
        match costs.get_mut(export) {
            Some(known) => known.note(result.is_err(), has_fuel, spent),
            None => costs.entry(export.to_owned()).or_default().note(result.is_err(), has_fuel, spent),
        }
    }

    /// What has been recorded so far.
    pub(crate) fn recorded(&self) -> Recorded {
        Recorded { artifact: self.identity(), costs: self.costs().clone() }
    }

    fn costs(&self) -> MutexGuard<'_, Costs> {
        self.costs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn identity(&self) -> Identity {
        self.artifact
            .as_ref()
            .map(|artifact| Identity::of(&artifact.wasm, artifact.path.as_deref()))
            .unwrap_or_default()
    }
}

/// What cannot be written is not kept: no test fails for it.
impl Drop for Ledger {
    fn drop(&mut self) {
        let costs = std::mem::take(&mut *self.costs());
        if !costs.is_empty() && self.artifact.as_ref().is_some_and(|artifact| artifact.path.is_some()) {
            let _ = run::append(|| self.identity(), &costs);
        }
    }
}
