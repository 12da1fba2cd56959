//! Databases of keys: expiry, memory, and which keys changed.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash as _, Hasher};
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

use super::data::{Data, Hash, List, Set};
use super::fault::Fault;
use crate::hosts::ferrite::reply::Reply;

/// How many databases `SELECT` knows.
pub(crate) const DATABASES: usize = 16;

/// What a key takes besides its name and its value.
const KEY: usize = 96;

/// What time it is for the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    /// The machine's.
    Wall,
    /// A test's, in milliseconds since 1970.
    Virtual(u64),
}

/// The keys of all databases.
#[derive(Clone, Debug)]
pub(crate) struct Keyspace {
    databases: Vec<Database>,
    /// The database that commands work on.
    pub(crate) selected: usize,
    pub(crate) clock: Clock,
    /// Milliseconds since 1970, which stand still within a command.
    now: u64,
    /// The keys that the command changed, with their databases.
    touched: Vec<(usize, Vec<u8>)>,
    bytes: usize,
    /// The state of the generator behind `RANDOMKEY`.
    random: u64,
}

/// A key and its place: in the order of hashes, in which a `SCAN` can go on wherever it stopped,
/// whatever came and went meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Slot(u64, Rc<[u8]>);

#[derive(Clone, Debug, Default)]
struct Database {
    entries: BTreeMap<Slot, Entry>,
    /// The keys that expire, the next one first.
    expiring: BTreeSet<(u64, Slot)>,
}

/// What lies at a key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) data: Data,
    /// The moment at which it ends, in milliseconds since 1970.
    pub(crate) expires: Option<u64>,
}

impl Keyspace {
    pub(crate) fn new(clock: Clock) -> Keyspace {
        let databases = std::iter::repeat_with(Database::default).take(DATABASES).collect();
        let random = 0x9E37_79B9_7F4A_7C15;
        let mut keys = Keyspace { databases, selected: 0, clock, now: 0, touched: Vec::new(), bytes: 0, random };
        keys.tick();
        keys
    }

    /// Looks at the clock.
    pub(crate) fn tick(&mut self) {
        self.now = match self.clock {
            Clock::Virtual(now) => now,
            Clock::Wall => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_millis() as u64),
        };
    }

    pub(crate) fn now(&self) -> u64 {
        self.now
    }

    /// About how many bytes all keys take.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The keys that changed since the last time.
    pub(crate) fn take_touched(&mut self) -> Vec<(usize, Vec<u8>)> {
        std::mem::take(&mut self.touched)
    }

    /// Removes up to `limit` keys that have expired: their databases and names.
    pub(crate) fn expire(&mut self, limit: usize) -> Vec<(usize, Vec<u8>)> {
        let mut expired = Vec::new();
        for database in 0..DATABASES {
            while expired.len() < limit
                && let Some((_, slot)) =
                    self.databases[database].expiring.first().filter(|(moment, _)| *moment <= self.now)
            {
                let key = slot.1.to_vec();
                self.take(database, &key);
                self.touched.push((database, key.clone()));
                expired.push((database, key));
            }
        }
        expired
    }

    /// What lies at a key that has not expired.
    pub(crate) fn entry(&self, key: &[u8]) -> Option<&Entry> {
        let entry = self.databases[self.selected].entries.get(&slot(key))?;
        entry.expires.is_none_or(|moment| moment > self.now).then_some(entry)
    }

    pub(crate) fn contains(&self, key: &[u8]) -> bool {
        self.entry(key).is_some()
    }

    pub(crate) fn string(&self, key: &[u8]) -> Result<Option<&[u8]>, Fault> {
        match self.entry(key).map(|entry| &entry.data) {
            None => Ok(None),
            Some(Data::String(bytes)) => Ok(Some(bytes)),
            Some(_) => Err(Fault::WRONG_TYPE),
        }
    }

    pub(crate) fn list(&self, key: &[u8]) -> Result<Option<&List>, Fault> {
        match self.entry(key).map(|entry| &entry.data) {
            None => Ok(None),
            Some(Data::List(list)) => Ok(Some(list)),
            Some(_) => Err(Fault::WRONG_TYPE),
        }
    }

    pub(crate) fn hash(&self, key: &[u8]) -> Result<Option<&Hash>, Fault> {
        match self.entry(key).map(|entry| &entry.data) {
            None => Ok(None),
            Some(Data::Hash(hash)) => Ok(Some(hash)),
            Some(_) => Err(Fault::WRONG_TYPE),
        }
    }

    pub(crate) fn set(&self, key: &[u8]) -> Result<Option<&Set>, Fault> {
        match self.entry(key).map(|entry| &entry.data) {
            None => Ok(None),
            Some(Data::Set(set)) => Ok(Some(set)),
            Some(_) => Err(Fault::WRONG_TYPE),
        }
    }

    /// Puts a value at a key, in the place of whatever was there.
    pub(crate) fn put(&mut self, key: &[u8], data: Data, expires: Option<u64>) {
        self.take(self.selected, key);
        self.insert(self.selected, slot(key), Entry { data, expires });
        self.touched.push((self.selected, key.to_vec()));
    }

    /// Puts another value at a key, which ends when it would have ended.
    pub(crate) fn replace(&mut self, key: &[u8], data: Data) {
        let expires = self.entry(key).and_then(|entry| entry.expires);
        self.put(key, data, expires);
    }

    /// Works on the value at a key, where `work` says whether it changed it; with `empty` in the place of
    /// none. What is empty in the end is removed.
    pub(crate) fn change<T>(
        &mut self,
        key: &[u8],
        empty: impl FnOnce() -> Data,
        work: impl FnOnce(&mut Data) -> Result<(T, bool), Fault>,
    ) -> Result<T, Fault> {
        if !self.contains(key) {
            let mut data = empty();
            let (result, changed) = work(&mut data)?;
            if changed && !data.is_empty() {
                self.put(key, data, None);
            }
            return Ok(result);
        }
        let slot = slot(key);
        let Some(entry) = self.databases[self.selected].entries.get_mut(&slot) else { return Err(Fault::NO_SUCH_KEY) };
        let before = entry.data.size();
        let done = work(&mut entry.data);
        let (after, is_empty) = (entry.data.size(), entry.data.is_empty());
        self.bytes = self.bytes + after - before;
        let (result, changed) = done?;
        match (changed, is_empty) {
            (true, true) => drop(self.remove(key)),
            (true, false) => self.touched.push((self.selected, key.to_vec())),
            (false, _) => {}
        }
        Ok(result)
    }

    /// Lets a key that is there end at a moment, or stay.
    pub(crate) fn set_expiry(&mut self, key: &[u8], expires: Option<u64>) {
        if let Some(entry) = self.take(self.selected, key) {
            self.insert(self.selected, slot(key), Entry { expires, ..entry });
            self.touched.push((self.selected, key.to_vec()));
        }
    }

    /// Removes a key: what was there.
    pub(crate) fn remove(&mut self, key: &[u8]) -> Option<Entry> {
        let live = self.contains(key);
        let entry = self.take(self.selected, key).filter(|_| live);
        if entry.is_some() {
            self.touched.push((self.selected, key.to_vec()));
        }
        entry
    }

    /// The keys of the selected database, in no order that means anything.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (&[u8], &Entry)> {
        let live = |entry: &Entry| entry.expires.is_none_or(|moment| moment > self.now);
        let entries = self.databases[self.selected].entries.iter();
        entries.filter(move |(_, entry)| live(entry)).map(|(slot, entry)| (&*slot.1, entry))
    }

    /// How many keys each database has, and how many of them expire.
    pub(crate) fn sizes(&self) -> impl Iterator<Item = (usize, usize)> {
        self.databases.iter().map(|database| (database.entries.len(), database.expiring.len()))
    }

    /// How many keys the selected database has.
    pub(crate) fn len(&self) -> usize {
        self.databases[self.selected].entries.len()
    }

    /// Up to `count` keys from a cursor on, and the cursor from which to go on: 0 at the end.
    pub(crate) fn scan(&self, cursor: u64, count: usize) -> (u64, Vec<(&[u8], &Entry)>) {
        let start = Slot(cursor, Rc::from(&b""[..]));
        let mut found = Vec::new();
        let mut last = None;
        for (slot, entry) in self.databases[self.selected].entries.range(start..) {
            // Keys of one hash are never parted: a cursor could not tell them apart.
            if found.len() >= count && last != Some(slot.0) {
                return (slot.0, found);
            }
            last = Some(slot.0);
            if entry.expires.is_none_or(|moment| moment > self.now) {
                found.push((&*slot.1, entry));
            }
        }
        (0, found)
    }

    /// Some key of the selected database.
    pub(crate) fn any(&mut self) -> Option<Vec<u8>> {
        // xorshift64: any key will do, it only has to be another one each time.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        let (next, found) = self.scan(self.random, 1);
        let found = if found.is_empty() && next == 0 { self.scan(0, 1).1 } else { found };
        found.first().map(|(key, _)| key.to_vec())
    }

    /// Removes every key of one database, or of all.
    pub(crate) fn clear(&mut self, all: bool) {
        let which = if all { 0..DATABASES } else { self.selected..self.selected + 1 };
        for index in which {
            let database = std::mem::take(&mut self.databases[index]);
            for (slot, entry) in database.entries {
                self.bytes -= size(&slot, &entry);
                self.touched.push((index, slot.1.to_vec()));
            }
        }
    }

    fn insert(&mut self, database: usize, slot: Slot, entry: Entry) {
        self.bytes += size(&slot, &entry);
        if let Some(moment) = entry.expires {
            self.databases[database].expiring.insert((moment, slot.clone()));
        }
        self.databases[database].entries.insert(slot, entry);
    }

    fn take(&mut self, database: usize, key: &[u8]) -> Option<Entry> {
        let slot = slot(key);
        let entry = self.databases[database].entries.remove(&slot)?;
        self.bytes -= size(&slot, &entry);
        if let Some(moment) = entry.expires {
            self.databases[database].expiring.remove(&(moment, slot));
        }
        Some(entry)
    }
}

fn size(slot: &Slot, entry: &Entry) -> usize {
    KEY + slot.1.len() + entry.data.size()
}

/// Never 0, which a cursor begins and ends with.
fn slot(key: &[u8]) -> Slot {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    Slot(hasher.finish().max(1), Rc::from(key))
}

impl From<Fault> for Reply {
    fn from(fault: Fault) -> Reply {
        Reply::Error(fault.0.into_owned())
    }
}
