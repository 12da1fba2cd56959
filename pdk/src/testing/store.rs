//! Keys and values with types and expiry, as the storage imports offer them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::glob_matches;
use crate::abi::HostHandle;
use crate::storage::StorageImports;
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
        let (old, until) = match self.entry(key, now) {
            None => (0, None),
            Some((Stored::Value(value), until)) if kind(value) == "string" => {
                (integer(value).ok_or_else(not_an_integer)?, *until)
            }
            Some(_) => return Err(wrong_type()),
        };
        let sum = old.checked_add(by).ok_or_else(|| HostError::new("increment or decrement would overflow"))?;
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
        let Some(value) = self.plain(key, now)? else { return Ok(Vec::new()) };
        let bytes = string_bytes(value).ok_or_else(wrong_type)?;
        if start < 0 && end < start {
            return Ok(Vec::new());
        }
        let place = |n: i64| if n < 0 { (n + bytes.len() as i64).max(0) } else { n };
        let start = place(start) as usize;
        let end = (place(end) as usize).min(bytes.len().saturating_sub(1));
        Ok(bytes.get(start..=end).unwrap_or_default().to_vec())
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

/// Redis' name for the type of a stored value.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Array(_) | Value::Push(_) => "list",
        Value::Set(_) => "set",
        Value::Map(_) => "hash",
        _ => "string",
    }
}

/// The integer of a stored string: in Redis that is canonical decimal text, not `+7` or `007`.
fn integer(value: &Value) -> Option<i64> {
    let n = value.as_i64()?;
    (value.as_bytes().is_none_or(|text| text == n.to_string().as_bytes())).then_some(n)
}

/// The bytes of a stored string; a number's are its decimal text.
fn string_bytes(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::Integer(n) => Some(n.to_string().into_bytes()),
        Value::Double(n) => Some(n.to_string().into_bytes()),
        Value::Boolean(b) => Some(if *b { b"1".to_vec() } else { b"0".to_vec() }),
        _ => value.as_bytes().map(<[u8]>::to_vec),
    }
}

fn storable(value: &Value) -> Result<(), HostError> {
    match value {
        Value::Null => Err(HostError::new("null cannot be stored: delete the key instead")),
        Value::Error(_) => Err(HostError::new("an error cannot be stored")),
        _ => Ok(()),
    }
}

fn wrong_type() -> HostError {
    HostError::new("WRONGTYPE Operation against a key holding the wrong kind of value")
}

fn not_an_integer() -> HostError {
    HostError::new("value is not an integer or out of range")
}
