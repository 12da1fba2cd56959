//! Commands that neither a plugin nor the server has, where a Redis is behind it: they go there as they are, with
//! the hooks around them.

#[cfg(feature = "redis")]
use std::collections::BTreeMap;
use std::rc::Rc;

use plugsmith::Value;
use plugsmith::protocol::event::Event;

use super::Server;
#[cfg(feature = "redis")]
use super::commands::{BUILTINS, read};
use super::commands::{Spec, Wanted};
use super::dispatch::{Target, unknown};
use crate::hosts::ferrite::store::{Answer, Fault};

/// Commands that mean the connection or the node that they arrive at: the one behind the server is shared.
const OF_THE_CONNECTION: &[&str] = &[
    "asking",
    "failover",
    "psync",
    "readonly",
    "readwrite",
    "replconf",
    "replicaof",
    "slaveof",
    "sync",
    "wait",
    "waitaof",
];

/// The commands of a store that the server does not have itself, by their names in lower case.
#[cfg(feature = "redis")]
pub(super) fn table(commands: Option<&Value>) -> BTreeMap<String, Rc<Spec>> {
    let infos = commands.and_then(Value::as_array).unwrap_or_default();
    let specs = infos.iter().filter_map(|info| read(info, &Value::Null));
    let others = specs.filter(|spec| !BUILTINS.contains_key(&spec.name.to_lowercase()));
    others.map(|spec| (spec.name.to_lowercase(), Rc::new(spec))).collect()
}

impl Server {
    /// The command of the store that these words call.
    ///
    /// # Errors
    /// The store has none of this name, or it cannot be passed on.
    pub(super) fn passed(&self, words: &[Vec<u8>]) -> Result<Target, Fault> {
        let name = String::from_utf8_lossy(&words[0]).to_lowercase();
        let Some(spec) = self.passed.get(&name) else { return Err(unknown(words)) };
        let blocks = match name.as_str() {
            "xread" | "xreadgroup" => words.iter().any(|word| word.eq_ignore_ascii_case(b"block")),
            _ => spec.has("blocking"),
        };
        let reason = match () {
            () if blocks => "it would keep all clients waiting",
            () if spec.has("pubsub") || spec.has("no_multi") || OF_THE_CONNECTION.contains(&name.as_str()) => {
                "it is about one connection, and clients share theirs"
            }
            () => {
                let sub = words.get(1).map(|word| String::from_utf8_lossy(word).to_lowercase());
                let sub = sub.and_then(|sub| spec.subcommands.get(&sub).cloned()).map(Rc::new);
                return Ok(Target::Passed(sub.unwrap_or_else(|| Rc::clone(spec))));
            }
        };
        Err(Fault::new(format!("ERR {} is not passed on to the store: {reason}", name.to_uppercase())))
    }

    /// Runs a command of the store. Hooks of keys are notified, and can abort it; there is no value that they could
    /// change.
    pub(super) fn pass(&mut self, id: u64, spec: &Spec, words: &[Vec<u8>]) -> Answer {
        let other = if spec.has_other_keys { self.core.store.keys_of(words)? } else { Vec::new() };
        let mut wanted = spec.keys(words);
        wanted.extend(other.iter().map(|(key, reads, writes)| Wanted { key, reads: *reads, writes: *writes }));
        let chain = self.core.chain();
        for wanted in &wanted {
            if chain.converts(wanted.key) {
                return Err(Fault::new(format!(
                    "ERR {} is not passed on to the store: a transformer or a storage backend is before the key '{}'",
                    spec.name.to_uppercase(),
                    String::from_utf8_lossy(wanted.key)
                )));
            }
            let Ok(key) = std::str::from_utf8(wanted.key) else { continue };
            let events = [("OnKeyRead", wanted.reads), ("OnKeyWrite", wanted.writes)];
            for (event, _) in events.into_iter().filter(|(event, happens)| *happens && chain.hears(event)) {
                if self.core.judge(Event::new(event).key(key))? != Value::Null {
                    let name = spec.name.to_uppercase();
                    return Err(Fault::new(format!("ERR a hook of {event} changes `{key}`, which {name} works on")));
                }
            }
        }
        let protocol = self.session(id).protocol;
        let reply = self.core.store.run(words, protocol)?;
        wanted.iter().filter(|wanted| wanted.writes).for_each(|wanted| self.core.store.touch(wanted.key));
        Ok(reply)
    }
}
