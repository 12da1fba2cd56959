//! The host of a Query server: `plugin(name, function, input, options)`, as JavaScript calls it.
//!
//! It follows gc-victor/query 0.12.49 (crates/runtime/src/plugin.rs) on extism 1.11.1: WASI on, no
//! host functions, no headers of HTTP responses, a fresh instance for each call. A plugin that is not there and options that
//! cannot be read are exceptions, which JavaScript can catch. Everything that goes wrong in the
//! plugin itself is a panic of the server's, which it cannot: the client gets a 500 without a body.

mod answer;
mod options;
mod plugins;

use std::collections::BTreeMap;
use std::time::Duration;

use plugsmith::testing::{FakeHost, HttpMatch, HttpReply, SeededRandom};

pub use answer::{Answer, Failure, JavaScript};
pub use plugins::{Entry, Plugins, file_name};

use super::extism::{Manifest, Wasm, grant};
use crate::artifact::source::Source;
use crate::engine::host::Host;
use crate::engine::plugin::Plugin;
use crate::error::{Error, Result};
use crate::trace::outcome::Outcome;
pub use options::Options;
use options::PluginConfig;

/// A Query server with its plugins.
///
/// ```
/// use plugsmith_harness::hosts::query::{JavaScript, Query};
///
/// let wat = br#"(module
///   (import "extism:host/env" "input_offset" (func $offset (result i64)))
///   (import "extism:host/env" "input_length" (func $length (result i64)))
///   (import "extism:host/env" "output_set" (func $output (param i64 i64)))
///   (func (export "echo") (call $output (call $offset) (call $length))))"#;
/// let mut query = Query::new().push("query-plugin-echo.wasm", &wat[..])?;
/// assert_eq!(query.plugin("query-plugin-echo.wasm", "echo", "hello", None).unwrap(), "hello");
///
/// let crash = query.plugin("query-plugin-echo.wasm", "ecco", "hello", None);
/// assert_eq!(crash.javascript(), JavaScript::Crashed);
/// assert_eq!(crash.unwrap_err().to_string(), "no export `ecco`; there is `echo`");
/// # Ok::<(), plugsmith_harness::Error>(())
/// ```
#[derive(Debug)]
pub struct Query {
    plugins: BTreeMap<String, Vec<u8>>,
    /// Time, randomness and the network, which outlive each call.
    world: FakeHost,
}

impl Default for Query {
    fn default() -> Query {
        Query::new()
    }
}

impl Query {
    /// A server without plugins; its clock and randomness are the harness's, as in [`Host`].
    pub fn new() -> Query {
        let world = Host::new().context.with(|host| host.clone());
        Query { plugins: BTreeMap::new(), world }
    }

    /// With a plugin under this exact name, as `query plugin push` stores a file under its own.
    ///
    /// # Errors
    /// A missing file, bytes that are no module.
    pub fn push(mut self, name: &str, wasm: impl Into<Source>) -> Result<Query> {
        self.plugins.insert(name.to_owned(), wasm.into().read()?);
        Ok(self)
    }

    /// With a reply to the requests that match `"METHOD url-pattern"` or an [`HttpMatch`], of
    /// plugins whose options allow the host. See [`HttpReply`].
    ///
    /// # Panics
    /// A pattern without a method, and a status that no server sends.
    #[must_use]
    #[track_caller]
    pub fn http(mut self, requests: impl Into<HttpMatch>, reply: impl Into<HttpReply>) -> Query {
        self.world.http.add(requests, reply);
        self
    }

    /// With this wall time, since 1970.
    #[must_use]
    pub fn clock(mut self, since_epoch: Duration) -> Query {
        self.world.clock.set(since_epoch);
        self
    }

    /// With the random sequence of this seed.
    #[must_use]
    pub fn random_seed(mut self, seed: u64) -> Query {
        self.world.random = SeededRandom::new(seed);
        self
    }

    /// Lets time pass.
    pub fn advance(&mut self, by: Duration) {
        self.world.clock.advance(by);
    }

    /// Calls a function of a plugin, as JavaScript's `plugin(name, function, input, options)` does;
    /// `None` is its `null`.
    pub fn plugin(&mut self, name: &str, function: &str, input: &str, options: Option<&str>) -> Answer {
        self.plugin_with(name, function, input, options.map_or(Options::Null, Options::Text))
    }

    /// As [`Query::plugin`], with a fourth argument that the server may refuse: left out, or an object.
    ///
    /// ```
    /// use plugsmith_harness::hosts::query::{JavaScript, Options, Query};
    ///
    /// let mut query = Query::new().push("query-plugin-up.wasm", &br#"(module (func (export "run")))"#[..])?;
    /// let answer = query.plugin_with("query-plugin-up.wasm", "run", "", Options::Missing);
    /// assert!(matches!(answer.javascript(), JavaScript::Threw(message) if message.starts_with("TypeError: ")));
    /// # Ok::<(), plugsmith_harness::Error>(())
    /// ```
    pub fn plugin_with(&mut self, name: &str, function: &str, input: &str, options: Options<'_>) -> Answer {
        let result = match options.text() {
            Ok(options) => self.call(name, function, input, options),
            Err(error) => Err(Failure::Exception(error)),
        };
        let arguments = [Some(Some(name)), Some(Some(function)), Some(Some(input)), options.shown()];
        Answer::new(arguments.into_iter().flatten(), result)
    }

    /// In the server's own order: the plugin is found, the options are read, it is loaded and called.
    fn call(
        &mut self,
        name: &str,
        function: &str,
        input: &str,
        options: Option<&str>,
    ) -> std::result::Result<Outcome<String>, Failure> {
        let Some(wasm) = self.plugins.get(name) else {
            return Err(Failure::Exception(Error::MissingPlugin {
                name: name.to_owned(),
                available: self.plugins.keys().cloned().collect(),
            }));
        };
        let options = PluginConfig::parse(options).map_err(Failure::Exception)?;
        let host = self.host(&options.manifest(Wasm::data(wasm.as_slice())));
        // What is read is the module that `push` has made sure of.
        let mut plugin = Plugin::load_in(wasm.as_slice(), host).map_err(Failure::Crash)?;
        let outcome = plugin.call::<String>(function, input);
        self.world = plugin.host(|host| host.clone());
        Ok(outcome)
    }

    /// The host of one call.
    fn host(&self, manifest: &Manifest) -> Host {
        let host = Host::new().without_functions().without_response_headers();
        host.context.with(|host| *host = FakeHost { vars: BTreeMap::new(), ..self.world.clone() });
        host.context.with(|host| host.config.clear());
        grant(manifest, host)
    }
}
