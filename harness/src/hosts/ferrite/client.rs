//! A client of the host: what it does goes the way it goes there, past hooks, transformers and
//! backends.

mod builtin;

use std::collections::BTreeSet;
use std::time::Duration;

use plugsmith::Value;
use plugsmith::protocol::arguments::{self, Encoding, encode_one};
use plugsmith::protocol::event::{Event, modified_field};
use plugsmith::testing::calls::{CallInput, CommandCall, EntryCall, FromCommandOutput, ToArguments};

use self::builtin::{BUILTINS, builtin};
use super::extensions::Extensions;
use super::host_action::asking;
use super::names::{Clash, clash};
use crate::engine::arguments::Arguments;
use crate::engine::plugin::{Plugin, reply};
use crate::error::{Error, Result};
use crate::trace::call::What;
use crate::trace::outcome::Outcome;

/// The number of the one client that a test has.
const CLIENT: i64 = 1;

/// A client of the Ferrite host that the plugin runs in.
///
/// Its commands are the plugin's, and a few of the host's own, which answer as Redis does:
/// `GET SET SETEX DEL EXISTS INCR INCRBY EXPIRE TTL KEYS TYPE GETRANGE`; of the options of Redis, `SET` has
/// `NX`, `XX` and `EX`. Before each the hooks of `BeforeCommand` run, and those of `AfterCommand` after each
/// that succeeded; to both a command has one name, however the client spells it. A plugin's command goes
/// before the host's of the same name, except for those that no plugin can have, such as `PLUGIN.LOAD` and `AUTH`.
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
            let own = command(plugin, name).filter(|name| clash(name) != Some(Clash::Host));
            let builtin = builtin(name);
            let known = own.as_deref().or(builtin.map(|builtin| builtin.name));
            let known = known.map_or_else(|| name.to_uppercase(), str::to_owned);
            let event = Event::new("BeforeCommand").command(&known, arguments).client(CLIENT);
            let arguments = match judge(plugin, event)? {
                Value::Array(arguments) => arguments,
                // A verdict is checked to be a list; without one these are the arguments themselves.
                _ => Vec::new(),
            };
            let result = match (own, builtin) {
                (Some(name), _) => {
                    past.events.extend(plugin.take_events());
                    let (output, spent) = plugin.invoke(&name, &arguments::encode(&arguments, Encoding::Resp));
                    // Those of `AfterCommand` have what is left of the fuel.
                    plugin.running().below.spent.borrow_mut().add(spent);
                    reply(&name, &output?)?
                }
                (None, Some(builtin)) => asking(plugin, |keys| builtin.run(keys, &arguments))?,
                (None, None) => return Err(no_command(plugin, name)),
            };
            let event = Event::new("AfterCommand").command(&known, arguments).client(CLIENT).result(result);
            judge(plugin, event)
        })
    }

    /// Runs the command that `greet_call(..)` stands for, as [`Client::command`] does: past the hooks.
    ///
    /// # Errors
    /// In the outcome, those of [`Client::command`].
    ///
    /// # Panics
    /// An argument that has no bytes, such as a map whose keys are not text.
    #[track_caller]
    pub fn run<P: ToArguments, R: FromCommandOutput>(&mut self, call: CommandCall<P, R>) -> Outcome<R::Owned> {
        let name = call.name();
        let arguments = match call.input() {
            Ok(CallInput::Command(arguments)) => arguments,
            Ok(CallInput::Function(_)) => Vec::new(),
            Err(reason) => panic!("the input of `{name}` has no bytes: {reason}"),
        };
        self.command(name, arguments).then(name, |reply| R::from_output(reply))
    }

    /// Lets time pass: the keys that have expired by then, each told to the hooks of `OnKeyExpiry`. Those that
    /// expired in [`Plugin::advance`] are among them. What a storage backend keeps, expires there, and is not.
    ///
    /// # Errors
    /// In the outcome: what a hook fails with, the first where several do; the other keys are told all the same.
    pub fn wait(&mut self, time: Duration) -> Outcome<Vec<String>> {
        self.plugin.act("WAIT", What::Wait(time), |plugin, past| {
            plugin.advance(time);
            let expired = std::mem::take(&mut plugin.expired);
            let mut told = Ok(());
            for key in &expired {
                told = told.and(judge(plugin, Event::new("OnKeyExpiry").key(key)).map(drop));
                // Each expiry is a call of its own to the host.
                past.spent.add(plugin.running().below.spent.take());
            }
            told.map(|()| expired)
        })
    }
}

/// What the hooks of an event leave of it.
fn judge(plugin: &Plugin, event: Event) -> Result<Value> {
    asking(plugin, |_| match plugin.attached::<Extensions>() {
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
