//! Test suites that are plugins themselves, in the form of the `xtp-test` libraries: they export
//! `test`, and import from `xtp:test/harness` what calls the tested plugin and takes assertions.
//!
//! The runner they were written for is closed. What it does is taken from the libraries, xtp-test
//! 0.0.1 for Rust, and those for JavaScript, Go and Zig (dylibso/xtp-test-*), from the `xtp.toml` of public
//! plugins, and from the CLI's documentation. Where these leave it open, `docs/xtp.md` says what is done.

mod again;
mod board;
mod functions;
mod notes;
mod report;
mod toml;

use std::time::Duration;

use crate::artifact::module::Module;
use crate::artifact::source::Source;
use crate::engine::host::Host;
use crate::engine::limits::Limits;
use crate::engine::plugin::Plugin;
use crate::error::{Error, Result};
use crate::import::{KERNEL, WASI};

use again::{again, named};
use board::Board;

pub use report::{Assertion, Group, Report};
pub use toml::{Input, Test, Tests};

/// A test plugin, and the plugin that it tests.
///
/// ```
/// use plugsmith_harness::xtp::Suite;
///
/// // What the libraries make of: assert!("one is one", true)
/// let test = br#"(module
///   (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
///   (import "extism:host/env" "store_u8" (func $store (param i64 i32)))
///   (import "xtp:test/harness" "assert" (func $assert (param i64 i64 i64)))
///   (memory (export "memory") 1)
///   (func (export "test") (result i32) (local $name i64)
///     (local.set $name (call $alloc (i64.const 1)))
///     (call $store (local.get $name) (i32.const 49))
///     (call $assert (local.get $name) (i64.const 1) (i64.const 0))
///     (i32.const 0)))"#;
/// let plugin = br#"(module (memory (export "memory") 1))"#;
/// let report = Suite::new(&plugin[..], &test[..]).run()?;
/// assert!(report.passed());
/// assert_eq!(report.to_string(), "test 1 ... ok\n");
/// # Ok::<(), plugsmith_harness::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "a suite does nothing until it is run"]
pub struct Suite {
    plugin: Source,
    test: Source,
    mock_input: Option<Vec<u8>>,
    host: Host,
}

/// How many calls of the tested plugin may take their whole time.
const MOST_CALLS: u32 = 30;

impl Suite {
    /// The plugin, and the test plugin for it.
    pub fn new(plugin: impl Into<Source>, test: impl Into<Source>) -> Suite {
        Suite { plugin: plugin.into(), test: test.into(), mock_input: None, host: Host::new() }
    }

    /// With what `mock_input` answers.
    pub fn mock_input(mut self, input: impl Into<Vec<u8>>) -> Suite {
        self.mock_input = Some(input.into());
        self
    }

    /// With this host for the tested plugin; see [`Host::link`] for a plugin that mocks its imports.
    pub fn host(mut self, host: Host) -> Suite {
        self.host = host;
        self
    }

    /// Runs the suite.
    ///
    /// # Errors
    /// What keeps either plugin from being loaded, and [`Error::InvalidModule`] for a test plugin
    /// without `test`, which is named. A suite that fails is a [`Report`].
    pub fn run(self) -> Result<Report> {
        let (test, module) = read(&self.test, "test.wasm")?;
        if let Some(mock) = &self.host.linked {
            read(mock, "host.wasm")?;
        }
        if !has_test(&module) {
            return Err(Error::InvalidModule { reason: self.without_test() });
        }
        let again = again(&self.plugin, &self.test, &self.host, self.mock_input.as_deref());
        let input = self.mock_input;
        // A plugin that mocks the host may ask for the input, too, and for nothing else of these.
        // A runtime has the functions that its host gives it, and loads nothing that asks for others.
        let keeps =
            self.host.context.with(|host| !host.kv.is_empty() || host.store.iter(host.clock.now()).next().is_some());
        let host = if keeps { self.host.sealed() } else { self.host.only_given_functions() };
        let answers = host.functions(vec![functions::mock_input(input.clone())]);
        let limits = answers.limits;
        let file = self.plugin.label();
        let subject = Plugin::load_in(self.plugin, answers).map_err(|error| in_file(&file, error))?;
        let board = Board::new(subject, &limits);
        let fuel = limits.fuel.max(Limits::default().fuel);
        // The limit of time is that of one call, of which a suite makes many.
        let time = limits.timeout.map_or(Duration::MAX, |timeout| timeout.saturating_mul(MOST_CALLS));
        let host = Host::new().fuel(fuel).timeout(time).functions(functions::all(&module, &board, input));
        let source = match self.test {
            Source::Path(path) => Source::Path(path),
            Source::Bytes(_) => Source::Bytes(test),
        };
        let mut test = Plugin::load_in(source, host)?;
        let outcome = test.call::<Vec<u8>>("test", "");
        let result = outcome.result.as_ref().map(|_| ()).map_err(|error| match board.stopped() {
            Some(stopped) => stopped,
            None => error.clone(),
        });
        let report = match result {
            Ok(()) => String::new(),
            Err(_) => outcome.report_with(Some(again)),
        };
        Ok(board.report(result.err(), report))
    }

    /// Why the test plugin is none, and whether the two are in each other's place.
    fn without_test(&self) -> String {
        let test = named(&self.test, "test.wasm");
        let reason = format!("the test plugin {test} exports no `test`, which is what an xtp-test suite is run by");
        match self.plugin.clone().read().and_then(|plugin| Module::parse(&plugin)) {
            Ok(module) if has_test(&module) => {
                format!("{reason}; the tested plugin {} does: swap the two", self.plugin.label())
            }
            _ => reason,
        }
    }
}

/// The bytes and the module of one of the files.
fn read(source: &Source, bytes: &str) -> Result<(Vec<u8>, Module)> {
    let read = || {
        let read = source.clone().read()?;
        let module = Module::parse(&read)?;
        Ok((read, module))
    };
    read().map_err(|error| in_file(&named(source, bytes), error))
}

/// Which of the files does not load, and why.
fn in_file(file: &str, error: Error) -> Error {
    match error {
        Error::InvalidModule { reason } => Error::InvalidModule { reason: format!("{file}: {reason}") },
        // The real runtime loads nothing that an import keeps from it.
        Error::MissingImport { import } if import.module != KERNEL && import.module != WASI => Error::InvalidModule {
            reason: format!(
                "{file}: nothing answers `{}.{}`, which it imports: give it a mock of its host, `--mock-host host.wasm`, \
                 a plugin that exports `{}`; from Rust: `Host::link`",
                import.module, import.name, import.name
            ),
        },
        error => error,
    }
}

fn has_test(module: &Module) -> bool {
    module.callable().any(|name| name == "test")
}
