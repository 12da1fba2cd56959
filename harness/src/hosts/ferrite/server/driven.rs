//! A server as whatever drives guests sees it: its plugins are one guest.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use plugsmith::Encoded;
use plugsmith::protocol::arguments;
use plugsmith::testing::Stored;

use super::Server;
use super::values::value;
use crate::engine::guest::{Guest, State};
use crate::engine::watch::Watch;
use crate::error::{Error, Result};
use crate::hosts::ferrite::reply::{Protocol, Reply};
use crate::hosts::ferrite::store::Data;
use crate::trace::call::{Call, Shown, What};
use crate::trace::cost::Crossed;
use crate::trace::event::{Event, render_value};
use crate::trace::outcome::Outcome;

/// Its entries are the commands of all enabled plugins; an input is a command's arguments as a host sends them, an
/// output the reply in RESP3. An outcome's fuel and pages are those of all plugins together; its cost counts no host
/// calls. A command goes the way that a client's goes, past the hooks of all plugins.
///
/// ```
/// use plugsmith_harness::Guest;
/// use plugsmith_harness::hosts::ferrite::{PluginSource, Server};
///
/// let mut server = Server::new();
/// let wat = br#"(module (func (export "PING.PLUGIN") (result i32) i32.const 0))"#.to_vec();
/// let manifest = "[package]\nname = \"pinger\"\nversion = \"1.0.0\"\n[[commands]]\nname = \"PING.PLUGIN\"\n";
/// let manifest = plugsmith_harness::hosts::ferrite::manifest::Manifest::read(manifest)?;
/// server.load("pinger", &PluginSource::Bytes { bytes: wat }, Some(manifest)).unwrap();
/// assert_eq!(server.entries(), ["PING.PLUGIN"]);
/// # Ok::<(), plugsmith_harness::Error>(())
/// ```
impl Guest for Server {
    fn entries(&self) -> Vec<String> {
        let enabled = self.guests.iter().filter(|guest| guest.enabled.get());
        enabled.flat_map(|guest| guest.commands.iter().map(|command| command.spec.name.clone())).collect()
    }

    fn call_raw(&mut self, entry: &str, input: &[u8]) -> Outcome<Vec<u8>> {
        let started = Instant::now();
        let before = self.fuel();
        self.core.traced.replace(Some(Vec::new()));
        let called = self.call_entry(entry, input);
        let goes_on = self.traces.then(Vec::new);
        let events: Vec<Event> = self.core.traced.replace(goes_on).unwrap_or_default();
        let shown = match &called {
            Ok(reply) => Shown::Text(render_value(&reply.clone().into())),
            Err(_) => Shown::Text(String::new()),
        };
        let what = What::Client(arguments::decode(input).map(|(arguments, _)| arguments).unwrap_or_default());
        Outcome {
            result: called.map(|reply| reply.encode(Protocol::Resp3)),
            call: Call { again: Arc::default(), earlier: 0, name: entry.into(), what },
            shown,
            events,
            fuel: self.fuel().saturating_sub(before),
            pages: self.guests.iter().map(|guest| guest.pages()).sum(),
            duration: started.elapsed(),
            crossed: Crossed::default(),
        }
    }

    /// Starts every plugin anew. Keys, users and clients stay.
    fn restart(&mut self) -> Result<()> {
        self.guests.iter().try_for_each(|guest| guest.restart())
    }

    /// Sees the host calls of all plugins, those that are loaded later included.
    fn watch(&mut self, watch: Option<Arc<dyn Watch>>) {
        self.guests.iter().for_each(|guest| guest.watch(watch.clone()));
        self.watch = watch;
    }

    /// The keys of database 0, past hooks and transformers, and the variables of each plugin as `plugin/name`.
    fn state(&self) -> State {
        let before = self.core.store.selected();
        self.core.store.select(self.core.store.home());
        let names = self.core.store.names(b"*").unwrap_or_default();
        let stored = |key: Vec<u8>| {
            let entry = self.core.store.load(&key).ok()?.0?;
            let stored = match entry.data {
                Data::Typed(typed) => Stored::Typed(typed.name, Encoded { version: typed.version, bytes: typed.bytes }),
                data => Stored::Value(value(&data)?),
            };
            Some((String::from_utf8_lossy(&key).into_owned(), stored))
        };
        let storage = names.into_iter().filter_map(stored).collect();
        self.core.store.select(before);
        let mut variables = BTreeMap::new();
        for guest in &self.guests {
            let vars = guest.variables();
            variables.extend(vars.into_iter().map(|(name, bytes)| (format!("{}/{name}", guest.name), bytes)));
        }
        State { storage, variables, ..State::default() }
    }
}

impl Server {
    fn fuel(&self) -> u64 {
        self.guests.iter().map(|guest| guest.total().fuel).sum()
    }

    fn call_entry(&mut self, entry: &str, input: &[u8]) -> Result<Reply> {
        let bad = |reason: String| Error::Plugin { message: format!("ERR {reason}") };
        let (arguments, _) = arguments::decode(input).map_err(bad)?;
        let client = self.owner().map_err(|message| Error::Plugin { message })?;
        let mut words = vec![entry.as_bytes().to_vec()];
        words.extend(arguments.iter().map(arguments::encode_one));
        let reply = self.reply_to(client, words);
        self.disconnect(client);
        match reply {
            Reply::Error(message) => Err(Error::Plugin { message }),
            Reply::Value(plugsmith::Value::Error(message)) => Err(Error::Plugin { message }),
            reply => Ok(reply),
        }
    }
}
