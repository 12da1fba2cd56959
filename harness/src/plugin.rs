//! A plugin under test.

use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use plugsmith::Value;
use plugsmith::protocol::arguments::{self, Encoding};
use plugsmith::protocol::resp;
use plugsmith::testing::FakeHost;
use plugsmith::{Input, Output};

use crate::arguments::Arguments;
use crate::compiled::{self, Compiled};
use crate::dispatch;
use crate::error::{Error, Result};
use crate::failure;
use crate::host::{Host, Running};
use crate::module::{Module, is_callable};
use crate::outcome::Outcome;
use crate::trace;

/// An artifact in a host of its own: loaded once, a fresh instance for this test, and another
/// after every trap.
pub struct Plugin {
    compiled: Arc<Compiled>,
    running: Rc<Running>,
    /// `None` before the first call and after a trap.
    instance: Option<extism::Plugin>,
    /// The variables that a fresh instance starts with.
    initial_vars: std::collections::BTreeMap<String, Vec<u8>>,
    /// The traces of the calls so far.
    traces: Vec<String>,
    /// What the command line calls this artifact.
    label: String,
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
    /// # Errors
    /// A missing file, an invalid module, imports that no host can have.
    pub fn load(source: impl Into<Source>) -> Result<Plugin> {
        Plugin::load_in(source, Host::new())
    }

    /// Loads an artifact into this host.
    ///
    /// # Errors
    /// As [`Plugin::load`], and a mock whose types are not the import's.
    pub fn load_in(source: impl Into<Source>, host: Host) -> Result<Plugin> {
        let source = source.into();
        let label = source.label();
        let wasm = source.read()?;
        let compiled = compiled::get(&wasm, host.limits)?;
        dispatch::check(&host, &compiled.module)?;
        let initial_vars = host.context.with(|host| host.vars.clone());
        let mut plugin =
            Plugin { compiled, running: Running::new(host), instance: None, initial_vars, traces: Vec::new(), label };
        plugin.instantiate()?;
        Ok(plugin)
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
        let arguments = arguments.into_values();
        let mut call = name.to_owned();
        let mut words = format!("run {} {}", self.label, quote(name));
        for argument in &arguments {
            call.push(' ');
            call.push_str(&trace::render_value(argument));
            words.push(' ');
            words.push_str(&quote(&String::from_utf8_lossy(&arguments::encode_one(argument))));
        }
        let input = arguments::encode(&arguments, Encoding::Resp);
        let outcome = self.run(name, &input, call, words).map(|output| {
            let value = resp::decode(&output)
                .map_err(|error| Error::BadOutput { function: name.to_owned(), reason: error.to_string() })?;
            let shown = trace::render_value(&value);
            Ok((value, shown))
        });
        self.finish(outcome)
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
        let shown = trace::render_bytes(&input);
        let call = if input.is_empty() { function.to_owned() } else { format!("{function} {shown}") };
        let words =
            format!("call {} {} --input {}", self.label, quote(function), quote(&String::from_utf8_lossy(&input)));
        let outcome = self.run(function, &input, call, words).map(|output| {
            let shown = if output.is_empty() { String::new() } else { trace::render_bytes(&output) };
            let value =
                O::from_input(&output).map_err(|reason| Error::BadOutput { function: function.to_owned(), reason })?;
            Ok((value, shown))
        });
        self.finish(outcome)
    }

    /// What happened in all calls so far; see [`Outcome::trace`].
    pub fn trace(&self) -> String {
        self.traces.join("\n\n")
    }

    /// The value of a key in storage, now.
    pub fn storage(&self, key: &str) -> Option<Value> {
        self.host(|host| host.store.get(key, host.clock.now()).cloned())
    }

    /// The bytes of a key that `kv_write` wrote.
    pub fn kv(&self, key: &str) -> Option<Vec<u8>> {
        self.host(|host| host.kv.get(key).cloned())
    }

    /// The bytes of a variable of the instance.
    pub fn var(&self, key: &str) -> Option<Vec<u8>> {
        self.host(|host| host.vars.get(key).cloned())
    }

    /// Lets time pass in the host: keys expire, clocks move.
    pub fn advance(&mut self, by: Duration) {
        self.host(|host| host.clock.advance(by));
    }

    /// What the artifact is made of.
    pub fn module(&self) -> &Module {
        &self.compiled.module
    }

    /// Works on the host's state itself.
    pub fn host<T>(&self, work: impl FnOnce(&mut FakeHost) -> T) -> T {
        self.running.host.context.with(work)
    }

    /// A fresh instance: the guest's memory and variables start anew, the host's keys stay.
    ///
    /// # Errors
    /// The artifact cannot be instantiated.
    pub fn restart(&mut self) -> Result<()> {
        self.instance = None;
        self.instantiate()
    }

    fn instantiate(&mut self) -> Result<()> {
        if self.instance.is_some() {
            return Ok(());
        }
        crate::abi::take_made();
        self.running.memories.borrow_mut().clear();
        let compiled = &self.compiled;
        let running = &self.running;
        let instance = running.enter(|| extism::Plugin::new_from_compiled(&compiled.plugin));
        running.adopt_memories();
        let vars = self.initial_vars.clone();
        self.host(|host| host.vars = vars);
        self.instance = Some(instance.map_err(|error| failure::load(&error, &self.running.host.limits))?);
        Ok(())
    }

    /// One call: bytes in, bytes out, and everything between.
    fn run(&mut self, function: &str, input: &[u8], call: String, words: String) -> Outcome<Vec<u8>> {
        self.running.events.take();
        self.running.failure.take();
        self.running.error.take();
        let started = Instant::now();
        let result =
            self.exported(function).and_then(|()| self.instantiate()).and_then(|()| self.enter(function, input));
        let duration = started.elapsed();
        self.running.adopt_memories();
        // Extism fills the fuel up before each call.
        let fuel = self.instance.as_ref().and_then(extism::Plugin::fuel_consumed).unwrap_or(0);
        let memory = self.running.memories.borrow().last().and_then(std::sync::Weak::upgrade);
        let pages = memory.map_or(0, |memory| memory.size() as u64 / 65536);
        if matches!(&result, Err(error) if failure::breaks_instance(error)) {
            self.instance = None;
        }
        Outcome {
            result,
            call,
            shown: String::new(),
            events: self.running.events.take(),
            fuel,
            pages,
            duration,
            replay: format!("cargo plugsmith {words}"),
        }
    }

    fn exported(&self, function: &str) -> Result<()> {
        let module = &self.compiled.module;
        match module.exports.get(function) {
            Some(signature) if is_callable(signature) => Ok(()),
            Some(signature) => Err(Error::BadSignature {
                artifact: signature.render(function),
                other: "but Extism calls `() -> i32` or `()`".to_owned(),
            }),
            None => Err(Error::MissingExport {
                name: function.to_owned(),
                available: module.callable().map(str::to_owned).collect(),
            }),
        }
    }

    fn enter(&mut self, function: &str, input: &[u8]) -> Result<Vec<u8>> {
        let Some(instance) = &mut self.instance else { return Ok(Vec::new()) };
        let result = self.running.enter(|| instance.call::<&[u8], &[u8]>(function, input).map(<[u8]>::to_vec));
        // A host function's verdict stands, whatever the guest made of it.
        match (self.running.failure.take(), result) {
            (Some(failure), _) => Err(failure),
            // Extism's contract: whoever sets an error has failed, whatever it returns.
            (None, Ok(output)) => match self.running.error.take() {
                Some(message) => Err(failure::answered(message)),
                None => Ok(output),
            },
            (None, Err(error)) => {
                let message = self.running.error.take();
                Err(failure::call(&error, message, &self.running.host.limits))
            }
        }
    }

    fn finish<T>(&mut self, outcome: Outcome<T>) -> Outcome<T> {
        self.traces.push(outcome.trace());
        outcome
    }
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plugin").field("label", &self.label).finish_non_exhaustive()
    }
}

/// Where an artifact comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A file, wasm or wasm's text format.
    Path(PathBuf),
    /// The bytes themselves.
    Bytes(Vec<u8>),
}

impl From<&Path> for Source {
    fn from(path: &Path) -> Source {
        Source::Path(path.to_owned())
    }
}

impl From<PathBuf> for Source {
    fn from(path: PathBuf) -> Source {
        Source::Path(path)
    }
}

impl From<&str> for Source {
    fn from(path: &str) -> Source {
        Source::Path(path.into())
    }
}

impl From<Vec<u8>> for Source {
    fn from(bytes: Vec<u8>) -> Source {
        Source::Bytes(bytes)
    }
}

impl From<&[u8]> for Source {
    fn from(bytes: &[u8]) -> Source {
        Source::Bytes(bytes.to_vec())
    }
}

impl Source {
    fn label(&self) -> String {
        match self {
            Source::Path(path) => quote(&path.display().to_string()),
            Source::Bytes(_) => "plugin.wasm".to_owned(),
        }
    }

    fn read(self) -> Result<Vec<u8>> {
        let bytes = match self {
            Source::Bytes(bytes) => bytes,
            Source::Path(path) => std::fs::read(&path).map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => Error::MissingArtifact { path },
                _ => Error::File { path, reason: error.to_string() },
            })?,
        };
        if bytes.starts_with(b"\0asm") {
            return Ok(bytes);
        }
        // Fixtures are easier to read as text.
        wat::parse_bytes(&bytes)
            .map(std::borrow::Cow::into_owned)
            .map_err(|error| Error::InvalidModule { reason: error.to_string() })
    }
}

/// A word for a shell.
fn quote(word: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./:=@%+,".contains(&b);
    if !word.is_empty() && word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
