//! A plugin under test.

mod blocks;
mod guest;
mod instance;
mod state;

use std::any::Any;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use plugsmith::Value;
use plugsmith::protocol::arguments::{self, Encoding};
use plugsmith::protocol::resp;
use plugsmith::testing::calls::{CallInput, CallOutput, EntryCall};
use plugsmith::{Input, Output};

use crate::artifact::build::{self, Features};
use crate::artifact::callers;
use crate::artifact::module::Module;
use crate::artifact::origin;
use crate::artifact::source::Source;
use crate::artifact::symbols;
use crate::engine::arguments::Arguments;
use crate::engine::attached::{self, Attach, Attached, Ended, Loading};
use crate::engine::below::Below;
use crate::engine::compiled::{self, Compiled};
use crate::engine::failure;
use crate::engine::fit;
use crate::engine::host::Host;
use crate::engine::ledger::Ledger;
use crate::engine::running::Running;
use crate::engine::watch::{Watch, Watched};
use crate::error::{Error, Result};
use crate::trace::again::Again;
use crate::trace::call::{Call, Shown, What};
use crate::trace::event::{self, Event, Excerpt};
use crate::trace::history::History;
use crate::trace::outcome::Outcome;
use crate::trace::spent::Spent;

/// An artifact in a host of its own: loaded once, a fresh instance for this test, and another
/// after every trap.
pub struct Plugin {
    compiled: Arc<Compiled>,
    pub(crate) running: Rc<Running>,
    /// What the host hangs onto it.
    attached: Vec<Rc<dyn Attached>>,
    /// Whether an instance that trapped goes on answering, as with any Extism SDK that is not told otherwise.
    pub(crate) outlives_traps: bool,
    /// `None` before the first call and after a trap.
    instance: Option<extism::Plugin>,
    /// The variables that a fresh instance starts with.
    initial_vars: std::collections::BTreeMap<String, Vec<u8>>,
    /// Keys that have expired, and of which no hook was told yet.
    pub(crate) expired: Vec<String>,
    /// The traces of the calls so far.
    traces: History,
    /// What the command line calls this artifact.
    again: Arc<Again>,
    /// The artifact's file, if it came from one.
    artifact: Option<PathBuf>,
    /// The folder of the artifact's crate, if that is known.
    folder: Option<PathBuf>,
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
        let again = host.with_parts(host.again_for_call(source.label())).into();
        let artifact = match &source {
            Source::Path(path) => Some(path.clone()),
            Source::Bytes(_) => None,
        };
        let wasm = source.read_with_records()?;
        let compiled = compiled::get(&wasm, &host)?;
        origin::refuse_leaks(&compiled.module, artifact.as_deref())?;
        callers::tell_of_prints(&compiled.module, &compiled.wasm, artifact.as_deref());
        Plugin::of_compiled(compiled, host, again, artifact)
    }

    /// An instance of this compilation.
    pub(crate) fn of_compiled(
        compiled: Arc<Compiled>,
        mut host: Host,
        again: Arc<Again>,
        artifact: Option<PathBuf>,
    ) -> Result<Plugin> {
        let parts = host.take_parts();
        Plugin::with(compiled, host, parts, Vec::new(), again, artifact)
    }

    /// An instance of this compilation, on which something hangs already.
    pub(crate) fn of_attached(
        compiled: Arc<Compiled>,
        mut host: Host,
        again: Arc<Again>,
        attached: Vec<Rc<dyn Attached>>,
    ) -> Result<Plugin> {
        let parts = host.take_parts();
        Plugin::with(compiled, host, parts, attached, again, None)
    }

    fn with(
        compiled: Arc<Compiled>,
        mut host: Host,
        parts: Vec<Box<dyn Attach>>,
        mut attached: Vec<Rc<dyn Attached>>,
        again: Arc<Again>,
        artifact: Option<PathBuf>,
    ) -> Result<Plugin> {
        let name = artifact.as_deref().and_then(Path::file_stem).map(|name| name.to_string_lossy().into_owned());
        host.ledger = Ledger::of(&compiled.wasm, artifact.as_deref());
        let (host, below) = (Rc::new(host), Rc::default());
        let loading = Loading { compiled: &compiled, host: &host, below: &below, name: name.as_deref() };
        for part in parts {
            attached.extend(part.attach(&loading)?);
        }
        fit::check(&host, &compiled, |import| attached.iter().find_map(|attached| attached.signature(import)))?;
        let mut plugin = Plugin { again, artifact, ..Plugin::bare(compiled, host, attached, below) };
        plugin.instantiate()?;
        Ok(plugin)
    }

    /// Another plugin of a compilation and a host, on which nothing hangs: for what hangs on the first.
    pub(crate) fn service(compiled: Arc<Compiled>, host: Rc<Host>) -> Plugin {
        Plugin::bare(compiled, host, Vec::new(), Rc::default())
    }

    /// Another instance of this plugin in the same host, for what the host calls while this one runs.
    pub(crate) fn sibling(&self) -> Plugin {
        Plugin::service(Arc::clone(&self.compiled), Rc::clone(&self.running.host))
    }

    fn bare(compiled: Arc<Compiled>, host: Rc<Host>, attached: Vec<Rc<dyn Attached>>, below: Rc<Below>) -> Plugin {
        Plugin {
            compiled,
            initial_vars: host.context.with(|host| host.vars.clone()),
            running: Running::new(host, attached::answers(&attached), below),
            attached,
            outlives_traps: false,
            instance: None,
            expired: Vec::new(),
            traces: History::default(),
            again: Arc::default(),
            artifact: None,
            folder: None,
            recorder: None,
            edges: Vec::new(),
        }
    }

    /// The artifact's file, if it came from one.
    pub(crate) fn artifact(&self) -> Option<&Path> {
        self.artifact.as_deref()
    }

    /// The artifact's bytes.
    pub(crate) fn wasm(&self) -> &[u8] {
        &self.compiled.wasm
    }

    /// What hangs on it, if it is of this type.
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
        let outcome = self.outcome(name, What::Command(arguments), result, spent).map(|output| {
            let value = reply(name, &output)?;
            let shown = Shown::Text(event::render_value(&value));
            let value = read(value).map_err(|reason| Error::BadOutput { function: name.to_owned(), reason })?;
            Ok((value, shown))
        });
        self.finish(outcome)
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
            Ok(CallInput::Function(input)) => self.call_as(name, input, |output| {
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
        let input =
            input.into_output().unwrap_or_else(|error| panic!("the input of `{function}` has no bytes: {error}"));
        self.call_as(function, input, |output| {
            O::from_output(&output).map_err(|reason| format!("{reason}: {}", event::render_bytes(&output)))
        })
    }

    fn call_as<O>(
        &mut self,
        function: &str,
        input: Vec<u8>,
        read: impl FnOnce(Vec<u8>) -> Result<O, String>,
    ) -> Outcome<O> {
        let (result, spent) = self.invoke(function, &input);
        let outcome = self.outcome(function, What::Function(input), result, spent).map(|output| {
            let shown = Shown::Bytes(Excerpt::of(&output));
            let value = read(output).map_err(|reason| Error::BadOutput { function: function.to_owned(), reason })?;
            Ok((value, shown))
        });
        self.finish(outcome)
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
        self.traces.render()
    }

    /// What the artifact is made of.
    pub fn module(&self) -> &Module {
        &self.compiled.module
    }

    /// One call: bytes in, bytes out, and everything between.
    pub(crate) fn invoke(&mut self, function: &str, input: &[u8]) -> (Result<Vec<u8>>, Spent) {
        self.running.begin();
        let watched = self.running.watched.borrow().clone();
        if let Some(Watched { watch, depth }) = &watched {
            watch.enters(function, input, *depth);
        }
        self.attached.iter().for_each(|attached| attached.begins());
        let started = Instant::now();
        let result = self
            .compiled
            .module
            .entry(function)
            .and_then(|()| self.instantiate())
            .and_then(|()| self.enter(function, input));
        let duration = started.elapsed();
        self.running.end_printed();
        self.running.adopt_memories();
        let host_calls = self.running.host_calls();
        // Extism fills the fuel up before each call. Of code that its timeout interrupts nobody knows the fuel:
        // wasmtime keeps count in a register until the next call.
        let limits = &self.running.host.limits;
        let is_interrupted = matches!(&result, Err(Error::TimedOut { .. }))
            && limits.timeout.is_some_and(|timeout| self.running.wasi.slept() < timeout);
        let own = if is_interrupted { 0 } else { self.fuel_of_last_call() };
        let fuel = own + self.running.below.spent.take().fuel;
        let result = within(limits.fuel, fuel, result);
        let result = self.in_time(function, fuel, result).map_err(|error| self.running.wasi.waited_in_vain(error));
        if let Some(edges) = self.compiled.module.edges {
            self.edges = self.running.take_edges(edges).unwrap_or_default();
        }
        let pages = self.running.guest_memory().map_or(0, |memory| memory.size() as u64 / 65536);
        let only_once = self.running.host.grants.fresh_instances || function == "_start";
        // After `_start`, too, Extism makes a fresh instance.
        let outlived = self.outlives_traps && matches!(&result, Err(Error::Trapped { .. }));
        if only_once || matches!(&result, Err(error) if !outlived && failure::breaks_instance(error)) {
            self.discard();
        }
        let mut crossed = std::mem::take(&mut self.running.call.borrow_mut().crossed);
        crossed.bytes_in = input.len() as u64;
        crossed.bytes_out = result.as_ref().map_or(0, |output| output.len() as u64);
        let spent = Spent { fuel, host_calls, pages, duration, crossed };
        self.running.host.ledger.note(function, &result, &spent);
        let ended = Ended { export: function, spent: &spent };
        let judged = self.attached.iter().try_for_each(|attached| attached.ended(&ended));
        let result = result.and_then(|output| judged.map(|()| output));
        if let Some(Watched { watch, depth }) = &watched {
            watch.leaves(result.as_deref(), *depth);
        }
        (result, spent)
    }

    /// A result, unless the call took longer than its command's `timeout_ms`: what it slept in the test's clock,
    /// and a millisecond for each million of fuel, so that it takes as long on every machine.
    fn in_time(&self, function: &str, fuel: u64, result: Result<Vec<u8>>) -> Result<Vec<u8>> {
        const FUEL_PER_MILLISECOND: u64 = 1_000_000;
        let command = self.compiled.module.commands().find(|command| command.name == function);
        let Some(milliseconds) = command.and_then(|command| command.timeout_ms) else { return result };
        let taken = self.running.wasi.slept() + Duration::from_millis(fuel / FUEL_PER_MILLISECOND);
        match result {
            Ok(_) | Err(Error::OutOfFuel { .. } | Error::TimedOut { .. })
                if taken >= Duration::from_millis(milliseconds) =>
            {
                Err(Error::TimedOut { milliseconds })
            }
            // Of a call that was interrupted nobody knows the fuel, but it had more time than the command has.
            Err(Error::TimedOut { milliseconds: limit }) if limit >= milliseconds => {
                Err(Error::TimedOut { milliseconds })
            }
            result => result,
        }
    }

    /// Fuel used since it was last filled up.
    pub(crate) fn fuel_of_last_call(&self) -> u64 {
        self.instance.as_ref().and_then(extism::Plugin::fuel_consumed).unwrap_or(0)
    }

    fn outcome(&self, name: &str, what: What, result: Result<Vec<u8>>, spent: Spent) -> Outcome<Vec<u8>> {
        self.outcome_of(name, what, (result, Shown::Text(String::new())), self.take_events(), spent)
    }

    pub(crate) fn outcome_of<T>(
        &self,
        name: &str,
        what: What,
        (result, shown): (Result<T>, Shown),
        events: Vec<Event>,
        spent: Spent,
    ) -> Outcome<T> {
        Outcome {
            result,
            call: Call { again: Arc::clone(&self.again), earlier: self.traces.len(), name: name.to_owned(), what },
            shown,
            events,
            fuel: spent.fuel,
            pages: spent.pages,
            duration: spent.duration,
            crossed: Box::new(spent.crossed),
        }
    }

    /// What happened since the last call of this.
    pub(crate) fn take_events(&self) -> Vec<Event> {
        let events = std::mem::take(&mut self.running.call.borrow_mut().events);
        events.into_events().into_iter().chain(self.running.below.events.take()).collect()
    }

    fn enter(&mut self, function: &str, input: &[u8]) -> Result<Vec<u8>> {
        self.running.host.refuse_binary_input(function, input)?;
        let Some(instance) = &mut self.instance else { return Ok(Vec::new()) };
        let result = self.running.enter(|| instance.call::<&[u8], ()>(function, input));
        // A host function's verdict stands, whatever the guest made of it.
        match (self.running.below.failure.take(), result) {
            (Some(failure), _) => Err(failure),
            // Extism's contract: whoever sets an error has failed, whatever it returns.
            (None, Ok(())) => match self.running.take_error() {
                Some(message) => Err(self.running.answered(message)),
                None => self.running.output(function),
            },
            (None, Err(error)) => {
                let message = self.running.take_error();
                let mut failure = match failure::call(&error, message, &self.running.host.limits) {
                    Error::Plugin { message } => self.running.answered(message),
                    failure => failure,
                };
                if let Error::Trapped { frames, .. } = &mut failure {
                    let found = self.frames(&failure::addresses(&error));
                    if !found.is_empty() {
                        *frames = failure::of_the_author(found);
                    }
                }
                Err(failure)
            }
        }
    }

    /// Notes the crate that this is the plugin of; a shell names it by its folder, so that the call
    /// that is made again is one of the sources as they are then.
    pub(crate) fn belongs_to(&mut self, folder: &Path, features: &Features) {
        if let Some(name) = build::label(folder, features) {
            let mut again = self.running.host.again_for_call(name);
            self.attached.iter().for_each(|attached| attached.options(&mut again));
            self.again = again.into();
        }
        self.folder = Some(folder.to_owned());
    }

    /// The frames at these addresses, named by line tables: the artifact's, or its twin's.
    fn frames(&self, addresses: &[u64]) -> Vec<String> {
        let wasm = &self.compiled.wasm;
        let own = symbols::frames(wasm, addresses);
        match &self.artifact {
            Some(artifact) if own.is_empty() => {
                symbols::frames_of_twin(wasm, artifact, self.folder.as_deref(), addresses).unwrap_or_default()
            }
            _ => own,
        }
    }

    pub(crate) fn finish<T>(&mut self, outcome: Outcome<T>) -> Outcome<T> {
        self.traces.push(outcome.past());
        outcome
    }
}

/// A result, unless the call and what it led to used more fuel together than there is for a call.
pub(crate) fn within<T>(limit: u64, fuel: u64, result: Result<T>) -> Result<T> {
    match result {
        Err(error) if failure::breaks_instance(&error) => Err(error),
        _ if fuel > limit => Err(Error::OutOfFuel { limit }),
        result => result,
    }
}

/// The reply of a command in its output.
pub(crate) fn reply(name: &str, output: &[u8]) -> Result<Value> {
    resp::decode(output).map_err(|error| Error::BadOutput {
        function: name.to_owned(),
        reason: format!("{error}: {}", event::render_bytes(output)),
    })
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plugin").field("plugin", &self.again.plugin).finish_non_exhaustive()
    }
}
