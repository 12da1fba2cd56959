//! A client of the host: what it does goes the way it goes there, past hooks, transformers and
//! backends.

use std::collections::BTreeSet;
use std::time::Duration;

use plugsmith::protocol::arguments::{self, Encoding, encode_one};
use plugsmith::protocol::event::{Event, modified_field};
use plugsmith::storage::StorageImports;
use plugsmith::{HostError, Value};

use super::Keyspace;
use super::acting::{ShownAs, asking};
use crate::arguments::Arguments;
use crate::call::What;
use crate::error::{Error, Result};
use crate::outcome::Outcome;
use crate::plugin::{Plugin, reply};
use crate::trace;

/// The number of the one client that a test has.
const CLIENT: i64 = 1;

/// A client of the Ferrite host that the plugin runs in.
///
/// Its commands are the plugin's, and a few of the host's own, which answer as Redis does:
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
    /// [`Error::MissingCommand`] for one that neither has.
    pub fn command(&mut self, name: &str, arguments: impl Arguments) -> Outcome<Value> {
        // As every client of Redis sends them: whatever was meant, it is a string of bytes.
        let arguments = arguments.into_values();
        let arguments: Vec<_> = arguments.iter().map(|argument| Value::from_bytes(encode_one(argument))).collect();
        let shown = arguments.clone();
        self.plugin.act(name, What::Client(shown), |plugin, past| {
            let event = Event::new("BeforeCommand").command(name, arguments).client(CLIENT);
            let arguments = match judge(plugin, event)? {
                Value::Array(arguments) => arguments,
                // A verdict is checked to be a list; without one these are the arguments themselves.
                _ => Vec::new(),
            };
            let result = match (command(plugin, name), builtin(name)) {
                (Some(name), _) => {
                    past.events.extend(plugin.take_events());
                    let (output, spent) = plugin.run(&name, &arguments::encode(&arguments, Encoding::Resp));
                    // Those of `AfterCommand` have what is left of the fuel.
                    plugin.running().nested.borrow_mut().add(spent);
                    reply(&name, &output?)?
                }
                (None, Some(builtin)) => asking(plugin, |keys| builtin.run(keys, &arguments))?,
                (None, None) => return Err(no_command(plugin, name)),
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
        self.plugin.act("WAIT", What::Client(shown), |plugin, _| {
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

/// The plugin's command of this name, in whichever case; of a plugin without records, the export.
fn command(plugin: &Plugin, name: &str) -> Option<String> {
    let module = plugin.module();
    let known = module.commands().find(|command| command.name.eq_ignore_ascii_case(name));
    let foreign = || module.records.is_empty() && module.exports.contains_key(name);
    known.map(|command| command.name.clone()).or_else(|| foreign().then(|| name.to_owned()))
}

fn no_command(plugin: &Plugin, name: &str) -> Error {
    let own: BTreeSet<String> = plugin.module().commands().map(|command| command.name.clone()).collect();
    let builtins = BUILTINS.iter().map(|builtin| builtin.name.to_owned()).filter(|name| !own.contains(name));
    let builtins: Vec<String> = builtins.collect();
    Error::MissingCommand { name: name.to_owned(), available: own.into_iter().chain(builtins).collect() }
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
