//! Keys and values with types and expiry, as the storage imports offer them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::stored::{increment, range, wrong_type};
use crate::error::HostError;
use crate::protocol::Value;
use crate::values::ferrite::Encoded;

/// About the bytes that a value takes.
pub(crate) fn value_size(value: &Value) -> usize {
    let list = |items: &[Value]| items.iter().map(value_size).sum();
    size_of::<Value>()
        + match value {
            Value::Array(items) | Value::Set(items) | Value::Push(items) => list(items),
            Value::Map(pairs) => pairs.iter().map(|(key, value)| value_size(key) + value_size(value)).sum(),
            Value::Error(text) => text.len(),
            other => other.as_bytes().map_or(0, <[u8]>::len),
        }
}

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

    /// About the bytes of what lies at `key`, expired or not.
    pub(crate) fn size(&self, key: &str) -> Option<usize> {
        self.entries.get(key).map(|(stored, _)| match stored {
            Stored::Value(value) => value_size(value),
            Stored::Typed(name, encoded) => name.len() + encoded.bytes.len(),
        })
    }

    /// Removes the keys that have expired, with their sizes.
    pub(crate) fn take_expired(&mut self, now: Duration) -> Vec<(String, usize)> {
        let is_expired =
            |(_, (_, until)): &(&String, &(Stored, Option<Duration>))| until.is_some_and(|until| until <= now);
        let expired: Vec<String> = self.entries.iter().filter(is_expired).map(|(key, _)| key.clone()).collect();
        let mut taken = Vec::new();
        for key in expired {
            let size = self.size(&key).unwrap_or_default();
            self.entries.remove(&key);
            taken.push((key, size));
        }
        taken
    }

    /// Every key and what it holds, in order.
    pub fn iter(&self, now: Duration) -> impl Iterator<Item = (&str, &Stored)> {
        self.entries
            .iter()
            .filter(move |(_, (_, until))| until.is_none_or(|until| now < until))
            .map(|(key, (stored, _))| (key.as_str(), stored))
    }

    /// Whether `key` expires some time after `now`.
    pub fn expires(&self, key: &str, now: Duration) -> bool {
        self.entry(key, now).is_some_and(|(_, until)| until.is_some())
    }

    /// The value of a built-in type at `key`.
    pub(crate) fn plain(&self, key: &str, now: Duration) -> Result<Option<&Value>, HostError> {
        match self.stored(key, now) {
            None => Ok(None),
            Some(Stored::Value(value)) => Ok(Some(value)),
            Some(Stored::Typed(..)) => Err(wrong_type()),
        }
    }

    pub(crate) fn get_typed(&self, key: &str, name: &str, now: Duration) -> Result<Option<Encoded>, HostError> {
        match self.stored(key, now) {
            None => Ok(None),
            Some(Stored::Typed(held, encoded)) if held == name => Ok(Some(encoded.clone())),
            Some(_) => Err(wrong_type()),
        }
    }

    pub(crate) fn set_typed(
        &mut self,
        key: &str,
        name: &str,
        encoded: Encoded,
        now: Duration,
    ) -> Result<(), HostError> {
        let until = match self.entry(key, now) {
            None => None,
            Some((Stored::Typed(held, _), until)) if held == name => *until,
            Some(_) => return Err(wrong_type()),
        };
        self.set_stored(key, Stored::Typed(name.to_owned(), encoded), until);
        Ok(())
    }

    pub(crate) fn incr(&mut self, key: &str, by: i64, now: Duration) -> Result<i64, HostError> {
        let (sum, until) = match self.entry(key, now) {
            None => (increment(None, by)?, None),
            Some((Stored::Value(value), until)) => (increment(Some(value), by)?, *until),
            Some(_) => return Err(wrong_type()),
        };
        self.set(key, Value::Integer(sum), until);
        Ok(sum)
    }

    pub(crate) fn ttl(&self, key: &str, now: Duration) -> i64 {
        match self.entry(key, now) {
            None => -2,
            Some((_, None)) => -1,
            Some((_, Some(until))) => {
                let left = *until - now;
                i64::try_from(left.as_secs().saturating_add(u64::from(left.subsec_nanos() > 0))).unwrap_or(i64::MAX)
            }
        }
    }

    pub(crate) fn expire(&mut self, key: &str, seconds: u64, now: Duration) -> bool {
        if self.entry(key, now).is_none() {
            return false;
        }
        if let Some((_, until)) = self.entries.get_mut(key) {
            *until = Some(now.saturating_add(Duration::from_secs(seconds)));
        }
        true
    }

    pub(crate) fn read_range(&self, key: &str, start: i64, end: i64, now: Duration) -> Result<Vec<u8>, HostError> {
        self.plain(key, now)?.map_or(Ok(Vec::new()), |value| range(value, start, end))
    }

    fn entry(&self, key: &str, now: Duration) -> Option<&(Stored, Option<Duration>)> {
        self.entries.get(key).filter(|(_, until)| until.is_none_or(|until| now < until))
    }
}
