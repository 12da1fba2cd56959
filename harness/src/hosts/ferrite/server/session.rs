//! One client's connection.

use std::collections::BTreeSet;
use std::time::Instant;

use super::users::{DEFAULT, Users};
use crate::hosts::ferrite::reply::Protocol;
use crate::hosts::ferrite::store::{Place, Token};

/// One client's connection.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) id: u64,
    pub(crate) address: String,
    pub(crate) name: String,
    pub(crate) protocol: Protocol,
    pub(crate) database: usize,
    /// Who it has logged in as.
    pub(crate) user: Option<String>,
    /// The commands since `MULTI`.
    pub(crate) queue: Option<Vec<Vec<Vec<u8>>>>,
    /// Whether one of them was refused.
    pub(crate) aborted: bool,
    pub(crate) watched: Vec<Place>,
    /// What watched keys held that others can change as well.
    pub(crate) held: Vec<(Place, Token)>,
    /// Whether a watched key has changed.
    pub(crate) dirty: bool,
    pub(crate) channels: BTreeSet<Vec<u8>>,
    pub(crate) patterns: BTreeSet<Vec<u8>>,
    pub(crate) monitors: bool,
    /// Whether it ends after this reply.
    pub(crate) closing: bool,
    pub(crate) since: Instant,
    pub(crate) last: Instant,
    pub(crate) command: String,
}

impl Session {
    pub(crate) fn new(id: u64, address: &str, users: &Users) -> Session {
        Session {
            id,
            address: address.to_owned(),
            name: String::new(),
            protocol: Protocol::Resp2,
            database: 0,
            user: users.open().then(|| DEFAULT.to_owned()),
            queue: None,
            aborted: false,
            watched: Vec::new(),
            held: Vec::new(),
            dirty: false,
            channels: BTreeSet::new(),
            patterns: BTreeSet::new(),
            monitors: false,
            closing: false,
            since: Instant::now(),
            last: Instant::now(),
            command: "NULL".to_owned(),
        }
    }

    /// How many channels and patterns it listens to.
    pub(crate) fn subscriptions(&self) -> usize {
        self.channels.len() + self.patterns.len()
    }

    /// Ends a transaction, whatever came of it.
    pub(crate) fn end_transaction(&mut self) {
        self.queue = None;
        self.aborted = false;
        self.unwatch();
    }

    pub(crate) fn unwatch(&mut self) {
        self.watched.clear();
        self.held.clear();
        self.dirty = false;
    }

    /// The line of `CLIENT LIST`.
    pub(crate) fn describe(&self) -> String {
        let flags = match () {
            () if self.monitors => "O",
            () if self.queue.is_some() => "x",
            () if self.subscriptions() > 0 => "P",
            () => "N",
        };
        let resp = if self.protocol == Protocol::Resp3 { 3 } else { 2 };
        let multi = self.queue.as_ref().map_or(-1, |queue| queue.len() as i64);
        format!(
            "id={} addr={} laddr= fd=-1 name={} age={} idle={} flags={flags} db={} sub={} psub={} ssub=0 multi={multi} \
             qbuf=0 qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0 rbp=0 obl=0 oll=0 omem=0 tot-mem=0 events=r cmd={} \
             user={} redir=-1 resp={resp}",
            self.id,
            self.address,
            self.name,
            self.since.elapsed().as_secs(),
            self.last.elapsed().as_secs(),
            self.database,
            self.channels.len(),
            self.patterns.len(),
            self.command,
            self.user.as_deref().unwrap_or("(none)"),
        )
    }
}
