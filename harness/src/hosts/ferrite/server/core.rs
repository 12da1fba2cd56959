//! What the server and the plugins share: the keys, and what hangs before them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use plugsmith::Value;
use plugsmith::protocol::event::Event;

use super::chain::{Chain, ask};
use super::commands::{Spec, Wanted};
use super::users::User;
use super::values::{data, value};
use crate::hosts::ferrite::store::{Clock, Entry, Fault, Keyspace};

/// What the server and the plugins share.
pub(crate) struct Core {
    pub(crate) keys: RefCell<Keyspace>,
    chain: RefCell<Rc<Chain>>,
    /// Whether a hook, a transformer or a backend runs: what it does with keys goes to the store at once.
    inside: Cell<bool>,
    /// On whose behalf a plugin's command runs.
    pub(crate) actor: RefCell<Option<Actor>>,
    /// The most bytes that keys may take; 0 for any number.
    pub(crate) max_memory: Cell<usize>,
}

/// On whose behalf a plugin's command runs.
#[derive(Clone)]
pub(crate) struct Actor {
    pub(crate) spec: Spec,
    pub(crate) user: Rc<User>,
}

impl Core {
    pub(crate) fn new(clock: Clock) -> Rc<Core> {
        Rc::new(Core {
            keys: RefCell::new(Keyspace::new(clock)),
            chain: RefCell::default(),
            inside: Cell::new(false),
            actor: RefCell::new(None),
            max_memory: Cell::new(0),
        })
    }

    pub(crate) fn chain(&self) -> Rc<Chain> {
        Rc::clone(&self.chain.borrow())
    }

    pub(crate) fn set_chain(&self, chain: Chain) {
        *self.chain.borrow_mut() = Rc::new(chain);
    }

    pub(crate) fn now(&self) -> u64 {
        self.keys.borrow().now()
    }

    pub(crate) fn is_full(&self) -> bool {
        let most = self.max_memory.get();
        most > 0 && self.keys.borrow().bytes() > most
    }

    pub(crate) fn is_inside(&self) -> bool {
        self.inside.get()
    }

    /// Lets the hooks of an event judge it.
    pub(crate) fn judge(&self, event: Event) -> Result<Value, Fault> {
        let (chain, now) = (self.chain(), self.now());
        self.within(|| chain.judge(event, now))
    }

    /// Runs what plugins hang before the keys.
    fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        let (before, actor) = (self.inside.replace(true), self.actor.take());
        let result = work();
        self.inside.set(before);
        self.actor.replace(actor);
        result
    }

    /// Works on these keys. Where plugins hang something before them, the work is done on copies that
    /// have passed the readers; what it changed passes the writers, and only when all of it has passed it is
    /// stored.
    ///
    /// # Errors
    /// What the work ends with, and what a plugin refuses it with: then nothing has changed.
    pub(crate) fn through<T>(
        &self,
        wanted: &[Wanted<'_>],
        work: impl FnOnce(&mut Keyspace) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let chain = self.chain();
        if self.inside.get() || !wanted.iter().any(|wanted| chain.concerns(wanted.key)) {
            return work(&mut self.keys.borrow_mut());
        }
        let now = self.now();
        let mut copy = Keyspace::new(Clock::Virtual(now));
        copy.selected = self.keys.borrow().selected;
        for wanted in wanted {
            if !copy.contains(wanted.key)
                && let Some(entry) = self.load(&chain, wanted, now)?
            {
                copy.put(wanted.key, entry.data, entry.expires);
            }
        }
        copy.take_touched();
        let result = work(&mut copy)?;
        let mut changes = Vec::new();
        for (_, key) in copy.take_touched() {
            if !changes.iter().any(|(known, _)| *known == key) {
                let entry = copy.entry(&key).cloned();
                let change = self.change(&chain, &key, entry, now)?;
                changes.push((key, change));
            }
        }
        for (key, change) in changes {
            self.store(&chain, &key, change, now)?;
        }
        Ok(result)
    }

    /// What lies at a key, as a reader gets it.
    fn load(&self, chain: &Chain, wanted: &Wanted<'_>, now: u64) -> Result<Option<Entry>, Fault> {
        let key = text(wanted.key)?;
        let stored = match chain.backend(key) {
            None => self.keys.borrow().entry(wanted.key).cloned(),
            Some((backend, guest)) => self.within(|| {
                let held = match ask(guest, &backend.export, &Event::new("get").key(key), now)? {
                    Value::Null => return Ok(None),
                    held => held,
                };
                let left = ask(guest, &backend.export, &Event::new("ttl").key(key), now)?.as_i64();
                let expires = left.filter(|left| *left >= 0).map(|left| now.saturating_add(left as u64 * 1000));
                Ok::<_, Fault>(Some(Entry { data: data(held)?, expires }))
            })?,
        };
        let Some(entry) = stored else { return Ok(None) };
        let Some(held) = value(&entry.data) else {
            // A data type has no value that a plugin could see or change.
            if wanted.reads {
                unchanged(self.judge(Event::new("OnKeyRead").key(key))?, key)?;
            }
            return Ok(Some(entry));
        };
        let mut held = self.within(|| chain.read(key, held, now))?;
        if wanted.reads && chain.hears("OnKeyRead") {
            held = self.judge(Event::new("OnKeyRead").key(key).value(held))?;
        }
        Ok(Some(Entry { data: data(held)?, expires: entry.expires }))
    }

    /// What is stored for a change, as the writers let it pass; `None` removes the key.
    fn change(&self, chain: &Chain, key: &[u8], entry: Option<Entry>, now: u64) -> Result<Option<Entry>, Fault> {
        let key = text(key)?;
        let Some(entry) = entry else {
            self.judge(Event::new("OnKeyDelete").key(key))?;
            return Ok(None);
        };
        let Some(held) = value(&entry.data) else {
            if let Some((backend, _)) = chain.backend(key) {
                let prefix = &backend.prefix;
                return Err(Fault::new(format!("ERR the storage backend of `{prefix}` keeps values, not data types")));
            }
            unchanged(self.judge(Event::new("OnKeyWrite").key(key))?, key)?;
            return Ok(Some(entry));
        };
        let judged = match chain.hears("OnKeyWrite") {
            true => self.judge(Event::new("OnKeyWrite").key(key).value(held))?,
            false => held,
        };
        let written = self.within(|| chain.write(key, judged, now))?;
        Ok(Some(Entry { data: data(written)?, expires: entry.expires }))
    }

    /// Puts a change where it belongs.
    fn store(&self, chain: &Chain, key: &[u8], change: Option<Entry>, now: u64) -> Result<(), Fault> {
        let Some((backend, guest)) = chain.backend(text(key)?) else {
            let mut keys = self.keys.borrow_mut();
            match change {
                Some(Entry { data, expires }) => keys.put(key, data, expires),
                None => drop(keys.remove(key)),
            }
            return Ok(());
        };
        let name = text(key)?;
        let event = match change {
            None => Event::new("delete").key(name),
            Some(Entry { data, expires }) => {
                let left = expires.map(|moment| moment.saturating_sub(now).div_ceil(1000));
                let ttl = left.map_or(Value::Null, |left| Value::Integer(left.cast_signed()));
                Event::new("set").key(name).value(value(&data).unwrap_or(Value::Null)).with("ttl", ttl)
            }
        };
        self.within(|| ask(guest, &backend.export, &event, now)).map(drop)
    }

    /// Removes keys that have expired; the hooks of `OnKeyExpiry` are told of each.
    pub(crate) fn expire(&self, limit: usize) {
        let expired = self.keys.borrow_mut().expire(limit);
        if expired.is_empty() || !self.chain().hears("OnKeyExpiry") {
            return;
        }
        for (database, key) in expired {
            let before = std::mem::replace(&mut self.keys.borrow_mut().selected, database);
            if let Ok(key) = text(&key) {
                // It has happened: nothing that a hook says can change it.
                let _ = self.judge(Event::new("OnKeyExpiry").key(key));
            }
            self.keys.borrow_mut().selected = before;
        }
    }
}

fn text(key: &[u8]) -> Result<&str, Fault> {
    std::str::from_utf8(key).map_err(|_| Fault::new("ERR a key that is not UTF-8 cannot pass the hooks of plugins"))
}

fn unchanged(judged: Value, key: &str) -> Result<(), Fault> {
    match judged {
        Value::Null => Ok(()),
        _ => Err(Fault::new(format!("ERR a hook changes `{key}`, which holds a data type"))),
    }
}
