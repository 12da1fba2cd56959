//! Keys and values with types and expiry, as the storage imports offer them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::glob_matches;
use super::stored::{increment, kind, range, storable, wrong_type};
use crate::abi::HostHandle;
use crate::services::storage::StorageImports;
use crate::{Encoded, HostError, Value};

/// A key-value store on a virtual clock. A key's expiry is a moment; from that moment on the key
/// is not there.
#[derive(Clone, Debug, Default)]
pub struct Store {
    entries: BTreeMap<String, (Stored, Option<Duration>)>,
}

/// What a key holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Stored {
    /// A value of a built-in type.
    Value(Value),
    /// A value of a plugin's data type, by the type's name.
    Typed(String, Encoded),
}

impl Store {
    /// The value of `key` at the time `now`; `None` also where it is of a plugin's data type.
    pub fn get(&self, key: &str, now: Duration) -> Option<&Value> {
        match self.stored(key, now)? {
            Stored::Value(value) => Some(value),
            Stored::Typed(..) => None,
        }
    }

    /// What `key` holds at the time `now`.
    pub fn stored(&self, key: &str, now: Duration) -> Option<&Stored> {
        self.entry(key, now).map(|(stored, _)| stored)
    }

    /// Sets `key`, until a moment or for good.
    pub fn set(&mut self, key: &str, value: Value, until: Option<Duration>) {
        self.set_stored(key, Stored::Value(value), until);
    }

    /// Sets `key` to whatever a key can hold, until a moment or for good.
    pub fn set_stored(&mut self, key: &str, stored: Stored, until: Option<Duration>) {
        self.entries.insert(key.to_owned(), (stored, until));
    }

    /// Removes `key`; whether it was there.
    pub fn delete(&mut self, key: &str, now: Duration) -> bool {
        let present = self.entry(key, now).is_some();
        self.entries.remove(key);
        present
    }

    /// Every key and what it holds, in order.
    pub fn iter(&self, now: Duration) -> impl Iterator<Item = (&str, &Stored)> {
        self.entries
            .iter()
            .filter(move |(_, (_, until))| until.is_none_or(|until| now < until))
            .map(|(key, (stored, _))| (key.as_str(), stored))
    }

    /// The value of a built-in type at `key`.
    fn plain(&self, key: &str, now: Duration) -> Result<Option<&Value>, HostError> {
        match self.stored(key, now) {
            None => Ok(None),
            Some(Stored::Value(value)) => Ok(Some(value)),
            Some(Stored::Typed(..)) => Err(wrong_type()),
        }
    }

    fn get_typed(&self, key: &str, name: &str, now: Duration) -> Result<Option<Encoded>, HostError> {
        match self.stored(key, now) {
            None => Ok(None),
            Some(Stored::Typed(held, encoded)) if held == name => Ok(Some(encoded.clone())),
            Some(_) => Err(wrong_type()),
        }
    }

    fn set_typed(&mut self, key: &str, name: &str, encoded: Encoded, now: Duration) -> Result<(), HostError> {
        let until = match self.entry(key, now) {
            None => None,
            Some((Stored::Typed(held, _), until)) if held == name => *until,
            Some(_) => return Err(wrong_type()),
        };
        self.set_stored(key, Stored::Typed(name.to_owned(), encoded), until);
        Ok(())
    }

    fn incr(&mut self, key: &str, by: i64, now: Duration) -> Result<i64, HostError> {
        let (sum, until) = match self.entry(key, now) {
            None => (increment(None, by)?, None),
            Some((Stored::Value(value), until)) => (increment(Some(value), by)?, *until),
            Some(_) => return Err(wrong_type()),
        };
        self.set(key, Value::Integer(sum), until);
        Ok(sum)
    }

    fn ttl(&self, key: &str, now: Duration) -> i64 {
        match self.entry(key, now) {
            None => -2,
            Some((_, None)) => -1,
            Some((_, Some(until))) => {
                let left = *until - now;
                i64::try_from(left.as_secs().saturating_add(u64::from(left.subsec_nanos() > 0))).unwrap_or(i64::MAX)
            }
        }
    }

    fn expire(&mut self, key: &str, seconds: u64, now: Duration) -> bool {
        if self.entry(key, now).is_none() {
            return false;
        }
        if let Some((_, until)) = self.entries.get_mut(key) {
            *until = Some(now.saturating_add(Duration::from_secs(seconds)));
        }
        true
    }

    fn read_range(&self, key: &str, start: i64, end: i64, now: Duration) -> Result<Vec<u8>, HostError> {
        self.plain(key, now)?.map_or(Ok(Vec::new()), |value| range(value, start, end))
    }

    fn entry(&self, key: &str, now: Duration) -> Option<&(Stored, Option<Duration>)> {
        self.entries.get(key).filter(|(_, until)| until.is_none_or(|until| now < until))
    }
}

/// The store of a host in memory, as the storage imports reach it.
#[derive(Clone, Debug)]
pub struct SharedStore {
    host: HostHandle,
}

impl SharedStore {
    pub(crate) fn new(host: HostHandle) -> SharedStore {
        SharedStore { host }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Store, Duration) -> T) -> T {
        self.host.with(|host| work(&mut host.store, host.clock.now()))
    }
}

impl StorageImports for SharedStore {
    fn get(&self, key: &str) -> Result<Option<Value>, HostError> {
        self.with(|store, now| Ok(store.plain(key, now)?.cloned()))
    }

    fn set(&self, key: &str, value: &Value) -> Result<(), HostError> {
        storable(value)?;
        self.with(|store, _| store.set(key, value.clone(), None));
        Ok(())
    }

    fn set_ex(&self, key: &str, value: &Value, seconds: u64) -> Result<(), HostError> {
        storable(value)?;
        if seconds == 0 {
            return Err(HostError::new("invalid expire time"));
        }
        self.with(|store, now| {
            store.set(key, value.clone(), Some(now.saturating_add(Duration::from_secs(seconds))));
        });
        Ok(())
    }

    fn delete(&self, key: &str) -> Result<bool, HostError> {
        Ok(self.with(|store, now| store.delete(key, now)))
    }

    fn exists(&self, key: &str) -> Result<bool, HostError> {
        Ok(self.with(|store, now| store.stored(key, now).is_some()))
    }

    fn incr(&self, key: &str, by: i64) -> Result<i64, HostError> {
        self.with(|store, now| store.incr(key, by, now))
    }

    fn expire(&self, key: &str, seconds: u64) -> Result<bool, HostError> {
        Ok(self.with(|store, now| store.expire(key, seconds, now)))
    }

    fn ttl(&self, key: &str) -> Result<i64, HostError> {
        Ok(self.with(|store, now| store.ttl(key, now)))
    }

    fn keys(&self, pattern: &str) -> Result<Vec<String>, HostError> {
        Ok(self.with(|store, now| {
            store.iter(now).map(|(key, _)| key).filter(|key| glob_matches(pattern, key)).map(str::to_owned).collect()
        }))
    }

    fn type_of(&self, key: &str) -> Result<String, HostError> {
        Ok(self.with(|store, now| match store.stored(key, now) {
            None => "none".to_owned(),
            Some(Stored::Value(value)) => kind(value).to_owned(),
            Some(Stored::Typed(name, _)) => name.clone(),
        }))
    }

    fn get_typed(&self, key: &str, name: &str) -> Result<Option<Encoded>, HostError> {
        self.with(|store, now| store.get_typed(key, name, now))
    }

    fn set_typed(&self, key: &str, name: &str, version: u32, bytes: &[u8]) -> Result<(), HostError> {
        self.with(|store, now| store.set_typed(key, name, Encoded { version, bytes: bytes.to_vec() }, now))
    }

    fn read_range(&self, key: &str, start: i64, end: i64) -> Result<Vec<u8>, HostError> {
        self.with(|store, now| store.read_range(key, start, end, now))
    }
}
