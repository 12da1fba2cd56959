//! What the server and the plugins share: the keys, and what hangs before them.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use plugsmith::Value;
use plugsmith::protocol::event::Event;

use super::chain::{Chain, ask};
use super::commands::{Spec, Wanted};
use super::guest::Traced;
use super::users::User;
use super::values::{data, value};
use crate::hosts::ferrite::reply::Protocol;
use crate::hosts::ferrite::store::{self, Answer, Change, Clock, Data, Entry, Fault, Keyspace, Place, Store, Token};

/// The bytes of keys that a server without `maxmemory` holds, so that no client fills the machine.
const MOST: usize = 1024 * 1024 * 1024;

/// What the server and the plugins share.
pub(crate) struct Core {
    pub(crate) store: Box<dyn Store>,
    chain: RefCell<Rc<Chain>>,
    /// Whether a hook, a transformer or a backend runs: what it does with keys goes to the store at once.
    inside: Cell<bool>,
    /// On whose behalf a plugin's command runs.
    pub(crate) actor: RefCell<Option<Actor>>,
    pub(crate) traced: Traced,
    /// What the plugin's command that runs has seen of the keys so far.
    seen: RefCell<Seen>,
    /// The most bytes that keys may take; 0 for any number.
    pub(crate) max_memory: Cell<usize>,
}

/// What a plugin's command has seen of keys that others can change as well.
#[derive(Default)]
struct Seen {
    held: Vec<(Place, Token)>,
    has_written: bool,
    /// Whether a key that it has read was changed by others before it was written.
    is_stale: bool,
}

/// How often a change is tried again if others change the same keys meanwhile.
const TRIES: usize = 64;

/// On whose behalf a plugin's command runs.
#[derive(Clone)]
pub(crate) struct Actor {
    pub(crate) spec: Spec,
    pub(crate) user: Rc<User>,
}

impl Core {
    pub(crate) fn new(store: Box<dyn Store>) -> Rc<Core> {
        Rc::new(Core {
            store,
            chain: RefCell::default(),
            inside: Cell::new(false),
            actor: RefCell::new(None),
            traced: Traced::default(),
            seen: RefCell::default(),
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
        self.store.now()
    }

    pub(crate) fn is_full(&self) -> bool {
        let most = match self.max_memory.get() {
            0 => MOST,
            most => most,
        };
        self.store.bytes() > most
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

    /// Runs a plugin's command for a client. If others change a key between the command's reading and writing of
    /// it, the command has no effect and runs once more.
    pub(crate) fn act<T>(&self, actor: &Actor, mut command: impl FnMut() -> T) -> Result<T, Fault> {
        for _ in 0..TRIES {
            self.seen.take();
            self.actor.replace(Some(actor.clone()));
            let result = command();
            self.actor.replace(None);
            let seen = self.seen.take();
            match seen {
                Seen { is_stale: false, .. } => return Ok(result),
                Seen { has_written: true, .. } => break,
                Seen { .. } => {}
            }
        }
        Err(busy())
    }

    /// Puts a value at a key, whatever is there.
    ///
    /// # Errors
    /// As [`Core::through`].
    pub(crate) fn overwrite(&self, key: &[u8], data: &Data, left: Option<u64>) -> Result<(), Fault> {
        let wanted = [Wanted { key, reads: false, writes: true }];
        let expires = |now: u64| left.map(|left| now.saturating_add(left));
        if self.store.is_shared() && self.is_plain(&wanted) {
            let entry = Entry { data: data.clone(), expires: expires(self.now()) };
            let change = Change { key: key.to_vec(), entry: Some(entry), keeps_expiry: false };
            let held = self.seen_at(key).into_iter().map(|token| (key.to_vec(), token)).collect::<Vec<_>>();
            return match self.store.commit(&held, &[change])? {
                true => {
                    self.wrote(key);
                    Ok(())
                }
                false => Err(self.stale()),
            };
        }
        self.through(&wanted, |keys| {
            keys.put(key, data.clone(), expires(keys.now()));
            Ok(())
        })
    }

    /// What the command has seen of a key of the selected database.
    fn seen_at(&self, key: &[u8]) -> Option<Token> {
        let (seen, database) = (self.seen.borrow(), self.store.selected());
        seen.held.iter().find(|(place, _)| place.0 == database && place.1 == key).map(|(_, token)| token.clone())
    }

    /// Notes that the command has written a key.
    fn wrote(&self, key: &[u8]) {
        let (mut seen, database) = (self.seen.borrow_mut(), self.store.selected());
        seen.has_written = true;
        seen.held.retain(|(place, _)| place.0 != database || place.1 != key);
    }

    fn stale(&self) -> Fault {
        self.seen.borrow_mut().is_stale = true;
        busy()
    }

    /// Whether nothing of a plugin is before these keys.
    pub(crate) fn is_plain(&self, wanted: &[Wanted<'_>]) -> bool {
        self.inside.get() || {
            let chain = self.chain.borrow();
            !wanted.iter().any(|wanted| chain.concerns(wanted.key))
        }
    }

    /// Runs a command on keys.
    ///
    /// # Errors
    /// As [`Core::through`].
    pub(crate) fn run(&self, words: &[Vec<u8>], wanted: &[Wanted<'_>], protocol: Protocol) -> Answer {
        let name = String::from_utf8_lossy(&words[0]).to_lowercase();
        match store::work(&name).filter(|_| !self.is_plain(wanted)) {
            Some(work) => self.through(wanted, |keys| work(keys, words)),
            None => {
                let reply = self.store.run(words, protocol)?;
                wanted.iter().filter(|wanted| wanted.writes).for_each(|wanted| self.wrote(wanted.key));
                wanted.iter().filter(|wanted| wanted.writes).for_each(|wanted| self.store.touch(wanted.key));
                Ok(reply)
            }
        }
    }

    /// Works on these keys. If a plugin hangs something before them, or if they are in a Redis, the work is done on
    /// copies that have passed the readers. What it changed passes the writers, and only when all of it has passed
    /// it is stored, in one step. If another client of the Redis has changed one of the keys meanwhile, the work
    /// begins anew.
    ///
    /// # Errors
    /// What the work ends with, and what a plugin refuses it with: then nothing has changed.
    pub(crate) fn through<T>(
        &self,
        wanted: &[Wanted<'_>],
        mut work: impl FnMut(&mut Keyspace) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let is_plain = self.is_plain(wanted);
        if is_plain && let Some(mut keys) = self.store.memory() {
            return work(&mut keys);
        }
        let chain = if is_plain { Rc::default() } else { self.chain() };
        for _ in 0..TRIES {
            if let Some(result) = self.attempt(&chain, wanted, &mut work)? {
                return Ok(result);
            }
        }
        Err(busy())
    }

    /// As [`Core::through`], once: `None` if one of the keys was changed by others.
    fn attempt<T>(
        &self,
        chain: &Chain,
        wanted: &[Wanted<'_>],
        work: &mut impl FnMut(&mut Keyspace) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        let now = self.now();
        let mut copy = Keyspace::new(Clock::Virtual(now));
        copy.selected = self.store.selected();
        let mut held: Vec<(Vec<u8>, Token)> = Vec::new();
        let mut fresh: Vec<(Place, Token)> = Vec::new();
        for wanted in wanted {
            if copy.contains(wanted.key) {
                continue;
            }
            let (entry, token) = self.load(chain, wanted, now)?;
            if let Some(token) = token {
                match self.seen_at(wanted.key) {
                    Some(seen) if seen != token => return Err(self.stale()),
                    Some(_) => {}
                    None if self.store.is_shared() => {
                        fresh.push(((self.store.selected(), wanted.key.to_vec()), token.clone()));
                    }
                    None => {}
                }
                held.push((wanted.key.to_vec(), token));
            }
            if let Some(entry) = entry {
                copy.put(wanted.key, entry.data, entry.expires);
            }
        }
        let mut endings: BTreeMap<Vec<u8>, Option<u64>> = BTreeMap::new();
        for (_, key) in copy.take_touched() {
            let expires = copy.entry(&key).and_then(|entry| entry.expires);
            endings.insert(key, expires);
        }
        let result = work(&mut copy)?;
        let mut changes: Vec<Change> = Vec::new();
        for (_, key) in copy.take_touched() {
            if changes.iter().any(|known| known.key == key) {
                continue;
            }
            let entry = self.change(chain, &key, copy.entry(&key).cloned(), now)?;
            let keeps_expiry = entry.as_ref().is_some_and(|entry| endings.get(&key) == Some(&entry.expires));
            changes.push(Change { key, entry, keeps_expiry });
        }
        let (kept, plain): (Vec<Change>, Vec<Change>) =
            changes.into_iter().partition(|change| text(&change.key).is_ok_and(|key| chain.backend(key).is_some()));
        if !plain.is_empty() && !self.store.commit(&held, &plain)? {
            let was_seen = held.iter().any(|(key, _)| self.seen_at(key).is_some());
            return if was_seen { Err(self.stale()) } else { Ok(None) };
        }
        // Only what a plugin's command reads can still lead it to what it writes.
        if self.actor.borrow().is_some() {
            self.seen.borrow_mut().held.append(&mut fresh);
        }
        plain.iter().chain(&kept).for_each(|change| self.wrote(&change.key));
        for change in kept {
            self.keep(chain, change, now)?;
        }
        Ok(Some(result))
    }

    /// What lies at a key, as a reader gets it.
    fn load(&self, chain: &Chain, wanted: &Wanted<'_>, now: u64) -> Result<(Option<Entry>, Option<Token>), Fault> {
        if chain.is_empty() {
            let (entry, token) = self.store.load(wanted.key)?;
            return Ok((entry, Some(token)));
        }
        let key = text(wanted.key)?;
        let (stored, token) = match chain.backend(key) {
            None => {
                let (entry, token) = self.store.load(wanted.key)?;
                (entry, Some(token))
            }
            Some((backend, guest)) => {
                let entry = self.within(|| {
                    let held = match ask(guest, &backend.export, &Event::new("get").key(key), now)? {
                        Value::Null => return Ok(None),
                        held => held,
                    };
                    let left = ask(guest, &backend.export, &Event::new("ttl").key(key), now)?.as_i64();
                    let expires = left.filter(|left| *left >= 0).map(|left| now.saturating_add(left as u64 * 1000));
                    Ok::<_, Fault>(Some(Entry { data: data(held)?, expires }))
                })?;
                (entry, None)
            }
        };
        let Some(entry) = stored else { return Ok((None, token)) };
        let Some(held) = value(&entry.data) else {
            // A data type has no value that a plugin could see or change.
            if wanted.reads {
                unchanged(self.judge(Event::new("OnKeyRead").key(key))?, key)?;
            }
            return Ok((Some(entry), token));
        };
        let mut held = self.within(|| chain.read(key, held, now))?;
        if wanted.reads && chain.hears("OnKeyRead") {
            held = self.judge(Event::new("OnKeyRead").key(key).value(held))?;
        }
        Ok((Some(Entry { data: data(held)?, expires: entry.expires }), token))
    }

    /// What is stored for a change, as the writers let it pass; `None` removes the key.
    fn change(&self, chain: &Chain, key: &[u8], entry: Option<Entry>, now: u64) -> Result<Option<Entry>, Fault> {
        if chain.is_empty() {
            return Ok(entry);
        }
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

    /// Hands a change to the backend that serves its key.
    fn keep(&self, chain: &Chain, change: Change, now: u64) -> Result<(), Fault> {
        let name = text(&change.key)?;
        let Some((backend, guest)) = chain.backend(name) else { return Ok(()) };
        let event = match change.entry {
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
        let expired = self.store.expire(limit);
        if expired.is_empty() || !self.chain().hears("OnKeyExpiry") {
            return;
        }
        for (database, key) in expired {
            let before = self.store.selected();
            self.store.select(database);
            if let Ok(key) = text(&key) {
                // It has happened: nothing that a hook says can change it.
                let _ = self.judge(Event::new("OnKeyExpiry").key(key));
            }
            self.store.select(before);
        }
    }
}

fn busy() -> Fault {
    Fault::new("TRYAGAIN other clients keep changing the same keys")
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
