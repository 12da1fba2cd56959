//! What an Orbis plugin finds in its host: a mode, and what the test puts into it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use plugsmith::testing::{HttpMatch, HttpMocks, HttpReply, SeededRandom};
use serde::Serialize;
use serde_json::Value as Json;

use super::abi::{self, Abi};
use super::app::App;
use super::manifest::Manifest;
use super::permission::Permission;
use crate::artifact::build::{self, Features};
use crate::artifact::source::Source;
use crate::error::{Error, Result};

/// Which Orbis it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The host as it is shipped: database, HTTP and events denied, paths matched letter by letter,
    /// every answer of a handler wrapped in a 200.
    Shipped,
    /// The host as its pages describe it: they work, `{id}` and `:id` are matched, and a handler's
    /// `{status, headers, body}` is the response.
    Documented,
    /// No host at all: as documented, but for plugins with the signatures that the listings on its
    /// page have. No real host has this ABI.
    PageAbi,
}

impl Mode {
    pub(super) fn abi(self) -> &'static Abi {
        match self {
            Mode::Shipped | Mode::Documented => &abi::SHIPPED,
            Mode::PageAbi => &abi::PAGE,
        }
    }
}

/// Why the shipped host has no use for what a test puts into it.
const NO_DATABASE: &str = "has no database";
const NO_HTTP: &str = "denies every request";

/// What a call may use up; the defaults are the real host's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    /// Fuel, about one wasm instruction each.
    pub fuel: u64,
    /// Bytes of all of the plugin's memories together.
    pub memory_bytes: usize,
    /// Calls of host functions; later ones fail, and the plugin runs on.
    pub host_calls: u64,
    /// Time by the clock on the wall: calls of host functions after it fail, and the plugin is ended at its
    /// next branch.
    pub time: Duration,
    /// Bytes of a request's body.
    pub body_bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            fuel: 5_000_000,
            memory_bytes: 16 * 1024 * 1024,
            host_calls: 10_000,
            time: Duration::from_secs(5),
            body_bytes: 1024 * 1024,
        }
    }
}

/// How the body of a response reaches a plugin that requests something over HTTP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HttpBodies {
    /// As a JSON string, as the shipped host writes it; bytes that are no UTF-8 as an array.
    #[default]
    Text,
    /// As an array of bytes, as the SDK `orbis-plugin-api` 1.0 reads it.
    Bytes,
}

/// An Orbis host for one plugin.
///
/// It is strict: an HTTP request that the test does not expect fails it, and the failure prints the
/// line to add. What the real host limits is limited here.
///
/// ```
/// use plugsmith_harness::hosts::orbis::Orbis;
///
/// // A plugin in wasm's text format: it answers with `true`.
/// let plugin = br#"(module
///   (memory (export "memory") 1)
///   (data (i32.const 8) "\04\00\00\00true")
///   (func (export "allocate") (param i32) (result i32) (i32.const 1024))
///   (func (export "ready") (param i32 i32) (result i32) (i32.const 8))
///   (@custom "manifest" "{\"name\": \"up\", \"version\": \"1.0.0\", \"routes\": ["
///     "{\"method\": \"GET\", \"path\": \"/ready\", \"handler\": \"ready\", \"requires_auth\": false}]}"))"#;
/// let mut app = Orbis::as_documented().load(&plugin[..])?;
/// let response = app.get("/ready").send().unwrap();
/// assert_eq!((response.status, response.body), (200, true.into()));
/// # Ok::<(), plugsmith_harness::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Orbis {
    pub(super) mode: Mode,
    pub(super) limits: Limits,
    pub(super) auth: bool,
    pub(super) cors: bool,
    pub(super) manifest: Option<Manifest>,
    pub(super) permissions: Option<Vec<Permission>>,
    pub(super) config: BTreeMap<String, Json>,
    pub(super) state: BTreeMap<String, Json>,
    pub(super) state_file: Option<PathBuf>,
    pub(super) database: Option<PathBuf>,
    pub(super) migrations: Vec<PathBuf>,
    pub(super) sql: Vec<String>,
    pub(super) http: HttpMocks,
    pub(super) http_bodies: HttpBodies,
    pub(super) random: SeededRandom,
    /// What was wrong with what the test put in; told when the plugin is loaded.
    pub(super) mistake: Option<Error>,
}

impl Orbis {
    /// The host as it is shipped; see [`Mode::Shipped`].
    pub fn as_shipped() -> Orbis {
        Orbis::new(Mode::Shipped)
    }

    /// The host as its pages describe it; see [`Mode::Documented`].
    pub fn as_documented() -> Orbis {
        Orbis::new(Mode::Documented)
    }

    /// A host for the listings on Orbis' page and for `export_plugin!(.., abi = "page")`, which no
    /// real host can run: green here means that it runs nowhere yet; see [`Mode::PageAbi`].
    pub fn page_abi() -> Orbis {
        Orbis::new(Mode::PageAbi)
    }

    fn new(mode: Mode) -> Orbis {
        Orbis {
            mode,
            limits: Limits::default(),
            auth: true,
            cors: true,
            manifest: None,
            permissions: None,
            config: BTreeMap::new(),
            state: BTreeMap::new(),
            state_file: None,
            database: None,
            migrations: Vec::new(),
            sql: Vec::new(),
            http: HttpMocks::default(),
            http_bodies: HttpBodies::default(),
            random: SeededRandom::default(),
            mistake: None,
        }
    }

    /// Without authentication, as the shipped server is started by default: nobody can log in, so a
    /// route with `requires_auth`, which is the default, answers 401 to everyone.
    ///
    /// ```
    /// use plugsmith_harness::hosts::orbis::Orbis;
    ///
    /// # let plugin = br#"(module
    /// #   (memory (export "memory") 1)
    /// #   (func (export "allocate") (param i32) (result i32) (i32.const 1024))
    /// #   (func (export "list") (param i32 i32) (result i32) (i32.const 0))
    /// #   (@custom "manifest" "{\"name\": \"up\", \"version\": \"1.0.0\", \"routes\": ["
    /// #     "{\"method\": \"GET\", \"path\": \"/items\", \"handler\": \"list\"}]}"))"#;
    /// let mut app = Orbis::as_shipped().without_auth().load(&plugin[..])?;
    /// assert_eq!(app.get("/items").user("ada").send().unwrap().status, 401);
    /// # Ok::<(), plugsmith_harness::Error>(())
    /// ```
    pub fn without_auth(mut self) -> Orbis {
        self.only_as_shipped("without_auth", "lets users log in");
        self.auth = false;
        self
    }

    /// Without CORS, as the shipped server is when it is started from its command line. With it, as the
    /// server's configuration has it by default and this host too, every `OPTIONS` is the server's.
    pub fn without_cors(mut self) -> Orbis {
        self.only_as_shipped("without_cors", "leaves `OPTIONS` to the plugin");
        self.cors = false;
        self
    }

    /// With this manifest instead of the artifact's own.
    pub fn manifest(mut self, manifest: Manifest) -> Orbis {
        self.manifest = Some(manifest);
        self
    }

    /// With the manifest in this file instead of the artifact's own.
    pub fn manifest_file(mut self, path: impl AsRef<Path>) -> Orbis {
        match Manifest::read(path.as_ref()) {
            Ok(manifest) => self.manifest = Some(manifest),
            Err(error) => self.note(error),
        }
        self
    }

    /// With these permissions instead of the manifest's: `["database_read"]`.
    pub fn permissions<'a>(mut self, permissions: impl IntoIterator<Item = &'a str>) -> Orbis {
        self.not_as_shipped("permissions", "denies what needs a permission");
        match permissions.into_iter().map(Permission::parse).collect() {
            Ok(permissions) => self.permissions = Some(permissions),
            Err(problem) => self.note(Error::InvalidManifest { problems: vec![problem] }),
        }
        self
    }

    /// With a configuration value, over the manifest's.
    pub fn config(mut self, key: &str, value: impl Serialize) -> Orbis {
        self.config.insert(key.to_owned(), json(value));
        self
    }

    /// With a key of state.
    pub fn state(mut self, key: &str, value: impl Serialize) -> Orbis {
        self.state.insert(key.to_owned(), json(value));
        self
    }

    /// With state that is kept in a JSON file, as the real host keeps it.
    pub fn state_file(mut self, path: impl Into<PathBuf>) -> Orbis {
        self.state_file = Some(path.into());
        self
    }

    /// With a database in this file; without it, each load has one of its own in memory.
    pub fn database(mut self, path: impl Into<PathBuf>) -> Orbis {
        self.not_as_shipped("database", NO_DATABASE);
        self.database = Some(path.into());
        self
    }

    /// With a database that the `.sql` files in this folder have made, in the order of their names.
    /// Each file runs once for a database, in a transaction.
    pub fn migrations(mut self, folder: impl Into<PathBuf>) -> Orbis {
        self.not_as_shipped("migrations", NO_DATABASE);
        self.migrations.push(folder.into());
        self
    }

    /// With a database in which these statements ran, after the migrations.
    pub fn sql(mut self, statements: &str) -> Orbis {
        self.not_as_shipped("sql", NO_DATABASE);
        self.sql.push(statements.to_owned());
        self
    }

    /// With a reply to the plugin's requests that match `"METHOD url-pattern"` or an [`HttpMatch`];
    /// the newest match answers. The plugin needs the permission `network`. See [`HttpReply`].
    ///
    /// # Panics
    /// A pattern without a method, and a status that no server sends.
    #[track_caller]
    pub fn http(mut self, requests: impl Into<HttpMatch>, reply: impl Into<HttpReply>) -> Orbis {
        self.not_as_shipped("http", NO_HTTP);
        self.http.add(requests, reply);
        self
    }

    /// With this form of HTTP bodies.
    pub fn http_bodies(mut self, bodies: HttpBodies) -> Orbis {
        self.not_as_shipped("http_bodies", NO_HTTP);
        self.http_bodies = bodies;
        self
    }

    /// With the random sequence of this seed.
    pub fn random_seed(mut self, seed: u64) -> Orbis {
        self.random = SeededRandom::new(seed);
        self
    }

    /// With other limits than the real host's: a test that needs them shows what will fail there.
    pub fn limits(mut self, limits: Limits) -> Orbis {
        self.limits = limits;
        self
    }

    /// Loads a plugin: a `.wasm` or `.wat` file, a folder or `.zip` with a `manifest.json`, or bytes.
    ///
    /// # Errors
    /// A missing file, an invalid module or one that Orbis cannot call, no manifest or one that
    /// Orbis refuses, SQL of the test's own that fails, and [`Error::IgnoredOption`] for a database, HTTP or
    /// permissions in the shipped host.
    pub fn load(self, source: impl Into<Source>) -> Result<App> {
        App::load(source.into(), self)
    }

    /// Loads the plugin of the crate in `folder`, built by cargo; see [`orbis!`](crate::orbis!).
    ///
    /// # Errors
    /// As [`crate::build`] and [`Orbis::load`].
    pub fn load_crate(self, folder: &Path) -> Result<App> {
        self.load_crate_with(folder, &Features::default())
    }

    /// As [`load_crate`](Orbis::load_crate), with these features.
    pub(crate) fn load_crate_with(mut self, folder: &Path, features: &Features) -> Result<App> {
        let artifact = build::build_for_test(folder, features.clone())?;
        if self.manifest.is_none() {
            self.manifest = Manifest::of_crate(folder, &Source::Path(artifact.clone()).read()?)?;
        }
        let mut app = self.load(artifact)?;
        app.belongs_to(folder, features);
        Ok(app)
    }

    fn only_as_shipped(&mut self, option: &str, reason: &str) {
        if self.mode != Mode::Shipped {
            self.note(Error::IgnoredOption {
                option: format!("Orbis::{option}"),
                host: "`Orbis::as_documented()`",
                reason: reason.to_owned(),
                instead: "`Orbis::as_shipped()`",
            });
        }
    }

    fn not_as_shipped(&mut self, option: &str, reason: &str) {
        if self.mode == Mode::Shipped {
            self.note(Error::IgnoredOption {
                option: format!("Orbis::{option}"),
                host: "`Orbis::as_shipped()`",
                reason: reason.to_owned(),
                instead: "`Orbis::as_documented()`",
            });
        }
    }

    fn note(&mut self, error: Error) {
        self.mistake.get_or_insert(error);
    }
}

fn json(value: impl Serialize) -> Json {
    serde_json::to_value(value).unwrap_or_else(|error| panic!("the value has no JSON form: {error}"))
}
