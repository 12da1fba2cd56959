//! What the drivers of guests (test powers, servers) need of a guest, whatever its ABI.

use std::collections::BTreeMap;
use std::sync::Arc;

use plugsmith::testing::Stored;

use crate::engine::ledger::Recorded;
use crate::engine::watch::Watch;
use crate::error::Result;
use crate::trace::outcome::Outcome;

/// A guest that can be driven without knowing its ABI: [`Plugin`](crate::Plugin), all plugins of a
/// [`Server`](crate::hosts::ferrite::Server), and `orbis::App` with the feature `orbis`. Fault sweeps, recordings, fuzzing and the like work on these.
///
/// ```
/// use plugsmith_harness::{Guest, Plugin};
///
/// fn calls_everything(guest: &mut dyn Guest) {
///     for entry in guest.entries() {
///         guest.call_raw(&entry, b"").unwrap();
///     }
/// }
///
/// let mut plugin = Plugin::load(&br#"(module (func (export "ping")))"#[..])?;
/// calls_everything(&mut plugin);
/// assert_eq!(plugin.trace(), "ping\n=> nothing");
/// # Ok::<(), plugsmith_harness::Error>(())
/// ```
pub trait Guest {
    /// The names that [`Guest::call_raw`] takes: the exports that a host can call.
    fn entries(&self) -> Vec<String>;

    /// Calls an export with these bytes as its input.
    fn call_raw(&mut self, entry: &str, input: &[u8]) -> Outcome<Vec<u8>>;

    /// Begins anew with a fresh instance; what the host keeps stays.
    ///
    /// # Errors
    /// The artifact cannot be instantiated.
    fn restart(&mut self) -> Result<()>;

    /// Lets `watch` see every host call from now on, or none.
    fn watch(&mut self, watch: Option<Arc<dyn Watch>>);

    /// What the guest has left behind in its host, now.
    fn state(&self) -> State;

    /// What its calls have cost so far, and which host functions they used.
    fn recorded(&self) -> Recorded {
        Recorded::default()
    }

    /// How often the last call passed each place where control flow splits or meets, modulo 256; nothing unless the
    /// artifact was instrumented, as `powers::fuzz` does it.
    fn edges(&self) -> Vec<u8> {
        Vec::new()
    }

    /// The blocks of Extism's kernel that the last call has left in use, its output aside; none in another ABI, and without an
    /// instance. Extism frees them before the next call.
    fn blocks(&self) -> Vec<Block> {
        Vec::new()
    }
}

/// A block of Extism's kernel that is in use.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Block {
    /// Its offset in the kernel's memory.
    pub offset: u64,
    /// Its length in bytes.
    pub length: u64,
    /// Its first bytes, at most 64.
    pub start: Vec<u8>,
}

/// What a guest has left behind in its host. Two of these compare, whenever they were taken.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct State {
    /// The keys of storage that have not expired.
    pub storage: BTreeMap<String, Stored>,
    /// The values that `kv_write` wrote.
    pub kv: BTreeMap<String, Vec<u8>>,
    /// The variables of the instance.
    pub variables: BTreeMap<String, Vec<u8>>,
    /// The state of an Orbis plugin: JSON by key.
    pub keys: BTreeMap<String, String>,
    /// The database of an Orbis plugin: the rows of each table, in the order in which they were inserted, as
    /// JSON.
    pub rows: BTreeMap<String, Vec<String>>,
    /// The events that an Orbis plugin emitted: the name and the payload as JSON.
    pub events: Vec<(String, String)>,
}
