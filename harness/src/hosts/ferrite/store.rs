//! The keys of a server in memory, with the types of Redis, and the commands that work on them.

mod arguments;
mod data;
mod fault;
mod glob;
mod hashes;
mod keys;
mod keyspace;
mod lists;
mod sets;
mod strings;

pub(crate) use arguments::integer;
pub(crate) use data::{Data, Hash, List, Set, Typed};
pub(crate) use fault::Fault;
pub(crate) use glob::matches;
pub(crate) use keyspace::{Clock, DATABASES, Entry, Keyspace};

use super::reply::Reply;

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
