//! The server's keys as a plugin's imports reach them.

use std::rc::Rc;

use plugsmith::storage::StorageImports;
use plugsmith::testing::glob_matches;
use plugsmith::{Encoded, HostError, Value};

use super::chain::ask;
use super::commands::Wanted;
use super::core::Core;
use super::values::{data, value};
use crate::hosts::ferrite::manifest::Permission;
use crate::hosts::ferrite::reply::Protocol;
use crate::hosts::ferrite::store::{Data, Fault, Keyspace, Typed};
use plugsmith::protocol::event::Event;

/// The keys, for one plugin.
pub(crate) struct Storage {
    core: Rc<Core>,
    granted: Vec<Permission>,
}

impl From<Fault> for HostError {
    fn from(fault: Fault) -> HostError {
        HostError::new(fault.0.into_owned())
    }
}

type Result<T> = std::result::Result<T, HostError>;

impl Storage {
    pub(crate) fn new(core: Rc<Core>, granted: Vec<Permission>) -> Storage {
        Storage { core, granted }
    }

    /// Checks the manifest, the command's flags, and what the client's user may do.
    fn allow(&self, key: Option<&str>, action: &str) -> Result<()> {
        let granted = self.granted.iter().any(|granted| granted.resource == "storage" && granted.action == action);
        if !granted {
            return Err(HostError::new(format!("NOPERM the plugin has no permission storage {action}")));
        }
        let writes = action != "read";
        if let Some(actor) = &*self.core.actor.borrow() {
            if writes && !actor.spec.has("write") {
                let name = &actor.spec.name;
                return Err(HostError::new(format!("NOPERM {name} writes, and its flags have no `write`")));
            }
            let wanted = key.map(|key| Wanted { key: key.as_bytes(), reads: !writes, writes });
            if actor.user.check(&actor.spec, wanted.as_slice(), &[], false).is_err() {
                let reason = "NOPERM this user has no permissions to access one of the keys used as arguments";
                return Err(HostError::new(reason));
            }
        }
        if action == "write" && self.core.is_full() {
            return Err(HostError::new(super::dispatch::OUT_OF_MEMORY));
        }
        Ok(())
    }

    fn with<T>(
        &self,
        key: &str,
        actions: &[&str],
        reads: bool,
        work: impl FnMut(&mut Keyspace) -> std::result::Result<T, Fault>,
    ) -> Result<T> {
        for action in actions {
            self.allow(Some(key), action)?;
        }
        let writes = actions.iter().any(|action| *action != "read");
        Ok(self.core.through(&[Wanted { key: key.as_bytes(), reads, writes }], work)?)
    }

    /// Runs a built-in command on a key.
    fn run(&self, words: &[&str], actions: &[&str], reads: bool) -> Result<Value> {
        let words: Vec<Vec<u8>> = words.iter().map(|word| word.as_bytes().to_vec()).collect();
        let key = String::from_utf8_lossy(&words[1]).into_owned();
        for action in actions {
            self.allow(Some(&key), action)?;
        }
        let writes = actions.iter().any(|action| *action != "read");
        let reply = self.core.run(&words, &[Wanted { key: key.as_bytes(), reads, writes }], Protocol::Resp3)?;
        match Value::from(reply) {
            Value::Error(text) => Err(HostError::new(text)),
            value => Ok(value),
        }
    }
}

impl StorageImports for Storage {
    fn get(&self, key: &str) -> Result<Option<Value>> {
        self.with(key, &["read"], true, |keys| match keys.entry(key.as_bytes()) {
            None => Ok(None),
            Some(entry) => value(&entry.data).map(Some).ok_or(Fault::WRONG_TYPE),
        })
    }

    fn set(&self, key: &str, value: &Value) -> Result<()> {
        let data = data(value.clone())?;
        self.allow(Some(key), "write")?;
        Ok(self.core.overwrite(key.as_bytes(), &data, None)?)
    }

    fn set_ex(&self, key: &str, value: &Value, seconds: u64) -> Result<()> {
        let data = data(value.clone())?;
        if seconds == 0 {
            return Err(HostError::new("invalid expire time"));
        }
        self.allow(Some(key), "write")?;
        Ok(self.core.overwrite(key.as_bytes(), &data, Some(seconds.saturating_mul(1000)))?)
    }

    fn delete(&self, key: &str) -> Result<bool> {
        self.with(key, &["delete"], false, |keys| Ok(keys.remove(key.as_bytes()).is_some()))
    }

    fn exists(&self, key: &str) -> Result<bool> {
        self.with(key, &["read"], false, |keys| Ok(keys.contains(key.as_bytes())))
    }

    fn incr(&self, key: &str, by: i64) -> Result<i64> {
        let sum = self.run(&["incrby", key, &by.to_string()], &["read", "write"], true)?;
        Ok(sum.as_i64().unwrap_or_default())
    }

    fn expire(&self, key: &str, seconds: u64) -> Result<bool> {
        let done = self.run(&["expire", key, &seconds.to_string()], &["write", "delete"], false)?;
        Ok(done.as_i64() == Some(1))
    }

    fn ttl(&self, key: &str) -> Result<i64> {
        // Seconds are rounded up here, so that a key that lives has at least one.
        let left = self.run(&["pttl", key], &["read"], false)?.as_i64().unwrap_or(-2);
        Ok(if left < 0 { left } else { left.cast_unsigned().div_ceil(1000).cast_signed() })
    }

    fn keys(&self, pattern: &str) -> Result<Vec<String>> {
        self.allow(None, "read")?;
        let chain = self.core.chain();
        let names = self.core.store.names(pattern.as_bytes())?;
        let mut found: Vec<String> = names.into_iter().filter_map(|key| String::from_utf8(key).ok()).collect();
        if !self.core.is_inside() {
            // What is mounted hides what lies below it.
            found.retain(|key| chain.backend(key).is_none());
            for (backend, guest) in chain.backends() {
                let answer =
                    ask(guest, &backend.export, &Event::new("scan").with("pattern", pattern), self.core.now())?;
                let mine = answer.as_array().unwrap_or_default().iter().filter_map(Value::as_str);
                found.extend(
                    mine.filter(|key| key.starts_with(&backend.prefix))
                        .filter(|key| glob_matches(pattern, key))
                        .map(str::to_owned),
                );
            }
        }
        let actor = self.core.actor.borrow();
        found.retain(|key| {
            let wanted = Wanted { key: key.as_bytes(), reads: true, writes: false };
            actor.as_ref().is_none_or(|actor| actor.user.check(&actor.spec, &[wanted], &[], false).is_ok())
        });
        found.sort();
        found.dedup();
        Ok(found)
    }

    fn type_of(&self, key: &str) -> Result<String> {
        let kind = self.run(&["type", key], &["read"], false)?;
        Ok(kind.as_str().unwrap_or("none").to_owned())
    }

    fn get_typed(&self, key: &str, name: &str) -> Result<Option<Encoded>> {
        self.with(key, &["read"], true, |keys| match keys.entry(key.as_bytes()).map(|entry| &entry.data) {
            None => Ok(None),
            Some(Data::Typed(typed)) if typed.name == name => {
                Ok(Some(Encoded { version: typed.version, bytes: typed.bytes.clone() }))
            }
            Some(_) => Err(Fault::WRONG_TYPE),
        })
    }

    fn set_typed(&self, key: &str, name: &str, version: u32, bytes: &[u8]) -> Result<()> {
        self.with(key, &["write"], false, |keys| {
            let held = keys.entry(key.as_bytes());
            if held.is_some_and(|entry| !matches!(&entry.data, Data::Typed(typed) if typed.name == name)) {
                return Err(Fault::WRONG_TYPE);
            }
            let typed = Typed { name: name.to_owned(), version, bytes: bytes.to_vec() };
            keys.replace(key.as_bytes(), Data::Typed(typed));
            Ok(())
        })
    }

    fn read_range(&self, key: &str, start: i64, end: i64) -> Result<Vec<u8>> {
        let found = self.run(&["getrange", key, &start.to_string(), &end.to_string()], &["read"], true)?;
        Ok(found.as_bytes().unwrap_or_default().to_vec())
    }
}
