//! A plugin under test.

mod blocks;
mod guest;
mod instance;
mod load;
mod run;
mod state;

use std::any::Any;
use std::borrow::Cow;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use plugsmith::Value;
use plugsmith::protocol::arguments::{self, Encoding};
use plugsmith::testing::calls::{CallInput, CallOutput, EntryCall};
use plugsmith::{Input, Output};

use crate::artifact::build::Features;
use crate::artifact::callers;
use crate::artifact::module::Module;
use crate::artifact::origin;
use crate::artifact::source::Source;
use crate::engine::arguments::Arguments;
use crate::engine::attached::Attached;
use crate::engine::compiled::{self, Compiled};
use crate::engine::host::Host;
use crate::engine::running::Running;
use crate::engine::subject::{Origin, Subject};
use crate::engine::watch::Watch;
use crate::error::{Error, Result};
use crate::trace::call::{Shown, What};
use crate::trace::event::{self, Excerpt};
use crate::trace::outcome::Outcome;

pub(crate) use run::{reply, within};

/// An artifact in a host of its own: loaded once, a fresh instance for this test, and another
/// after every trap.
pub struct Plugin {
    compiled: Arc<Compiled>,
    pub(crate) running: Rc<Running>,
    /// What the host has attached to it.
    attached: Vec<Rc<dyn Attached>>,
    /// Whether an instance that trapped goes on answering, as in every Extism SDK by default.
    pub(crate) outlives_traps: bool,
    /// `None` before the first call and after a trap.
    instance: Option<extism::Plugin>,
    /// The variables that a fresh instance starts with.
    initial_vars: std::collections::BTreeMap<String, Vec<u8>>,
    /// Keys that have expired, and of which no hook has been notified yet.
    pub(crate) expired: Vec<String>,
    pub(crate) subject: Subject,
    origin: Origin,
    /// Who sees all calls besides the test's own watch.
    recorder: Option<Arc<dyn Watch>>,
    /// What the last call counted; empty unless the artifact was instrumented.
    edges: Vec<u8>,
}

impl Plugin {
    /// Loads an artifact from a file or from bytes, into an empty host.
    ///
    /// ```
    /// use plugsmith_harness::Plugin;
    ///
    /// // A plugin in wasm's text format: it answers with its input.
    /// let echo = br#"(module
    ///   (import "extism:host/env" "input_offset" (func $offset (result i64)))
    ///   (import "extism:host/env" "input_length" (func $length (result i64)))
    ///   (import "extism:host/env" "output_set" (func $output (param i64 i64)))
    ///   (func (export "echo") (call $output (call $offset) (call $length))))"#;
    /// let mut plugin = Plugin::load(&echo[..])?;
    /// assert_eq!(plugin.call::<String>("echo", "hello").unwrap(), "hello");
    /// # Ok::<(), plugsmith_harness::Error>(())
    /// ```
    ///
    /// An artifact without records, as other languages make it, has those of the `plugin.toml` in its
    /// folder, if there is one.
    ///
    /// # Errors
    /// A missing file, an invalid module, imports that no host can have, a `plugin.toml` that does not fit.
    pub fn load(source: impl Into<Source>) -> Result<Plugin> {
        Plugin::load_in(source, Host::new())
    }

    /// Loads an artifact into this host.
    ///
    /// # Errors
    /// As [`Plugin::load`], and a mock whose types are not the import's.
    pub fn load_in(source: impl Into<Source>, host: Host) -> Result<Plugin> {
        let source = source.into();
        let again = host.with_parts(host.again_for_call(source.label()));
        let origin = Origin::of(&source);
        let wasm = source.read_with_records()?;
        let compiled = compiled::get(&wasm, &host)?;
        origin::refuse_leaks(&compiled.module, origin.file.as_deref())?;
        callers::tell_of_prints(&compiled.module, &compiled.wasm, origin.file.as_deref());
        Plugin::of_compiled(compiled, host, again, origin)
    }

    /// The artifact's file, if it came from one.
    pub(crate) fn artifact(&self) -> Option<&Path> {
        self.origin.file.as_deref()
    }

    /// The artifact's bytes.
    pub(crate) fn wasm(&self) -> &[u8] {
        &self.compiled.wasm
    }

    /// What is attached to it of this type, if anything is.
    pub(crate) fn attached<T: Attached>(&self) -> Option<&T> {
        self.attached.iter().find_map(|attached| (&**attached as &dyn Any).downcast_ref())
    }

    pub(crate) fn running(&self) -> &Rc<Running> {
        &self.running
    }

    /// Calls a command: arguments as RESP bulk strings, the reply as a [`Value`].
    ///
    /// ```no_run
    /// // Needs the plugin of the crate it stands in.
    /// let mut plugin = plugsmith_harness::plugin!();
    /// assert_eq!(plugin.command("GREET", ["Ada"]).unwrap(), "Hello, Ada!");
    /// assert_eq!(plugin.command("PING", ()).unwrap(), "PONG");
    /// assert_eq!(plugin.command("ADD", ("total", 7)).unwrap(), 7);
    /// ```
    pub fn command(&mut self, name: &str, arguments: impl Arguments) -> Outcome<Value> {
        self.command_as(name, arguments.into_values(), Ok)
    }

    fn command_as<O>(
        &mut self,
        name: &str,
        arguments: Vec<Value>,
        read: impl FnOnce(Value) -> Result<O, String>,
    ) -> Outcome<O> {
        let input = arguments::encode(&arguments, Encoding::Resp);
        let (result, spent) = self.invoke(&self.command_export(name), &input);
        let result = result.and_then(|output| {
            let value = reply(name, &output)?;
            let shown = Shown::Text(event::render_value(&value));
            let value = read(value).map_err(|reason| Error::BadOutput { function: name.to_owned(), reason })?;
            Ok((value, shown))
        });
        let events = self.take_events();
        self.subject.finish(name, What::Command(arguments), result, events, spent)
    }

    /// Makes the call that `greet_call(..)` stands for: a command or a function of the crate under test, with
    /// the arguments and the result of its signature. `#[command]` and `#[function]` put it beside `fn greet`, so a
    /// test that calls what is renamed no longer compiles.
    ///
    /// ```no_run
    /// # use plugsmith_harness::plugsmith::{self, CommandError, command};
    /// # #[command] fn greet(name: &str, times: Option<u32>) -> Result<String, CommandError> { Ok(name.repeat(2)) }
    /// // Needs the plugin of the crate it stands in.
    /// // use my_plugin::greet_call;
    /// let mut plugin = plugsmith_harness::plugin!();
    /// let greeting: String = plugin.run(greet_call("Ada", Some(2))).unwrap();
    /// assert_eq!(plugin.run(greet_call("", None)).unwrap_err().to_string(), "ERR who is there?");
    /// ```
    ///
    /// A trace shows it as [`Plugin::command`] or [`Plugin::call`] does. Natively, `MockContext::run` takes the
    /// same value.
    ///
    /// # Panics
    /// An argument that has no bytes, such as a map whose keys are not text.
    #[track_caller]
    pub fn run<C: EntryCall>(&mut self, call: C) -> Outcome<C::Output> {
        let name = call.name();
        match call.input() {
            Ok(CallInput::Command(arguments)) => {
                self.command_as(name, arguments, |reply| C::read(CallOutput::Command(reply)))
            }
            Ok(CallInput::Function(input)) => self.call_as(name, Cow::Owned(input), |output| {
                let shown = event::render_bytes(&output);
                C::read(CallOutput::Function(output)).map_err(|reason| format!("{reason}: {shown}"))
            }),
            Err(reason) => panic!("the input of `{name}` has no bytes: {reason}"),
        }
    }

    /// Calls an export by its name: input and output are text, bytes, or [`Json`](plugsmith::Json)
    /// of anything that serde knows.
    ///
    /// ```no_run
    /// // Needs the plugin of the crate it stands in.
    /// use plugsmith_harness::plugsmith::Json;
    ///
    /// let mut plugin = plugsmith_harness::plugin!();
    /// let hash = plugin.call::<String>("hash", "password").unwrap();
    /// let Json(sum) = plugin.call::<Json<u32>>("sum", Json([1, 2, 3])).unwrap();
    /// ```
    pub fn call<O: for<'a> Input<'a>>(&mut self, function: &str, input: impl Output) -> Outcome<O> {
        let input = match input.borrowed_output() {
            Some(bytes) => Cow::Borrowed(bytes),
            None => {
                let bytes = input.into_output();
                Cow::Owned(bytes.unwrap_or_else(|error| panic!("the input of `{function}` has no bytes: {error}")))
            }
        };
        self.call_as(function, input, |mut output| match O::take_output(&mut output) {
            Some(value) => Ok(value),
            None => O::from_output(&output).map_err(|reason| format!("{reason}: {}", event::render_bytes(&output))),
        })
    }

    fn call_as<O>(
        &mut self,
        function: &str,
        input: Cow<'_, [u8]>,
        read: impl FnOnce(Vec<u8>) -> Result<O, String>,
    ) -> Outcome<O> {
        let (result, spent) = self.invoke(function, &input);
        let result = result.and_then(|output| {
            let shown = Shown::Bytes(Excerpt::of(&output));
            let value = read(output).map_err(|reason| Error::BadOutput { function: function.to_owned(), reason })?;
            Ok((value, shown))
        });
        let events = self.take_events();
        self.subject.finish(function, What::function(input), result, events, spent)
    }

    /// The export of a command: Redis knows no case in the names of commands.
    fn command_export(&self, name: &str) -> String {
        let module = &self.compiled.module;
        let mut commands = module.commands().map(|command| &command.name);
        match commands.find(|command| !module.exports.contains_key(name) && command.eq_ignore_ascii_case(name)) {
            Some(command) => command.clone(),
            None => name.to_owned(),
        }
    }

    /// What happened in all calls so far; see [`Outcome::trace`].
    pub fn trace(&self) -> String {
        self.subject.trace()
    }

    /// What the artifact is made of.
    pub fn module(&self) -> &Module {
        &self.compiled.module
    }

    /// Notes the crate that this is the plugin of; a shell names it by its folder, so that the call
    /// that is made again is one of the sources as they are then.
    pub(crate) fn belongs_to(&mut self, folder: &Path, features: &Features) {
        if let Some(name) = self.origin.belongs_to(folder, features) {
            let mut again = self.running.host.again_for_call(name);
            self.attached.iter().for_each(|attached| attached.options(&mut again));
            self.subject.again = again.into();
        }
    }
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plugin").field("plugin", &self.subject.again.plugin).finish_non_exhaustive()
    }
}
