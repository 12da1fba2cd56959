//! From words to a reply: lookup, checks, hooks, work, in the order in which Redis has them.

use std::rc::Rc;
use std::time::Instant;

use plugsmith::Value;
use plugsmith::protocol::event::Event;

use super::Server;
use super::chain::failed;
use super::commands::{Spec, Wanted, builtin};
use super::core::Actor;
use super::guest::Guest;
use super::users::Denied;
use crate::hosts::ferrite::names::is_handshake;
use crate::hosts::ferrite::reply::{Protocol, Reply};
use crate::hosts::ferrite::store::{self, Fault};

pub(crate) const OUT_OF_MEMORY: &str = "OOM command not allowed when used memory > 'maxmemory'.";

/// Commands whose arguments hold secrets: neither hooks nor monitors see them.
const SECRET: &[&str] = &["auth", "hello", "acl|setuser"];

/// What a command's name means.
#[derive(Clone)]
pub(crate) enum Target {
    Builtin(&'static Spec),
    /// A command of the Redis behind the server.
    Passed(Rc<Spec>),
    /// A plugin, and which of its commands.
    Plugin(Rc<Guest>, usize),
}

impl Target {
    pub(crate) fn spec(&self) -> &Spec {
        match self {
            Target::Builtin(spec) => spec,
            Target::Passed(spec) => spec,
            Target::Plugin(guest, index) => &guest.commands[*index].spec,
        }
    }

    /// Its name as hooks see it, however the client spells it.
    fn shown(&self) -> String {
        match self {
            Target::Builtin(spec) => spec.name.split('|').next().unwrap_or_default().to_uppercase(),
            Target::Passed(spec) => spec.name.split('|').next().unwrap_or_default().to_uppercase(),
            Target::Plugin(..) => self.spec().name.clone(),
        }
    }
}

impl Server {
    /// Runs a command for a client.
    pub(super) fn dispatch(&mut self, id: u64, words: Vec<Vec<u8>>) -> Reply {
        let reply = match self.check(id, &words) {
            Ok(None) => self.work(id, words),
            Ok(Some(queued)) => {
                if let Some(queue) = self.session(id).queue.as_mut() {
                    queue.push(words);
                }
                queued
            }
            Err(fault) => {
                let session = self.session(id);
                session.aborted |= session.queue.is_some();
                self.rejected += 1;
                fault.into()
            }
        };
        self.note_changes();
        reply
    }

    /// Whether a client may run this command, and it would run at once.
    #[cfg(feature = "serve")]
    pub(super) fn may_run(&mut self, id: u64, words: &[Vec<u8>]) -> bool {
        matches!(self.check(id, words), Ok(None))
    }

    /// What keeps a command from running: as `processCommand` of Redis 7.0's server.c has it, in its order.
    /// `QUEUED` where it waits for `EXEC`.
    fn check(&mut self, id: u64, words: &[Vec<u8>]) -> Result<Option<Reply>, Fault> {
        let target = self.lookup(words)?;
        let spec = target.spec();
        self.session(id).command = spec.name.to_lowercase();
        takes(&target, words.len())?;
        let session = self.session(id);
        if session.user.is_none() && !spec.has("no_auth") {
            return Err(Fault::new("NOAUTH Authentication required."));
        }
        if session.queue.is_some() && spec.has("no_multi") {
            return Err(Fault::new("ERR Command not allowed inside a transaction"));
        }
        self.permit(id, &target, words)?;
        if spec.has("denyoom") && self.core.is_full() {
            return Err(Fault::new(OUT_OF_MEMORY));
        }
        let session = self.session(id);
        if session.protocol == Protocol::Resp2
            && session.subscriptions() > 0
            && !["subscribe", "unsubscribe", "psubscribe", "punsubscribe", "ping", "quit", "reset"]
                .contains(&spec.name.as_str())
        {
            let name = spec.name.to_lowercase();
            return Err(Fault::new(format!(
                "ERR Can't execute '{name}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context"
            )));
        }
        let at_once = ["exec", "discard", "multi", "watch", "quit", "reset"].contains(&spec.name.as_str());
        Ok((session.queue.is_some() && !at_once).then_some(Reply::Status("QUEUED".into())))
    }

    /// Checks what the client's user may do.
    fn permit(&mut self, id: u64, target: &Target, words: &[Vec<u8>]) -> Result<(), Fault> {
        let spec = target.spec();
        let Some(name) = self.session(id).user.clone() else { return Ok(()) };
        let Some(user) = self.users.get(&name) else { return Err(Fault::new("NOAUTH Authentication required.")) };
        let (channels, literal): (Vec<&[u8]>, bool) = match spec.name.as_str() {
            "publish" => (words[1..2].iter().map(Vec::as_slice).collect(), false),
            "subscribe" => (words[1..].iter().map(Vec::as_slice).collect(), false),
            "psubscribe" => (words[1..].iter().map(Vec::as_slice).collect(), true),
            _ => (Vec::new(), false),
        };
        let other = if spec.has_other_keys { self.core.store.keys_of(words)? } else { Vec::new() };
        let mut keys = spec.keys(words);
        keys.extend(other.iter().map(|(key, reads, writes)| Wanted { key, reads: *reads, writes: *writes }));
        user.check(spec, &keys, &channels, literal).map_err(|denied| {
            Fault::new(match denied {
                Denied::Command => {
                    format!("NOPERM this user has no permissions to run the '{}' command", spec.name.to_lowercase())
                }
                Denied::Key => {
                    "NOPERM this user has no permissions to access one of the keys used as arguments".to_owned()
                }
                Denied::Channel => {
                    "NOPERM this user has no permissions to access one of the channels used as arguments".to_owned()
                }
            })
        })
    }

    /// As [`Server::permit`], for a command that was queued.
    pub(super) fn permit_again(&mut self, id: u64, words: &[Vec<u8>]) -> Result<(), Fault> {
        let target = self.lookup(words)?;
        self.permit(id, &target, words)?;
        if target.spec().has("denyoom") && self.core.is_full() {
            return Err(Fault::new(OUT_OF_MEMORY));
        }
        Ok(())
    }

    /// The command that these words call.
    pub(crate) fn lookup(&self, words: &[Vec<u8>]) -> Result<Target, Fault> {
        let name = &words[0];
        let key = String::from_utf8_lossy(name).to_lowercase();
        let plugin = self.plugin_commands.get(&key).filter(|_| !is_handshake(words));
        if let Some(spec) = builtin(name).filter(|_| !plugin.is_some_and(|(guest, _)| guest.enabled.get())) {
            if spec.subcommands.is_empty() || words.len() < 2 {
                return Ok(Target::Builtin(spec));
            }
            let sub = String::from_utf8_lossy(&words[1]).to_lowercase();
            return spec.subcommands.get(&sub).map(Target::Builtin).ok_or_else(|| {
                let sub = clipped(&words[1], 128);
                Fault::new(format!("ERR unknown subcommand '{sub}'. Try {} HELP.", spec.name.to_uppercase()))
            });
        }
        match plugin {
            Some((guest, index)) if guest.enabled.get() => Ok(Target::Plugin(Rc::clone(guest), *index)),
            Some((guest, _)) => Err(Fault::new(format!(
                "ERR the plugin '{}' of this command is disabled: PLUGIN.ENABLE {} turns it on",
                guest.name, guest.name
            ))),
            None => self.passed(words),
        }
    }

    /// Runs a command that may run, with hooks before and after it.
    pub(super) fn work(&mut self, id: u64, words: Vec<Vec<u8>>) -> Reply {
        let started = Instant::now();
        let target = match self.lookup(&words) {
            Ok(target) => target,
            Err(fault) => return fault.into(),
        };
        self.feed_monitors(id, target.spec(), &words);
        self.commands += 1;
        let reply = self.hooked(id, &target, words.clone()).unwrap_or_else(Reply::from);
        let traced = match self.traces {
            true => self.core.traced.replace(Some(Vec::new())).unwrap_or_default(),
            false => Vec::new(),
        };
        if let Some(log) = &mut self.log {
            let secret = SECRET.contains(&target.spec().name.as_str());
            let mut line = super::log::line(&words, &reply, started.elapsed(), secret);
            traced.iter().for_each(|event| line.push_str(&format!("\n  {event}")));
            log(&line);
        }
        reply
    }

    fn hooked(&mut self, id: u64, target: &Target, mut words: Vec<Vec<u8>>) -> Result<Reply, Fault> {
        let chain = self.core.chain();
        let secret = SECRET.contains(&target.spec().name.as_str());
        let shown = |words: &[Vec<u8>]| -> Vec<Value> {
            match secret {
                true => vec![Value::String("(redacted)".to_owned())],
                false => words[1..].iter().map(|word| Value::from_bytes(word.clone())).collect(),
            }
        };
        let client = i64::try_from(id).unwrap_or(i64::MAX);
        let database = self.session(id).database;
        self.core.store.select(database);
        if chain.hears("BeforeCommand") {
            let args = shown(&words);
            let event = Event::new("BeforeCommand").command(&target.shown(), args.clone()).client(client);
            if let Value::Array(judged) = self.core.judge(event)?
                && judged != args
                && !secret
            {
                words.truncate(1);
                words.extend(judged.iter().map(plugsmith::protocol::arguments::encode_one));
                // What a hook makes of a command is checked like what a client sends.
                let again = self.lookup(&words)?;
                takes(&again, words.len())?;
                self.permit(id, &again, &words)?;
            }
        }
        let reply = self.run(id, target, &words)?;
        if !chain.hears("AfterCommand") || reply.is_error() || reply == Reply::NOTHING {
            return Ok(reply);
        }
        let result = Value::from(reply.clone());
        let event = Event::new("AfterCommand").command(&target.shown(), shown(&words)).client(client);
        let judged = self.core.judge(event.result(result.clone()))?;
        Ok(if judged == result { reply } else { Reply::Value(judged) })
    }

    fn run(&mut self, id: u64, target: &Target, words: &[Vec<u8>]) -> Result<Reply, Fault> {
        match target {
            Target::Plugin(guest, index) => self.run_plugin(id, guest, *index, words),
            Target::Passed(spec) => self.pass(id, spec, words),
            Target::Builtin(spec) => match store::work(&spec.name) {
                Some(_) => {
                    let protocol = self.session(id).protocol;
                    if matches!(spec.name.as_str(), "flushall" | "flushdb") {
                        self.judge_flush(spec.name == "flushall")?;
                    }
                    self.core.run(words, &spec.keys(words), protocol)
                }
                None => self.own(id, spec, words),
            },
        }
    }

    fn run_plugin(&mut self, id: u64, guest: &Guest, index: usize, words: &[Vec<u8>]) -> Result<Reply, Fault> {
        let spec = &guest.commands[index].spec;
        let user = self.session(id).user.clone().and_then(|name| self.users.get(&name).cloned());
        let user = user.ok_or(Fault::new("NOAUTH Authentication required."))?;
        let args: Vec<Value> = words[1..].iter().map(|word| Value::from_bytes(word.clone())).collect();
        let now = self.core.now();
        let actor = Actor { spec: spec.clone(), user: Rc::new(user) };
        match self.core.act(&actor, || guest.command(&spec.name, &args, now))? {
            Ok(value) => Ok(Reply::Value(value)),
            Err(error) => Err(failed(&format!("{} of plugin '{}'", spec.name, guest.name), &error)),
        }
    }

    /// Lets the hooks of deletions judge each key that a flush removes.
    fn judge_flush(&mut self, all: bool) -> Result<(), Fault> {
        if !self.core.chain().hears("OnKeyDelete") {
            return Ok(());
        }
        let before = self.core.store.selected();
        let databases = if all { 0..store::DATABASES } else { before..before + 1 };
        let judged = databases.into_iter().try_for_each(|database| {
            self.core.store.select(database);
            let mut keys = self.core.store.names(b"*")?.into_iter();
            keys.try_for_each(|key| {
                self.core.judge(Event::new("OnKeyDelete").key(&String::from_utf8_lossy(&key))).map(drop)
            })
        });
        self.core.store.select(before);
        judged
    }
}

/// Checks how many words there are.
fn takes(target: &Target, words: usize) -> Result<(), Fault> {
    let spec = target.spec();
    let too_many = match target {
        Target::Plugin(guest, index) => guest.commands[*index].max_args.is_some_and(|most| words - 1 > most),
        Target::Builtin(_) | Target::Passed(_) => false,
    };
    if spec.takes(words) && !too_many { Ok(()) } else { Err(Fault::arity(&spec.name.to_lowercase())) }
}

/// Redis' words for a command that there is not.
pub(super) fn unknown(words: &[Vec<u8>]) -> Fault {
    let mut args = String::new();
    for word in &words[1..] {
        if args.len() >= 128 {
            break;
        }
        args.push_str(&format!("'{}' ", clipped(word, 128 - args.len())));
    }
    Fault::new(format!("ERR unknown command '{}', with args beginning with: {args}", clipped(&words[0], 128)))
}

fn clipped(word: &[u8], most: usize) -> String {
    // C's %s ends at the first zero.
    let end = word.iter().position(|byte| *byte == 0).unwrap_or(word.len()).min(most);
    String::from_utf8_lossy(&word[..end]).into_owned()
}
