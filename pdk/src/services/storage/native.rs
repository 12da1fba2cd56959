//! Off wasm32 the storage imports reach the store of the host in memory.

use std::time::Duration;

use super::StorageImports;
use crate::abi::HostHandle;
use crate::error::HostError;
use crate::in_memory::glob::glob_matches;
use crate::in_memory::store::{Store, Stored, value_size};
use crate::in_memory::stored::{kind, storable};
use crate::protocol::Value;
use crate::values::ferrite::Encoded;

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

impl SharedStore {
    /// Writes a key, which will hold so many bytes, if the host has room for them.
    fn write<T>(
        &self,
        key: &str,
        size: usize,
        work: impl FnOnce(&mut Store, Duration) -> Result<T, HostError>,
    ) -> Result<T, HostError> {
        self.host.with(|host| {
            let now = host.clock.now();
            if host.held.fits(key, host.store.size(key), size).is_err() {
                for (key, size) in host.store.take_expired(now) {
                    host.held.replaced(&key, Some(size), None);
                }
                host.held.take_refused();
                host.held.fits(key, host.store.size(key), size).map_err(HostError::new)?;
            }
            let old = host.store.size(key);
            let written = work(&mut host.store, now)?;
            host.held.replaced(key, old, Some(size));
            Ok(written)
        })
    }
}

impl StorageImports for SharedStore {
    fn get(&self, key: &str) -> Result<Option<Value>, HostError> {
        self.with(|store, now| Ok(store.plain(key, now)?.cloned()))
    }

    fn set(&self, key: &str, value: &Value) -> Result<(), HostError> {
        storable(value)?;
        self.write(key, value_size(value), |store, _| {
            store.set(key, value.clone(), None);
            Ok(())
        })
    }

    fn set_ex(&self, key: &str, value: &Value, seconds: u64) -> Result<(), HostError> {
        storable(value)?;
        if seconds == 0 {
            return Err(HostError::new("invalid expire time"));
        }
        self.write(key, value_size(value), |store, now| {
            store.set(key, value.clone(), Some(now.saturating_add(Duration::from_secs(seconds))));
            Ok(())
        })
    }

    fn delete(&self, key: &str) -> Result<bool, HostError> {
        Ok(self.host.with(|host| {
            let old = host.store.size(key);
            host.held.replaced(key, old, None);
            host.store.delete(key, host.clock.now())
        }))
    }

    fn exists(&self, key: &str) -> Result<bool, HostError> {
        Ok(self.with(|store, now| store.stored(key, now).is_some()))
    }

    fn incr(&self, key: &str, by: i64) -> Result<i64, HostError> {
        self.write(key, value_size(&Value::Integer(0)), |store, now| store.incr(key, by, now))
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
        self.write(key, name.len() + bytes.len(), |store, now| {
            store.set_typed(key, name, Encoded { version, bytes: bytes.to_vec() }, now)
        })
    }

    fn read_range(&self, key: &str, start: i64, end: i64) -> Result<Vec<u8>, HostError> {
        self.with(|store, now| store.read_range(key, start, end, now))
    }
}
