//! The host of a plugin under test. It is strict: whatever the test has not put there fails the test.

mod grants;
mod text;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use plugsmith::protocol::host_functions::{HostClosure, HostFunction};
use plugsmith::testing::{FakeHost, HeldLimits, HttpMatch, HttpReply, MockContext, SeededRandom};
use plugsmith::{DataType, Value};

use crate::artifact::source::Source;
use crate::engine::ledger::Ledger;
use crate::engine::limits::Limits;
use crate::engine::parts::Parts;

pub(crate) use grants::{Download, Grants};

/// The host of a plugin under test.
///
/// Storage, kv, configuration, variables, log, clock and randomness are there, in memory, and
/// empty. HTTP and the author's own host functions are not: a call that the test does not expect
/// fails it, and the failure prints the line to add. An import that is not called needs no mock here;
/// in [`hosts!`](crate::hosts!) and [`hosts::extism`](crate::hosts::extism) it does, as in the SDKs.
///
/// ```no_run
/// // Needs the plugin of the crate it stands in.
/// use plugsmith_harness::{Host, plugin, plugsmith::HttpResponse};
///
/// let mut plugin = plugin!(
///     Host::new()
///         .config("user", "Ada")
///         .storage("greeted", 41)
///         .http("GET https://api.example.com/*", HttpResponse::new(200, "data"))
/// );
/// assert_eq!(plugin.command("GREET", ["Ada"]).unwrap(), "Hello, Ada!");
/// ```
#[must_use]
pub struct Host {
    pub(crate) context: MockContext,
    pub(crate) functions: Vec<HostFunction>,
    /// By import name, in whichever module the artifact has it.
    pub(crate) closures: BTreeMap<String, HostFunction>,
    pub(crate) limits: Limits,
    pub(crate) wasi: bool,
    pub(crate) grants: Grants,
    /// A plugin whose exports answer imports.
    pub(crate) linked: Option<Source>,
    /// The other modules of a manifest, by the names that plugins import from.
    pub(crate) modules: Modules,
    /// How many of the functions are the host's own services: the last ones.
    pub(crate) services: usize,
    /// What hangs something onto its plugins, until they are loaded.
    pub(crate) parts: Parts,
    pub(crate) ledger: Ledger,
}

/// Modules by their names, as they are in the file.
pub(crate) type Modules = BTreeMap<String, Arc<[u8]>>;

impl Host {
    /// A host with nothing but what Extism has, at 2025-01-01T00:00:00Z, with random seed 0.
    pub(crate) fn bare(context: MockContext) -> Host {
        Host {
            context,
            functions: Vec::new(),
            closures: BTreeMap::new(),
            limits: Limits::default(),
            wasi: true,
            grants: Grants::default(),
            linked: None,
            modules: Modules::new(),
            services: 0,
            parts: Parts::default(),
            ledger: Ledger::default(),
        }
    }

    /// With a key in storage.
    pub fn storage(self, key: &str, value: impl Into<Value>) -> Host {
        let value = value.into();
        self.set(|host| host.store.set(key, value, None))
    }

    /// With a value of a data type in storage.
    ///
    /// # Panics
    /// The key holds a value of another type already.
    #[track_caller]
    pub fn storage_typed<T: DataType>(self, key: &str, value: &T) -> Host {
        let set = self.context.storage().set_typed(key, value);
        set.unwrap_or_else(|error| panic!("{key}: {error}"));
        self
    }

    /// With a value behind `kv_read`.
    pub fn kv(self, key: &str, value: impl AsRef<[u8]>) -> Host {
        self.set(|host| host.kv.insert(key.to_owned(), value.as_ref().to_vec()))
    }

    /// With a configuration value.
    pub fn config(self, key: &str, value: &str) -> Host {
        self.set(|host| host.config.insert(key.to_owned(), value.to_owned()))
    }

    /// With a variable that every fresh instance starts with.
    pub fn var(self, key: &str, value: impl AsRef<[u8]>) -> Host {
        self.set(|host| host.vars.insert(key.to_owned(), value.as_ref().to_vec()))
    }

    /// With a reply to the requests that match `"METHOD url-pattern"`, or an [`HttpMatch`] that
    /// looks at headers and body too; the newest match answers. See [`HttpReply`].
    ///
    /// # Panics
    /// A pattern without a method, and a status that no server sends.
    #[track_caller]
    pub fn http(self, requests: impl Into<HttpMatch>, reply: impl Into<HttpReply>) -> Host {
        self.context.mock_http(requests, reply);
        self
    }

    /// With this wall time, since 1970.
    pub fn clock(self, since_epoch: Duration) -> Host {
        self.set(|host| host.clock.set(since_epoch))
    }

    /// With the random sequence of this seed.
    pub fn random_seed(self, seed: u64) -> Host {
        self.set(|host| host.random = SeededRandom::new(seed))
    }

    /// With an implementation of a `#[host_functions]` trait: `.functions(BillingHost::serve(MyMock))`.
    pub fn functions(mut self, functions: Vec<HostFunction>) -> Host {
        // The newest comes first, so that a test can replace storage, too.
        self.functions.splice(0..0, functions);
        self
    }

    /// With a closure behind the import `name`, in whichever module the artifact has it:
    /// `.host("charge", |user: String, cents: u64| -> String { .. })`.
    ///
    /// Arguments are `String`, `Vec<u8>`, `Value`, `Json<T>` or numbers; so is the result, or an
    /// `Option` of a block, or a `Result<_, String>` whose error ends the plugin's call.
    pub fn host<A>(mut self, name: &str, closure: impl HostClosure<A>) -> Host {
        let function = HostFunction {
            namespace: String::new(),
            name: name.to_owned(),
            parameters: closure.parameters(),
            result: closure.result(),
            call: closure.into_call(),
        };
        self.closures.insert(name.to_owned(), function);
        self
    }

    /// With at most this many pages of 64 KiB; a Rust guest starts at 17.
    pub fn memory_pages(mut self, pages: u32) -> Host {
        self.limits.memory_pages = pages;
        self
    }

    /// With at most this much fuel for each call, about one wasm instruction each.
    pub fn fuel(mut self, fuel: u64) -> Host {
        self.limits.fuel = fuel;
        self
    }

    /// With this limit on the wall time of each call instead of ten seconds; `Duration::MAX` means no limit.
    /// See [`Limits::timeout`].
    pub fn timeout(mut self, timeout: Duration) -> Host {
        self.limits.timeout = Some(timeout);
        self
    }

    /// With at most this many bytes of variables in all; 0 turns them off.
    pub fn var_bytes(mut self, bytes: usize) -> Host {
        self.limits.var_bytes = bytes;
        self
    }

    /// With these limits on what storage and kv hold for the plugin. They protect the machine that runs the test;
    /// a call that goes beyond one ends with [`Error::HostFull`](crate::Error::HostFull).
    ///
    /// ```
    /// use plugsmith_harness::Host;
    /// use plugsmith_harness::plugsmith::testing::HeldLimits;
    ///
    /// let host = Host::new().held(HeldLimits { value_bytes: 512 * 1024 * 1024, ..HeldLimits::default() });
    /// ```
    pub fn held(self, limits: HeldLimits) -> Host {
        self.set(|host| host.held.limits = limits)
    }

    /// With at most this many bytes in the body of an HTTP response; more ends the plugin's call.
    pub fn http_response_bytes(mut self, bytes: usize) -> Host {
        self.limits.http_response_bytes = bytes;
        self
    }

    /// With a plugin whose exports answer this plugin's imports, linked as Extism links the modules of
    /// one manifest: it sees the same blocks, and ends and starts anew with the plugin.
    ///
    /// Where the linked plugin asks for WASI's clock or randomness, both get Extism's own, which no
    /// test can set.
    ///
    /// ```
    /// use plugsmith_harness::{Host, Plugin};
    ///
    /// let answers = br#"(module (memory (export "memory") 1)
    ///   (func (export "answer") (result i64) (i64.const 42)))"#;
    /// let asks = br#"(module
    ///   (import "extism:host/user" "answer" (func $answer (result i64)))
    ///   (memory (export "memory") 1)
    ///   (func (export "is_42") (result i32) (i64.ne (call $answer) (i64.const 42))))"#;
    /// let mut plugin = Plugin::load_in(&asks[..], Host::new().link(&answers[..]))?;
    /// plugin.call::<()>("is_42", "").unwrap();
    /// # Ok::<(), plugsmith_harness::Error>(())
    /// ```
    pub fn link(mut self, plugin: impl Into<Source>) -> Host {
        self.linked = Some(plugin.into());
        self
    }

    /// Without WASI, as the Python, Node and Go SDKs are unless told otherwise: an artifact that
    /// asks for the time or for randomness does not load.
    pub fn without_wasi(mut self) -> Host {
        self.wasi = false;
        self
    }

    /// What implements the import, if anything does.
    pub(crate) fn implementation(&self, module: &str, name: &str) -> Option<&HostFunction> {
        self.closures
            .get(name)
            .or_else(|| self.functions.iter().find(|function| function.namespace == module && function.name == name))
    }

    fn set<T>(self, change: impl FnOnce(&mut FakeHost) -> T) -> Host {
        self.context.with(change);
        self
    }
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Host").field("limits", &self.limits).finish_non_exhaustive()
    }
}
