//! The store in a Redis or a Valkey, alone or a cluster.
//!
//! Others may work on the same keys, so every change that follows from what was read is one script, which refuses
//! to run where a key holds something else by then.
//!
//! A value of a plugin's data type is a stream with the one entry `0-1`, whose fields are `type`, `version` and
//! `bytes`: no command on strings, lists, sets or hashes mistakes it for one of those.

mod expired;
mod link;
mod replies;
mod scripts;
mod words;

use std::cell::{Cell, RefCell};
use std::time::{SystemTime, UNIX_EPOCH};

use plugsmith::Value;
use redis::IntoConnectionInfo as _;

use self::expired::Expired;
use self::link::{Link, Target};
use self::replies::{reply, with_null_arrays};
use self::words::words;
use super::{
    Answer, Change, Data, Entry, Fault, Foreign, Hash, List, Place, Protocol, Reply, Set, Store, Token, Typed,
};

/// The store in a Redis.
pub(crate) struct Remote {
    target: Target,
    two: RefCell<Option<Link>>,
    three: RefCell<Option<Link>>,
    home: usize,
    selected: Cell<usize>,
    now: Cell<u64>,
    touched: RefCell<Vec<Place>>,
    expired: Expired,
    commands: Value,
}

impl Remote {
    /// Connects to the Redis at this URL.
    ///
    /// # Errors
    /// Why nothing can be done with what is there.
    pub(crate) fn open(url: &str) -> Result<Remote, Fault> {
        let info = url.into_connection_info().map_err(|error| {
            Fault::new(format!("ERR {url} is not the URL of a Redis ({error}): write it like redis://127.0.0.1:6379"))
        })?;
        let home = usize::try_from(info.redis_settings().db()).unwrap_or(0);
        let target = Target::find(info)?;
        let mut link = target.connect(Protocol::Resp3)?;
        let commands = Value::from(reply(link.ask(&words(&["COMMAND"]))?));
        let expired = Expired::listen(&target, &mut link)?;
        let remote = Remote {
            target,
            two: RefCell::new(None),
            three: RefCell::new(Some(link)),
            home,
            selected: Cell::new(home),
            now: Cell::new(0),
            touched: RefCell::default(),
            expired,
            commands,
        };
        remote.tick();
        Ok(remote)
    }

    /// Works over the connection of a protocol, on the selected database. One that has failed is opened anew by
    /// the next command.
    fn with<T>(&self, protocol: Protocol, work: impl FnOnce(&mut Link) -> Result<T, Fault>) -> Result<T, Fault> {
        let slot = if protocol == Protocol::Resp3 { &self.three } else { &self.two };
        let mut slot = slot.borrow_mut();
        let link = match slot.take().and_then(Link::alive) {
            Some(link) => link,
            None => self.target.connect(protocol)?,
        };
        let link = slot.insert(link);
        link.select(self.selected.get())?;
        let result = work(link);
        if link.is_broken() {
            *slot = None;
        }
        result
    }

    fn ask(&self, parts: &[&str]) -> Answer {
        self.with(Protocol::Resp3, |link| link.ask(&words(parts))).map(reply)
    }

    /// Works on another database.
    fn at<T>(&self, database: usize, work: impl FnOnce() -> T) -> T {
        let before = self.selected.replace(database);
        let result = work();
        self.selected.set(before);
        result
    }

    fn token_here(&self, key: &[u8]) -> Result<Token, Fault> {
        self.with(Protocol::Resp3, |link| link.script(&scripts::TOKEN, &[key], &[])).map(scripts::text)
    }
}

impl Store for Remote {
    fn home(&self) -> usize {
        self.home
    }

    fn select(&self, database: usize) {
        self.selected.set(database);
    }

    fn selected(&self) -> usize {
        self.selected.get()
    }

    fn now(&self) -> u64 {
        self.now.get()
    }

    fn tick(&self) {
        self.now.set(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_millis() as u64));
    }

    fn run(&self, words: &[Vec<u8>], protocol: Protocol) -> Answer {
        let answer = self.with(protocol, |link| match words {
            [name, cursor, rest @ ..] if name.eq_ignore_ascii_case(b"scan") && link.is_cluster() => {
                link.scan(cursor, rest)
            }
            words => link.ask(words),
        })?;
        let answer = reply(answer);
        let is = |name: &str| words[0].eq_ignore_ascii_case(name.as_bytes());
        Ok(match answer {
            Reply::Status(kind) if kind == "stream" && is("type") => match self.load(&words[1])? {
                (Some(Entry { data: Data::Typed(typed), .. }), _) => Reply::Status(typed.name.into()),
                _ => Reply::Status(kind),
            },
            answer => with_null_arrays(words, answer),
        })
    }

    fn load(&self, key: &[u8]) -> Result<(Option<Entry>, Token), Fault> {
        let found = self.with(Protocol::Resp3, |link| link.script(&scripts::LOAD, &[key], &[]))?;
        scripts::loaded(found, self.now())
    }

    fn commit(&self, held: &[(Vec<u8>, Token)], changes: &[Change]) -> Result<bool, Fault> {
        let (keys, arguments) = scripts::commit(held, changes, self.now());
        let done = self.with(Protocol::Resp3, |link| link.script(&scripts::COMMIT, &keys, &arguments))?;
        let done = matches!(done, redis::Value::Int(1));
        if done {
            changes.iter().for_each(|change| self.touch(&change.key));
        }
        Ok(done)
    }

    fn names(&self, pattern: &[u8]) -> Result<Vec<Vec<u8>>, Fault> {
        self.with(Protocol::Resp3, |link| {
            let (mut found, mut cursor) = (Vec::new(), b"0".to_vec());
            let rest = [b"MATCH".to_vec(), pattern.to_vec(), b"COUNT".to_vec(), b"1000".to_vec()];
            loop {
                let answer = reply(link.scan(&cursor, &rest)?);
                let Reply::Array(parts) = answer else { return Err(Fault::SYNTAX) };
                let mut parts = parts.into_iter();
                let (Some(Reply::Bulk(next)), Some(Reply::Array(keys))) = (parts.next(), parts.next()) else {
                    return Err(Fault::SYNTAX);
                };
                found.extend(keys.into_iter().filter_map(|key| match key {
                    Reply::Bulk(key) => Some(key),
                    _ => None,
                }));
                if next == b"0" {
                    found.sort();
                    found.dedup();
                    return Ok(found);
                }
                cursor = next;
            }
        })
    }

    fn expire(&self, limit: usize) -> Vec<Place> {
        let expired = self.expired.take(limit);
        self.touched.borrow_mut().extend(expired.iter().cloned());
        expired
    }

    fn touch(&self, key: &[u8]) {
        self.touched.borrow_mut().push((self.selected.get(), key.to_vec()));
    }

    fn take_touched(&self) -> Vec<Place> {
        self.touched.take()
    }

    fn token(&self, (database, key): &Place) -> Result<Option<Token>, Fault> {
        self.at(*database, || self.token_here(key)).map(Some)
    }

    fn transact(&self, held: &[(Place, Token)], commands: &[Vec<Vec<u8>>], protocol: Protocol) -> Option<Answer> {
        let is_here = held.iter().all(|((database, _), _)| *database == self.selected.get());
        if self.target.is_cluster() || !is_here {
            return None;
        }
        let keys: Vec<&[u8]> = held.iter().map(|((_, key), _)| key.as_slice()).collect();
        Some(self.with(protocol, |link| {
            if !keys.is_empty() {
                let watch = std::iter::once(&b"WATCH"[..]).chain(keys.iter().copied());
                link.ask(&watch.map(<[u8]>::to_vec).collect::<Vec<_>>())?;
            }
            for ((_, key), token) in held {
                if scripts::text(link.script(&scripts::TOKEN, &[key], &[])?) != *token {
                    link.ask(&words(&["UNWATCH"]))?;
                    return Ok(Reply::NullArray);
                }
            }
            Ok(match link.transaction(commands)? {
                redis::Value::Nil => Reply::NullArray,
                redis::Value::Array(replies) => {
                    let pairs = replies.into_iter().map(reply).zip(commands);
                    Reply::Array(pairs.map(|(reply, words)| with_null_arrays(words, reply)).collect())
                }
                other => reply(other),
            })
        }))
    }

    /// Its own limit is the Redis' own matter.
    fn bytes(&self) -> usize {
        0
    }

    fn info(&self, section: &str) -> String {
        let Ok(answer) = self.ask(&["INFO", section]) else { return String::new() };
        let text = match answer {
            Reply::Verbatim(_, text) => text,
            Reply::Bulk(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            // Of a cluster, each node has its own.
            _ => return String::new(),
        };
        let wanted = |line: &&str| match section {
            "memory" => line.starts_with("used_memory:"),
            _ => !line.is_empty() && !line.starts_with('#'),
        };
        text.lines().filter(wanted).map(|line| format!("{line}\r\n")).collect()
    }

    fn commands(&self) -> Option<&Value> {
        Some(&self.commands)
    }

    fn keys_of(&self, call: &[Vec<u8>]) -> Result<Vec<(Vec<u8>, bool, bool)>, Fault> {
        let mut asked = words(&["COMMAND", "GETKEYSANDFLAGS"]);
        asked.extend_from_slice(call);
        let found = match self.with(Protocol::Resp3, |link| link.ask(&asked)) {
            Ok(found) => Value::from(reply(found)),
            // It has no key this time.
            Err(fault) if fault.0.contains("no key arguments") => return Ok(Vec::new()),
            Err(fault) => return Err(fault),
        };
        let keys = found.as_array().unwrap_or_default().iter().filter_map(|pair| {
            let [key, flags] = pair.as_array()? else { return None };
            let flags = flags.as_array()?;
            let has = |flag: &str| flags.iter().any(|has| has.as_str() == Some(flag));
            let writes = has("insert") || has("update") || has("delete");
            Some((key.as_bytes()?.to_vec(), has("access"), writes))
        });
        Ok(keys.collect())
    }
}
