//! The keys of a server, with the types of Redis: in memory with the commands that work on them, or in a
//! Redis.

mod arguments;
mod change;
mod data;
mod fault;
mod glob;
mod hashes;
mod keys;
mod keyspace;
mod lists;
mod memory;
#[cfg(feature = "redis")]
mod remote;
mod sets;
mod strings;

use std::cell::RefMut;

use plugsmith::Value;

pub(crate) use arguments::integer;
pub(crate) use change::{Change, Place, Token};
#[cfg(feature = "redis")]
pub(crate) use data::Foreign;
pub(crate) use data::{Data, Hash, List, Set, Typed};
pub(crate) use fault::Fault;
pub(crate) use glob::matches;
pub(crate) use keyspace::{Clock, DATABASES, Entry, Keyspace};
pub(crate) use memory::Memory;
#[cfg(feature = "redis")]
pub(crate) use remote::Remote;

use super::reply::{Protocol, Reply};

/// What a command comes to.
pub(crate) type Answer = Result<Reply, Fault>;

/// The work of a command: its words, the name first, on the keys of the selected database.
pub(crate) type Work = fn(&mut Keyspace, &[Vec<u8>]) -> Answer;

/// The work of the command with this name, in lower case.
pub(crate) fn work(name: &str) -> Option<Work> {
    strings::work(name)
        .or_else(|| keys::work(name))
        .or_else(|| hashes::work(name))
        .or_else(|| lists::work(name))
        .or_else(|| sets::work(name))
}

/// Where the keys are: in memory, or in a Redis.
pub(crate) trait Store {
    /// The keys themselves, if they are in memory.
    fn memory(&self) -> Option<RefMut<'_, Keyspace>> {
        None
    }

    /// Whether others work on the same keys.
    fn is_shared(&self) -> bool {
        self.commands().is_some()
    }

    /// The database that a new connection has.
    fn home(&self) -> usize {
        0
    }

    /// Makes all that follows work on this database.
    fn select(&self, database: usize);

    /// The database that is worked on.
    fn selected(&self) -> usize;

    /// What time it is, in milliseconds since 1970; it stands still within a command.
    fn now(&self) -> u64;

    /// Looks at the clock.
    fn tick(&self);

    /// Runs a command as one step: its words, the name first.
    fn run(&self, words: &[Vec<u8>], protocol: Protocol) -> Answer;

    /// What lies at a key.
    fn load(&self, key: &[u8]) -> Result<(Option<Entry>, Token), Fault>;

    /// Makes these changes in one step, if all keys with a token hold what they held then; whether they did.
    fn commit(&self, held: &[(Vec<u8>, Token)], changes: &[Change]) -> Result<bool, Fault>;

    /// The keys that match a pattern.
    fn names(&self, pattern: &[u8]) -> Result<Vec<Vec<u8>>, Fault>;

    /// Up to `limit` keys that have expired since the last time. In memory this removes them.
    fn expire(&self, limit: usize) -> Vec<Place>;

    /// Notes that a command changed a key, if the store does not notice it by itself.
    fn touch(&self, key: &[u8]);

    /// The keys that changed here since the last time.
    fn take_touched(&self) -> Vec<Place>;

    /// What a key holds, if others can change it as well.
    fn token(&self, place: &Place) -> Result<Option<Token>, Fault>;

    /// Runs these commands as one transaction, if the store can and the places hold what they held; `None` if it
    /// cannot.
    fn transact(&self, held: &[(Place, Token)], commands: &[Vec<Vec<u8>>], protocol: Protocol) -> Option<Answer>;

    /// Whether the keys take more bytes than they may.
    fn bytes(&self) -> usize;

    /// The lines of a section of `INFO`.
    fn info(&self, section: &str) -> String;

    /// The store's own table of commands, as `COMMAND` answers it.
    fn commands(&self) -> Option<&Value> {
        None
    }

    /// The keys of a call of which the table does not say all, with whether each is read and written.
    fn keys_of(&self, words: &[Vec<u8>]) -> Result<Vec<(Vec<u8>, bool, bool)>, Fault> {
        let _ = words;
        Ok(Vec::new())
    }
}
