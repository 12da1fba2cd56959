//! A Ferrite server: plugins, keys, users and clients in one place.

mod acl;
mod chain;
mod clients;
mod commands;
mod config;
mod core;
mod digest;
mod dispatch;
mod download;
mod driven;
mod guest;
mod install;
mod introspection;
mod log;
mod manager;
mod network;
mod own;
mod passing;
mod plugin_source;
mod plugins;
mod pubsub;
mod session;
mod signature;
mod source;
mod storage;
mod transactions;
mod users;
mod values;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use plugsmith::protocol::event::Event;

use self::chain::Chain;
use self::core::Core;
use self::guest::Guest;
use self::session::Session;
use self::users::Users;
use super::reply::{Protocol, Reply};
use super::store::{Clock, Fault, Memory};
use crate::engine::watch::Watch;

pub use config::{FUEL_PER_MS, HookFailure, PluginConfig, SandboxConfig};
#[cfg(feature = "serve")]
pub(crate) use download::Download;
pub use plugin_source::{PluginSource, PluginStats};
pub(crate) use signature::verify as verify_signature;
pub use signature::{Keys, keygen, sign};

/// The Ferrite that this server is, for a plugin's `min_version`.
pub const VERSION: &str = "0.3.0";

/// The most connections at a time.
const CLIENTS: usize = 10_000;

/// A Ferrite server without its sockets: plugins, keys, users and clients.
///
/// Commands go through it one after the other, as in Redis.
///
/// ```
/// use plugsmith_harness::hosts::ferrite::{Protocol, Server};
///
/// let mut server = Server::new();
/// let ada = server.connect("127.0.0.1:50000")?;
/// assert_eq!(server.execute(ada, &["SET", "greeting", "hello"]), b"+OK\r\n");
/// assert_eq!(server.execute(ada, &["GET", "greeting"]), b"$5\r\nhello\r\n");
/// # Ok::<(), String>(())
/// ```
pub struct Server {
    core: Rc<Core>,
    config: PluginConfig,
    users: Users,
    sessions: BTreeMap<u64, Session>,
    next: u64,
    /// In the order of loading.
    guests: Vec<Rc<Guest>>,
    /// By name in lower case.
    plugin_commands: BTreeMap<String, (Rc<Guest>, usize)>,
    /// The commands of the store behind the server, by name in lower case.
    passed: BTreeMap<String, Rc<commands::Spec>>,
    /// What clients get that did not ask for it.
    outbox: Vec<(u64, Reply)>,
    log: Option<Log>,
    /// Whether the log says what plugins do.
    traces: bool,
    watch: Option<Arc<dyn Watch>>,
    downloads: download::Downloads,
    started: Instant,
    connections: u64,
    commands: u64,
    rejected: u64,
}

/// Gets a line for each command.
type Log = Box<dyn FnMut(&str)>;

/// What a plugin or a command of it has done so far, for whoever counts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The plugin.
    pub plugin: String,
    /// The command, or the hook's export.
    pub entry: String,
    /// Calls so far.
    pub calls: u64,
    /// How many of them failed.
    pub errors: u64,
    /// The fuel of all of them.
    pub fuel: u64,
    /// The time of all of them.
    pub time: Duration,
}

impl Default for Server {
    fn default() -> Server {
        Server::new()
    }
}

impl Server {
    /// A server with nothing in it, on the machine's clock.
    pub fn new() -> Server {
        Server::with(PluginConfig::default(), None)
    }

    /// A server with this configuration, whose default user has this password.
    pub fn with(config: PluginConfig, password: Option<&str>) -> Server {
        Server {
            core: Core::new(Box::new(Memory::new(Clock::Wall))),
            config,
            users: Users::new(password),
            sessions: BTreeMap::new(),
            next: 1,
            guests: Vec::new(),
            plugin_commands: BTreeMap::new(),
            passed: BTreeMap::new(),
            outbox: Vec::new(),
            log: None,
            traces: false,
            watch: None,
            downloads: download::Downloads::default(),
            started: Instant::now(),
            connections: 0,
            commands: 0,
            rejected: 0,
        }
    }

    /// With a clock that only [`Server::advance`] moves, at 2025-01-01T00:00:00Z.
    #[must_use]
    pub fn virtual_clock(self) -> Server {
        if let Some(mut keys) = self.core.store.memory() {
            keys.clock = Clock::Virtual(1_735_689_600_000);
            keys.tick();
        }
        self
    }

    /// With the keys of the Redis or Valkey at this URL, alone or a cluster, in the place of keys in memory:
    /// `redis://user:password@host:6379/0`, or `rediss://` with TLS. Any number of servers can share one.
    ///
    /// Commands that neither a plugin nor the server has go there as they are, with the hooks around them.
    ///
    /// # Errors
    /// Nothing that it could work with is there, or plugins are loaded already.
    #[cfg(feature = "redis")]
    pub fn store(mut self, url: &str) -> Result<Server, String> {
        if !self.guests.is_empty() {
            return Err("the store comes before the plugins: call Server::store first".to_owned());
        }
        let store = super::store::Remote::open(url).map_err(|fault| fault.to_string())?;
        let most = self.core.max_memory.get();
        let traced = self.core.traced.take();
        self.core = Core::new(Box::new(store));
        self.core.traced.replace(traced);
        self.core.max_memory.set(most);
        self.passed = passing::table(self.core.store.commands());
        Ok(self)
    }

    /// With a line for each command that runs.
    #[must_use]
    pub fn log(mut self, line: impl FnMut(&str) + 'static) -> Server {
        self.log = Some(Box::new(line));
        self
    }

    /// With what plugins do below the line of each command: their host calls, what they log, and the hooks that ran.
    #[must_use]
    pub fn traces(mut self) -> Server {
        self.traces = true;
        self.core.traced.replace(Some(Vec::new()));
        self
    }

    /// With at most so many bytes of keys: commands that add to them are refused beyond. 0 is
    /// 1 GiB, more than a test needs and less than fills the machine.
    #[must_use]
    pub fn max_memory(self, bytes: usize) -> Server {
        self.core.max_memory.set(bytes);
        self
    }

    /// Lets time pass on a virtual clock: keys that end by then are removed, and the hooks of `OnKeyExpiry`
    /// are told.
    pub fn advance(&mut self, by: Duration) {
        if let Some(mut keys) = self.core.store.memory()
            && let Clock::Virtual(now) = &mut keys.clock
        {
            *now = now.saturating_add(u64::try_from(by.as_millis()).unwrap_or(u64::MAX));
        }
        self.tick(usize::MAX);
    }

    /// Removes up to `limit` keys that have expired. A server calls it several times a second.
    pub fn tick(&mut self, limit: usize) {
        self.core.store.tick();
        self.core.expire(limit);
        self.note_changes();
    }

    /// Tells the hooks of `OnServerStartup`.
    ///
    /// # Errors
    /// What the hook fails with.
    pub fn start(&mut self) -> Result<(), String> {
        self.core.store.tick();
        self.core.judge(Event::new("OnServerStartup")).map(drop).map_err(|fault| fault.to_string())
    }

    /// Tells the hooks of `OnServerShutdown`, after those of `OnClientDisconnect` for whoever is there.
    pub fn stop(&mut self) {
        for id in self.sessions.keys().copied().collect::<Vec<_>>() {
            self.disconnect(id);
        }
        let _ = self.core.judge(Event::new("OnServerShutdown"));
    }

    /// A new client, once the hooks of `OnClientConnect` let it in.
    ///
    /// # Errors
    /// The error that the client reads before its connection ends.
    pub fn connect(&mut self, address: &str) -> Result<u64, String> {
        if self.sessions.len() >= CLIENTS {
            return Err("ERR max number of clients reached".to_owned());
        }
        let id = self.next;
        self.next += 1;
        self.connections += 1;
        self.core.store.tick();
        if self.core.chain().hears("OnClientConnect") {
            let event = Event::new("OnClientConnect").client(id.cast_signed()).with("address", address);
            self.core.judge(event).map_err(|fault| fault.to_string())?;
        }
        let mut session = Session::new(id, address, &self.users);
        session.database = self.core.store.home();
        self.sessions.insert(id, session);
        Ok(id)
    }

    /// Ends a client's connection; the hooks of `OnClientDisconnect` are told.
    pub fn disconnect(&mut self, client: u64) {
        let Some(session) = self.sessions.remove(&client) else { return };
        if self.core.chain().hears("OnClientDisconnect") {
            let event = Event::new("OnClientDisconnect").client(client.cast_signed());
            let _ = self.core.judge(event.with("address", session.address.as_str()));
        }
    }

    /// Whether a client's connection ends after what it was sent.
    pub fn is_closing(&self, client: u64) -> bool {
        self.sessions.get(&client).is_none_or(|session| session.closing)
    }

    /// Whether a client has logged in, or need not.
    pub fn is_authenticated(&self, client: u64) -> bool {
        self.sessions.get(&client).is_some_and(|session| session.user.is_some())
    }

    /// Runs a command of a client: the bytes that it reads, in the protocol that it has chosen.
    pub fn execute<T: AsRef<[u8]>>(&mut self, client: u64, words: &[T]) -> Vec<u8> {
        let mut out = Vec::new();
        self.execute_into(client, words.iter().map(|word| word.as_ref().to_vec()).collect(), &mut out);
        out
    }

    /// As [`Server::execute`], at the end of these bytes.
    pub fn execute_into(&mut self, client: u64, words: Vec<Vec<u8>>, out: &mut Vec<u8>) {
        if words.is_empty() || self.is_closing(client) {
            return;
        }
        let reply = self.reply_to(client, words);
        // What it is sent by the command itself comes before the reply.
        let protocol = self.protocol(client);
        self.outbox.retain(|(receiver, message)| {
            if *receiver == client {
                message.write(protocol, out);
            }
            *receiver != client
        });
        reply.write(protocol, out);
    }

    fn reply_to(&mut self, client: u64, words: Vec<Vec<u8>>) -> Reply {
        self.core.store.tick();
        self.core.expire(EXPIRED_PER_COMMAND);
        self.session(client).last = Instant::now();
        self.dispatch(client, words)
    }

    /// Messages for clients that did not ask for them: bytes for each, in order.
    pub fn take_messages(&mut self) -> Vec<(u64, Vec<u8>)> {
        let outbox = std::mem::take(&mut self.outbox);
        outbox.into_iter().map(|(client, message)| (client, message.encode(self.protocol(client)))).collect()
    }

    /// The protocol that a client has chosen.
    pub fn protocol(&self, client: u64) -> Protocol {
        self.sessions.get(&client).map_or(Protocol::Resp2, |session| session.protocol)
    }

    /// The calls of every plugin's commands and hooks so far.
    pub fn counts(&self) -> Vec<Count> {
        let mut counts = Vec::new();
        for guest in &self.guests {
            for (entry, total) in guest.totals.borrow().iter() {
                counts.push(Count {
                    plugin: guest.name.clone(),
                    entry: entry.clone(),
                    calls: total.calls,
                    errors: total.errors,
                    fuel: total.fuel,
                    time: total.time,
                });
            }
        }
        counts
    }

    /// Runs a command of a transaction, whose user may have changed meanwhile.
    fn queued(&mut self, id: u64, words: Vec<Vec<u8>>) -> Reply {
        match self.permit_again(id, &words) {
            Ok(()) => self.work(id, words),
            Err(fault) => fault.into(),
        }
    }

    fn session(&mut self, id: u64) -> &mut Session {
        let users = &self.users;
        self.sessions.entry(id).or_insert_with(|| Session::new(id, "", users))
    }

    /// Makes the chain and the commands of the plugins that are there now.
    fn rebuild(&mut self) {
        self.plugin_commands = self
            .guests
            .iter()
            .flat_map(|guest| {
                let named = |(index, command): (usize, &guest::PluginCommand)| {
                    (command.spec.name.to_lowercase(), (Rc::clone(guest), index))
                };
                guest.commands.iter().enumerate().map(named)
            })
            .collect();
        let active = self.guests.iter().filter(|guest| guest.enabled.get());
        self.core.set_chain(Chain::of(active, self.config.hook_failure));
    }
}

/// How many keys that have expired one command may have to remove.
const EXPIRED_PER_COMMAND: usize = 100;

/// A number of bytes as `64MB`, `64mb`, `1gb` or `1024`.
fn bytes(text: &str) -> Option<usize> {
    let text = text.to_ascii_lowercase();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit: usize = match &text[digits.len()..] {
        "" | "b" => 1,
        "k" => 1000,
        "kb" => 1024,
        "m" => 1_000_000,
        "mb" => 1024 * 1024,
        "g" => 1_000_000_000,
        "gb" => 1024 * 1024 * 1024,
        _ => return None,
    };
    digits.parse::<usize>().ok()?.checked_mul(unit)
}

impl From<Fault> for String {
    fn from(fault: Fault) -> String {
        fault.0.into_owned()
    }
}
