//! What an Orbis plugin finds in its host: a mode, and what the test puts into it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use plugsmith::testing::{HttpMatch, HttpMocks, HttpReply, SeededRandom};
use serde::Serialize;
use serde_json::Value as Json;

use super::limits::Limits;
use super::manifest::Manifest;
use super::mode::{HttpBodies, Mode};
use super::permission::Permission;
use crate::error::Error;

/// Why the shipped host has no use for what a test puts into it.
const NO_DATABASE: &str = "has no database";
const NO_HTTP: &str = "denies every request";

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
