//! `serve`: an Orbis plugin over real HTTP, or Ferrite plugins to Redis clients, built again when sources change.

mod ferrite;
mod http;
mod reload;

use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use plugsmith_harness::Outcome;
use plugsmith_harness::hosts::orbis::{App, Manifest, Orbis, Request, Response, User, record};
use plugsmith_harness::powers::replay::{Recorder, Redact};
use plugsmith_harness::{BuildOptions, Module, Profile, Source, grouped};

use crate::artifact::{self, Named};
use crate::error::Error;
use crate::options::Serve;
use crate::terminal::{self, DIM, styled};
use crate::values::{HttpAnswer, Setting, TextPair};

/// What requests that are under way get to end, once the server is interrupted.
const GRACE: Duration = Duration::from_secs(2);

/// How many requests the plugin answers at the same time, each with memory of its own; more wait.
const AT_ONCE: usize = 32;

/// What every request sees.
pub(crate) struct Server {
    app: Mutex<App>,
    token: String,
    /// The names that it answers to besides this machine's.
    allowed_hosts: Vec<String>,
    user: User,
    record: Option<Recording>,
    quiet: bool,
    /// Whether a token logs anybody in.
    has_logins: bool,
}

/// Where requests go, and what the plugin was called with for each.
struct Recording {
    file: Mutex<File>,
    calls: Arc<Recorder>,
}

pub(crate) fn serve(options: Serve) -> Result<u8, Error> {
    let Some(first) = options.plugins.first() else { return ferrite::serve(&options) };
    let plugin = Served::find(first)?;
    if plugin.is_ferrite(&options)? {
        return ferrite::serve(&options);
    }
    if options.plugins.len() > 1 {
        return Err(Error::Input("an Orbis plugin is served alone: name one plugin".to_owned()));
    }
    orbis(options, plugin)
}

fn orbis(options: Serve, plugin: Served) -> Result<u8, Error> {
    let (source, manifest) = plugin.load(&options)?;
    let mut host = host(&options, plugin.folder());
    if let Some(manifest) = manifest {
        host = host.manifest(manifest);
    }
    let mut app = host.load(source.clone())?;
    let file = options.record.as_deref().map(append_to).transpose()?;
    let record = file.map(|file| Recording { file: Mutex::new(file), calls: Recorder::start(&mut app) });
    let user = User { id: options.user.clone(), is_admin: options.admin };
    let server = Arc::new(Server {
        app: Mutex::new(app),
        token: options.token.clone().unwrap_or_else(token),
        allowed_hosts: options.allow_host.clone(),
        user,
        record,
        quiet: options.quiet,
        has_logins: !options.without_auth,
    });
    let port = options.port.unwrap_or(8787);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().max_blocking_threads(AT_ONCE).build()?;
    let ended = runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.map_err(|error| {
            Error::Input(format!("cannot listen on port {port} ({error}): choose another with --port"))
        })?;
        if !options.no_reload {
            reload::watch(Arc::clone(&server), plugin, source, options);
        }
        server.announce(listener.local_addr()?.port())?;
        let serving = axum::serve(listener, http::router(server)).with_graceful_shutdown(interrupted());
        let serving = tokio::spawn(serving.into_future());
        interrupted().await;
        // A request that is half sent may never be whole.
        let _ = tokio::time::timeout(GRACE, serving).await;
        Ok(0)
    });
    // A plugin that still runs is not waited for.
    runtime.shutdown_background();
    ended
}

async fn interrupted() {
    // Where signals cannot be heard, the system ends the program.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

impl Server {
    fn announce(&self, port: u16) -> Result<(), Error> {
        let mut app = self.app();
        let origin = format!("http://127.0.0.1:{port}");
        app.served_at(&origin, &self.token);
        let manifest = app.manifest().parsed();
        terminal::output(format!("{origin}/api/plugins/{}\n", manifest.name).as_bytes())?;
        if !self.quiet {
            for route in &manifest.routes {
                let auth = if route.requires_auth { "  (with a token)" } else { "" };
                terminal::note(&format!("  {} {}{}", route.method, route.path, styled(DIM, auth)));
            }
            terminal::note(&match self.has_logins {
                true => format!("log in with: -H 'authorization: Bearer {}'", self.token),
                false => "nobody can log in: what needs a token answers 401".to_owned(),
            });
        }
        Ok(())
    }

    fn app(&self) -> MutexGuard<'_, App> {
        self.app.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a request to the plugin, which may answer others at the same time; notes it and what came of it.
    fn send(&self, request: &Request) -> Response {
        let outcome = App::send_shared(&self.app, request);
        if let Some(Recording { file, calls }) = &self.record {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            if let Err(error) = write!(file, "{}\n{}", record(request), calls.take_lines(&Redact::new())) {
                terminal::error(&format!("cannot record a request: {error}"));
            }
        }
        if !self.quiet {
            self.show(&outcome);
        }
        outcome.response()
    }

    fn show(&self, outcome: &Outcome<Response>) {
        let told = if outcome.result.is_ok() { outcome.trace() } else { outcome.report() };
        let cost = format!("{} fuel, {:.1} ms", grouped(outcome.fuel), outcome.duration.as_secs_f64() * 1000.0);
        terminal::note(&format!("\n{told}\n{}", styled(DIM, cost)));
    }
}

/// What is served.
pub(crate) enum Served {
    /// An artifact, or a crate.
    Plugin(Named),
    /// A folder or a `.zip`, with a manifest in it.
    Package(PathBuf),
}

impl Served {
    fn find(plugin: &str) -> Result<Served, Error> {
        let path = Path::new(plugin);
        let is_zip = path.extension().is_some_and(|extension| extension == "zip");
        if is_zip || is_package(path) {
            return Ok(Served::Package(path.to_owned()));
        }
        Ok(Served::Plugin(artifact::locate(plugin)?))
    }

    /// Whether it speaks Ferrite's ABI: what Orbis packs and what speaks Orbis' does not.
    fn is_ferrite(&self, options: &Serve) -> Result<bool, Error> {
        let Served::Plugin(plugin) = self else { return Ok(false) };
        let artifact = artifact::build(plugin, how(options), options.quiet)?;
        let module = Module::parse(&Source::Path(artifact).read()?)?;
        Ok(!module.is_orbis() && !module.records.is_empty())
    }

    fn folder(&self) -> Option<&Path> {
        match self {
            Served::Plugin(Named::Crate(folder)) => Some(folder),
            _ => None,
        }
    }

    /// The artifact, and the manifest if it is not its own.
    fn load(&self, options: &Serve) -> Result<(Source, Option<Manifest>), Error> {
        let source = match self {
            Served::Plugin(plugin) => Source::Path(artifact::build(plugin, how(options), options.quiet)?),
            Served::Package(path) => Source::Path(path.clone()),
        };
        Ok((source.clone(), self.manifest(options, source)?))
    }

    fn manifest(&self, options: &Serve, source: Source) -> Result<Option<Manifest>, Error> {
        if let Some(file) = &options.manifest {
            return Ok(Some(Manifest::read(file)?));
        }
        match self.folder() {
            Some(folder) => Ok(Manifest::of_crate(folder, &source.read()?)?),
            None => Ok(None),
        }
    }
}

/// Whether a folder is meant as a package; whether the real server's scan takes it is the harness's to say.
fn is_package(folder: &Path) -> bool {
    let is_part = |name: &Path| name.ends_with("manifest.json") || name.extension().is_some_and(|ty| ty == "wasm");
    let mut files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    !folder.join("Cargo.toml").is_file() && files.any(|file| is_part(&file.path()))
}

fn how(options: &Serve) -> BuildOptions {
    options.krate.of(if options.release { Profile::Release } else { Profile::Test })
}

fn host(options: &Serve, folder: Option<&Path>) -> Orbis {
    let mut host = if options.as_shipped { Orbis::as_shipped() } else { Orbis::as_documented() };
    if options.without_auth {
        host = host.without_auth();
    }
    if options.without_cors {
        host = host.without_cors();
    }
    if let Some(path) = &options.db {
        host = host.database(path);
    }
    if let Some(path) = &options.state {
        host = host.state_file(path);
    }
    if let Some(folder) = migrations(options, folder) {
        host = host.migrations(folder);
    }
    for setting in &options.config {
        if let Setting::Pair(TextPair { key, value }) = setting {
            host = host.config(key, value);
        }
    }
    for HttpAnswer { pattern, answer } in &options.http {
        host = host.http(pattern, answer.clone());
    }
    host
}

/// The folder of migrations: the one that was named, or the one beside Cargo.toml; the shipped host has
/// no database.
fn migrations(options: &Serve, folder: Option<&Path>) -> Option<PathBuf> {
    if options.as_shipped {
        return None;
    }
    let beside = || folder.map(|folder| folder.join("migrations")).filter(|folder| folder.is_dir());
    options.migrations.clone().or_else(beside)
}

/// A token that nobody guesses: 128 bits of the randomness that the system gives every hash map.
fn token() -> String {
    let bits = || RandomState::new().hash_one(std::process::id());
    format!("{:016x}{:016x}", bits(), bits())
}

fn append_to(path: &Path) -> Result<File, Error> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .map_err(|reason| Error::File { path: path.to_owned(), reason })
}
