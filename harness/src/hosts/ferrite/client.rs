//! A client of the host: what it does goes the way it goes there, past hooks, transformers and
//! backends.

use std::time::{Duration, Instant};

use plugsmith::protocol::arguments::{self, Encoding, encode_one};
use plugsmith::protocol::event::{Event, modified_field};
use plugsmith::storage::StorageImports;
use plugsmith::{CommandError, HostError, Value};

use super::Keyspace;
use crate::arguments::Arguments;
use crate::call::{Shown, What};
use crate::error::{Error, Result};
use crate::failure;
use crate::outcome::Outcome;
use crate::plugin::{Plugin, Spent, reply};
use crate::trace;

/// The number of the one client that a test has.
const CLIENT: i64 = 1;

/// A client of the Ferrite host that the plugin runs in.
///
/// Its commands are the plugin's and a few of the host's own, of which each answers as Redis does:
/// `GET SET SETEX DEL EXISTS INCR INCRBY EXPIRE TTL KEYS TYPE GETRANGE`. Before each the hooks of
/// `BeforeCommand` run, and those of `AfterCommand` after each that succeeded.
///
/// ```no_run
/// // Needs the plugin of the crate it stands in.
/// let mut plugin = plugsmith_harness::plugin!();
/// plugin.client().command("SET", ("blob:a", "aaaaaaaaaaaaaaaa")).unwrap();
/// assert_eq!(plugin.client().command("GET", ["blob:a"]).unwrap(), "aaaaaaaaaaaaaaaa");
/// assert!(plugin.storage("blob:a").unwrap().as_bytes().unwrap().len() < 16);
/// ```
#[derive(Debug)]
pub struct Client<'a> {
    plugin: &'a mut Plugin,
}

impl Plugin {
    /// A client of the Ferrite host that this plugin runs in.
    pub fn client(&mut self) -> Client<'_> {
        Client { plugin: self }
    }
}

impl Client<'_> {
    /// Runs a command of the plugin or of the host.
    ///
    /// # Errors
    /// In the outcome: what a hook or a transformer rejects it with, the command's own error, and
    /// [`Error::MissingExport`] for a command that neither has.
    pub fn command(&mut self, name: &str, arguments: impl Arguments) -> Outcome<Value> {
        // As every client of Redis sends them: whatever was meant, it is a string of bytes.
        let arguments = arguments.into_values();
        let arguments: Vec<_> = arguments.iter().map(|argument| Value::from_bytes(encode_one(argument))).collect();
        let shown = arguments.clone();
        self.act(name, shown, |plugin, past| {
            let event = Event::new("BeforeCommand").command(name, arguments).client(CLIENT);
            let arguments = match judge(plugin, event)? {
                Value::Array(arguments) => arguments,
                _ => return Err(answer(HostError::new("a hook of BeforeCommand modifies `args` to no list"))),
            };
            let result = match builtin(name) {
                Some(builtin) => asking(plugin, |keys| builtin.run(keys, &arguments))?,
                None => {
                    past.events.extend(plugin.take_events());
                    let (output, spent) = plugin.run(name, &arguments::encode(&arguments, Encoding::Resp));
                    past.spent.add(spent);
                    reply(name, &output?)?
                }
            };
            let event = Event::new("AfterCommand").command(name, arguments).client(CLIENT).result(result);
            judge(plugin, event)
        })
    }

    /// Lets time pass: the keys that expire by then, each told to the hooks of `OnKeyExpiry`.
    ///
    /// # Errors
    /// In the outcome: what a hook fails with.
    pub fn wait(&mut self, time: Duration) -> Outcome<Vec<String>> {
        let shown = vec![Value::String(format!("{time:?}"))];
        self.act("WAIT", shown, |plugin, _| {
            let before = live_keys(plugin);
            plugin.advance(time);
            let after = live_keys(plugin);
            let expired: Vec<String> = before.into_iter().filter(|key| !after.contains(key)).collect();
            for key in &expired {
                judge(plugin, Event::new("OnKeyExpiry").key(key))?;
            }
            Ok(expired)
        })
    }

    /// Does something as the host of the plugin, and gathers what happens.
    fn act<T: ShownAs>(
        &mut self,
        name: &str,
        arguments: Vec<Value>,
        work: impl FnOnce(&mut Plugin, &mut Past) -> Result<T>,
    ) -> Outcome<T> {
        let started = Instant::now();
        let mut past = Past::default();
        self.plugin.take_events();
        let result = work(self.plugin, &mut past);
        past.spent.add(self.plugin.running().nested.take());
        past.spent.duration = started.elapsed();
        past.events.extend(self.plugin.take_events());
        let shown = Shown::Text(result.as_ref().map(ShownAs::shown).unwrap_or_default());
        let outcome = self.plugin.outcome_of(name, What::Client(arguments), (result, shown), past.events, past.spent);
        self.plugin.finish(outcome)
    }
}

/// What happened so far in what the client does.
#[derive(Default)]
struct Past {
    events: Vec<trace::Event>,
    spent: Spent,
}

/// A result in the words of a trace.
trait ShownAs {
    fn shown(&self) -> String;
}

impl ShownAs for Value {
    fn shown(&self) -> String {
        trace::render_value(self)
    }
}

impl ShownAs for Vec<String> {
    fn shown(&self) -> String {
        let quoted: Vec<_> = self.iter().map(|key| trace::render_bytes(key.as_bytes())).collect();
        format!("expired {}", if quoted.is_empty() { "nothing".to_owned() } else { quoted.join(", ") })
    }
}

fn live_keys(plugin: &Plugin) -> Vec<String> {
    plugin.host(|host| host.store.iter(host.clock.now()).map(|(key, _)| key.to_owned()).collect())
}

/// What the hooks of an event leave of it.
fn judge(plugin: &Plugin, event: Event) -> Result<Value> {
    asking(plugin, |_| match plugin.running().extensions() {
        Some(extensions) => extensions.judged(event),
        None => Ok(event.field(modified_field(&event.name)).cloned().unwrap_or(Value::Null)),
    })
}

/// Runs `work` with the plugin's host as the one that is asked, and ends with whatever failed in it.
fn asking<T>(plugin: &Plugin, work: impl FnOnce(&Keyspace) -> Result<T, HostError>) -> Result<T> {
    let running = plugin.running();
    let keys = Keyspace::new(running.host.context.store());
    let result = running.enter(|| work(&keys));
    match running.failure.take() {
        Some(failure) => Err(failure),
        None => result.map_err(answer),
    }
}

/// A refusal as the client sees it.
fn answer(error: HostError) -> Error {
    failure::answered(CommandError::from(error).to_string())
}

/// One of the host's own commands.
struct Builtin {
    name: &'static str,
    arguments: usize,
    work: fn(&Keyspace, &[Value]) -> Result<Value, HostError>,
}

impl Builtin {
    fn run(&self, keys: &Keyspace, arguments: &[Value]) -> Result<Value, HostError> {
        if arguments.len() == self.arguments {
            return (self.work)(keys, arguments);
        }
        Err(HostError::new(format!("wrong number of arguments for '{}' command", self.name.to_lowercase())))
    }
}

fn builtin(name: &str) -> Option<&'static Builtin> {
    BUILTINS.iter().find(|builtin| builtin.name.eq_ignore_ascii_case(name))
}

const BUILTINS: &[Builtin] = &[
    Builtin { name: "GET", arguments: 1, work: |keys, args| Ok(keys.get(text(args, 0)?)?.unwrap_or(Value::Null)) },
    Builtin { name: "SET", arguments: 2, work: |keys, args| keys.set(text(args, 0)?, &args[1]).map(|()| Value::Ok) },
    Builtin {
        name: "SETEX",
        arguments: 3,
        work: |keys, args| keys.set_ex(text(args, 0)?, &args[2], seconds(args, 1)?).map(|()| Value::Ok),
    },
    Builtin { name: "DEL", arguments: 1, work: |keys, args| Ok(Value::Integer(keys.delete(text(args, 0)?)?.into())) },
    Builtin {
        name: "EXISTS",
        arguments: 1,
        work: |keys, args| Ok(Value::Integer(keys.exists(text(args, 0)?)?.into())),
    },
    Builtin { name: "INCR", arguments: 1, work: |keys, args| Ok(Value::Integer(keys.incr(text(args, 0)?, 1)?)) },
    Builtin {
        name: "INCRBY",
        arguments: 2,
        work: |keys, args| Ok(Value::Integer(keys.incr(text(args, 0)?, integer(args, 1)?)?)),
    },
    Builtin {
        name: "EXPIRE",
        arguments: 2,
        work: |keys, args| Ok(Value::Integer(keys.expire(text(args, 0)?, seconds(args, 1)?)?.into())),
    },
    Builtin { name: "TTL", arguments: 1, work: |keys, args| Ok(Value::Integer(keys.ttl(text(args, 0)?)?)) },
    Builtin {
        name: "KEYS",
        arguments: 1,
        work: |keys, args| Ok(Value::Array(keys.keys(text(args, 0)?)?.into_iter().map(Value::String).collect())),
    },
    Builtin { name: "TYPE", arguments: 1, work: |keys, args| keys.type_of(text(args, 0)?).map(Value::SimpleString) },
    Builtin {
        name: "GETRANGE",
        arguments: 3,
        work: |keys, args| Ok(keys.read_range(text(args, 0)?, integer(args, 1)?, integer(args, 2)?)?.into()),
    },
];

fn text(arguments: &[Value], index: usize) -> Result<&str, HostError> {
    arguments[index].as_str().ok_or_else(|| HostError::new("a key is text"))
}

fn integer(arguments: &[Value], index: usize) -> Result<i64, HostError> {
    arguments[index].as_i64().ok_or_else(|| HostError::new("value is not an integer or out of range"))
}

fn seconds(arguments: &[Value], index: usize) -> Result<u64, HostError> {
    u64::try_from(integer(arguments, index)?).map_err(|_| HostError::new("invalid expire time"))
}
