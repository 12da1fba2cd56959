//! The keys of a Ferrite host as plugins and clients see them: the store, behind everything that
//! the plugin hangs before it.
//!
//! A value on its way in passes the hooks of `OnKeyWrite`, then the transformers of writes, then
//! goes to the backend of its prefix or into the store; on its way out it comes back through the
//! transformers of reads to the hooks of `OnKeyRead`. What hooks, transformers and backends do with
//! storage themselves goes to the store at once. A value of a data type is its type's own
//! encoding: hooks see its key, transformers do not see it, and no backend keeps it.

use plugsmith::protocol::event::Event;
use plugsmith::protocol::metadata::StorageBackend;
use plugsmith::storage::StorageImports;
use plugsmith::testing::{SharedStore, glob_matches, increment, kind, range, storable};
use plugsmith::{Encoded, HostError, Value};

use super::extensions::{Extensions, Gate};

/// The keys of a host.
pub(crate) struct Keyspace {
    store: SharedStore,
    gate: Gate,
}

impl Keyspace {
    pub(crate) fn new(store: SharedStore, gate: &Gate) -> Keyspace {
        Keyspace { store, gate: gate.clone() }
    }

    /// Writes a value that may still be aborted or changed.
    fn write(&self, view: &Extensions, key: &str, value: &Value, ttl: Option<u64>) -> Result<(), HostError> {
        storable(value)?;
        let value = view.judged(Event::new("OnKeyWrite").key(key).value(value.clone()))?;
        storable(&value)?;
        self.put(view, key, view.write(key, value)?, ttl)
    }

    /// Writes the sum of an increment. It is text for whatever looks at it on the way, as every
    /// string of a Redis is, and stays the number that it is where nothing changes it.
    fn write_sum(&self, view: &Extensions, key: &str, sum: i64, ttl: Option<u64>) -> Result<(), HostError> {
        let text = Value::String(sum.to_string());
        let judged = view.judged(Event::new("OnKeyWrite").key(key).value(text.clone()))?;
        storable(&judged)?;
        let written = view.write(key, judged)?;
        let value = if written == text { Value::Integer(sum) } else { written };
        self.put(view, key, value, ttl)
    }

    /// Writes a value past all that could change it.
    fn put(&self, view: &Extensions, key: &str, value: Value, ttl: Option<u64>) -> Result<(), HostError> {
        match (view.backend(key), ttl) {
            (Some(backend), ttl) => {
                let ttl = ttl.map_or(Value::Null, |ttl| Value::Integer(i64::try_from(ttl).unwrap_or(i64::MAX)));
                let event = Event::new("set").key(key).value(value).with("ttl", ttl);
                view.ask(&backend.export, &event).map(drop)
            }
            (None, None) => self.store.set(key, &value),
            (None, Some(seconds)) => self.store.set_ex(key, &value, seconds),
        }
    }

    /// The value at a key, without a word to the hooks.
    fn load(&self, view: &Extensions, key: &str) -> Result<Option<Value>, HostError> {
        let held = match view.backend(key) {
            Some(backend) => kept(view, backend, key)?,
            None => self.store.get(key)?,
        };
        held.map(|value| view.read(key, value)).transpose()
    }

    /// The seconds that a key has left, as a write keeps them.
    fn time_left(&self, key: &str) -> Result<Option<u64>, HostError> {
        Ok(u64::try_from(self.ttl(key)?).ok())
    }
}

impl Keyspace {
    /// Goes through what hangs before the store, or straight to it: the plugin has nothing there, or
    /// the call comes from a hook, transformer or backend of its own.
    fn through<T>(&self, extended: impl FnOnce(&Extensions) -> T, straight: impl FnOnce() -> T) -> T {
        match self.gate.extensions() {
            Some(view) => extended(&view),
            None => straight(),
        }
    }
}

impl StorageImports for Keyspace {
    fn get(&self, key: &str) -> Result<Option<Value>, HostError> {
        self.through(
            |view| match self.load(view, key)? {
                None => Ok(None),
                Some(value) => view.judged(Event::new("OnKeyRead").key(key).value(value)).map(Some),
            },
            || self.store.get(key),
        )
    }

    fn set(&self, key: &str, value: &Value) -> Result<(), HostError> {
        self.through(|view| self.write(view, key, value, None), || self.store.set(key, value))
    }

    fn set_ex(&self, key: &str, value: &Value, seconds: u64) -> Result<(), HostError> {
        self.through(
            |view| match seconds {
                0 => Err(HostError::new("invalid expire time")),
                seconds => self.write(view, key, value, Some(seconds)),
            },
            || self.store.set_ex(key, value, seconds),
        )
    }

    fn delete(&self, key: &str) -> Result<bool, HostError> {
        self.through(
            |view| {
                if view.hooks("OnKeyDelete").next().is_some() && self.exists(key)? {
                    view.judged(Event::new("OnKeyDelete").key(key))?;
                }
                match view.backend(key) {
                    Some(backend) => flag(view, &backend.export, &Event::new("delete").key(key)),
                    None => self.store.delete(key),
                }
            },
            || self.store.delete(key),
        )
    }

    fn exists(&self, key: &str) -> Result<bool, HostError> {
        self.through(
            |view| match view.backend(key) {
                Some(backend) => flag(view, &backend.export, &Event::new("exists").key(key)),
                None => self.store.exists(key),
            },
            || self.store.exists(key),
        )
    }

    fn incr(&self, key: &str, by: i64) -> Result<i64, HostError> {
        self.through(
            |view| {
                if view.is_plain(key) {
                    return self.store.incr(key, by);
                }
                // The sum tells what was there: it is read as by everybody else.
                let sum = increment(self.get(key)?.as_ref(), by)?;
                self.write_sum(view, key, sum, self.time_left(key)?)?;
                Ok(sum)
            },
            || self.store.incr(key, by),
        )
    }

    fn expire(&self, key: &str, seconds: u64) -> Result<bool, HostError> {
        self.through(
            |view| {
                // A key without a second left is deleted, if the hooks of that let it be.
                if seconds == 0 {
                    return self.delete(key);
                }
                let Some(backend) = view.backend(key) else { return self.store.expire(key, seconds) };
                let Some(value) = kept(view, backend, key)? else { return Ok(false) };
                let ttl = i64::try_from(seconds).unwrap_or(i64::MAX);
                view.ask(&backend.export, &Event::new("set").key(key).value(value).with("ttl", ttl))?;
                Ok(true)
            },
            || self.store.expire(key, seconds),
        )
    }

    fn ttl(&self, key: &str) -> Result<i64, HostError> {
        self.through(
            |view| match view.backend(key) {
                Some(backend) => match view.ask(&backend.export, &Event::new("ttl").key(key))? {
                    Value::Integer(seconds) if seconds >= -2 => Ok(seconds),
                    _ => Err(view.bad(&backend.export, "`ttl` answers seconds, -1 for ever or -2 for no such key")),
                },
                None => self.store.ttl(key),
            },
            || self.store.ttl(key),
        )
    }

    fn keys(&self, pattern: &str) -> Result<Vec<String>, HostError> {
        self.through(
            |view| {
                let mut keys = self.store.keys(pattern)?;
                // What is mounted hides what lies below it.
                keys.retain(|key| view.backend(key).is_none());
                for backend in view.backends() {
                    let answer = view.ask(&backend.export, &Event::new("scan").with("pattern", pattern))?;
                    let Value::Array(found) = answer else {
                        return Err(view.bad(&backend.export, "`scan` answers a list of keys"));
                    };
                    let found = found.iter().filter_map(Value::as_str);
                    let mine = |key: &&str| view.backend(key) == Some(backend) && glob_matches(pattern, key);
                    keys.extend(found.filter(mine).map(str::to_owned));
                }
                keys.sort();
                keys.dedup();
                Ok(keys)
            },
            || self.store.keys(pattern),
        )
    }

    fn type_of(&self, key: &str) -> Result<String, HostError> {
        self.through(
            |view| match view.backend(key) {
                Some(backend) => Ok(kept(view, backend, key)?.map_or("none", |value| kind(&value)).to_owned()),
                None => self.store.type_of(key),
            },
            || self.store.type_of(key),
        )
    }

    fn get_typed(&self, key: &str, name: &str) -> Result<Option<Encoded>, HostError> {
        self.through(
            |view| {
                untyped(view, key)?;
                let held = self.store.get_typed(key, name)?;
                if held.is_some() {
                    unchanged(view, "OnKeyRead", key)?;
                }
                Ok(held)
            },
            || self.store.get_typed(key, name),
        )
    }

    fn set_typed(&self, key: &str, name: &str, version: u32, bytes: &[u8]) -> Result<(), HostError> {
        self.through(
            |view| {
                untyped(view, key)?;
                unchanged(view, "OnKeyWrite", key)?;
                self.store.set_typed(key, name, version, bytes)
            },
            || self.store.set_typed(key, name, version, bytes),
        )
    }

    fn read_range(&self, key: &str, start: i64, end: i64) -> Result<Vec<u8>, HostError> {
        self.through(
            |view| {
                if view.is_plain(key) {
                    return self.store.read_range(key, start, end);
                }
                self.get(key)?.map_or(Ok(Vec::new()), |value| range(&value, start, end))
            },
            || self.store.read_range(key, start, end),
        )
    }
}

/// The value that a backend keeps at a key.
fn kept(view: &Extensions, backend: &StorageBackend, key: &str) -> Result<Option<Value>, HostError> {
    match view.ask(&backend.export, &Event::new("get").key(key))? {
        Value::Null => Ok(None),
        Value::Error(_) => Err(view.bad(&backend.export, "no storage holds an error")),
        value => Ok(Some(value)),
    }
}

/// A backend's yes or no.
fn flag(view: &Extensions, export: &str, event: &Event) -> Result<bool, HostError> {
    match view.ask(export, event)? {
        Value::Integer(0) | Value::Boolean(false) => Ok(false),
        Value::Integer(1) | Value::Boolean(true) => Ok(true),
        _ => Err(view.bad(export, &format!("`{}` answers 0 or 1", event.name))),
    }
}

/// Refuses a data type below the prefix of a backend.
fn untyped(view: &Extensions, key: &str) -> Result<(), HostError> {
    match view.backend(key) {
        Some(backend) => {
            Err(HostError::new(format!("the storage backend of `{}` keeps values, not data types", backend.prefix)))
        }
        None => Ok(()),
    }
}

/// Lets the hooks of a data type's key judge it. There is no value that they could change.
fn unchanged(view: &Extensions, event: &str, key: &str) -> Result<(), HostError> {
    match view.judged(Event::new(event).key(key))? {
        Value::Null => Ok(()),
        _ => Err(HostError::new(format!("a hook of {event} changes `{key}`, which holds a data type"))),
    }
}
