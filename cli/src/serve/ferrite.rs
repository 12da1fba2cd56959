//! Ferrite plugins, served to Redis clients.

mod watch;

use std::path::{Path, PathBuf};
use std::time::Duration;

use plugsmith_harness::hosts::ferrite::manifest::{Declared, Manifest, generate};
use plugsmith_harness::hosts::ferrite::{PluginConfig, PluginSource, Server};
use plugsmith_harness::serve::ferrite::{Owner, listen, metrics, tls};
use plugsmith_harness::{Inspection, file};
use tokio::net::TcpListener;

use super::how;
use crate::artifact::{self, Named};
use crate::error::Error;
use crate::options::Serve;
use crate::terminal;
use crate::values::Setting;

/// What clients get to read their last replies, once the server is interrupted.
const GRACE: Duration = Duration::from_secs(2);

pub(super) fn serve(options: &Serve) -> Result<u8, Error> {
    let config = config(options)?;
    let bind = options.ferrite.bind;
    if !bind.is_loopback() && options.ferrite.requirepass.is_none() {
        return Err(Error::Input(format!("--bind {bind} lets others in: add --requirepass PASSWORD")));
    }
    let (quiet, verbose, password) = (options.quiet, options.ferrite.verbose, options.ferrite.requirepass.clone());
    let owner = Owner::start(move || {
        let mut server = Server::with(config, password.as_deref());
        if !quiet {
            server = server.log(terminal::note);
        }
        if verbose {
            server = server.traces();
        }
        server
    })?;
    let ended = || Error::Input("the server's thread has ended".to_owned());
    if let Some(url) = options.ferrite.store.clone() {
        let opened = owner.with_blocking(move |server| {
            *server = std::mem::take(server).store(&url)?;
            Ok::<_, String>(())
        });
        opened.ok_or_else(ended)?.map_err(|error| Error::Input(error.trim_start_matches("ERR ").to_owned()))?;
    }
    for problem in owner.with_blocking(Server::auto_load).ok_or_else(ended)? {
        terminal::error(&problem);
    }
    let mut plugins = Vec::new();
    for named in &options.plugins {
        let plugin = Plugin::build(artifact::locate(named)?, options)?;
        let (name, source, manifest) = (plugin.name.clone(), plugin.source(), plugin.manifest.clone());
        let loaded = owner.with_blocking(move |server| server.load(&name, &source, manifest)).ok_or_else(ended)?;
        loaded.map_err(Error::Input)?;
        plugins.push(plugin);
    }
    let started = owner.with_blocking(Server::start).ok_or_else(ended)?;
    started.map_err(Error::Input)?;
    if !options.no_reload {
        watch::watch(owner.clone(), plugins, how(options), options.quiet)?;
    }
    let runtime = tokio::runtime::Runtime::new()?;
    let ended = runtime.block_on(run(options, owner));
    runtime.shutdown_background();
    ended
}

async fn run(options: &Serve, owner: Owner) -> Result<u8, Error> {
    let port = options.port.unwrap_or(6379);
    let cannot = |port: u16, error: std::io::Error| {
        Error::Input(format!("cannot listen on port {port} ({error}): choose another with --port"))
    };
    let listener = TcpListener::bind((options.ferrite.bind, port)).await.map_err(|error| cannot(port, error))?;
    let acceptor = match (&options.ferrite.tls_cert, &options.ferrite.tls_key) {
        (Some(certificates), Some(key)) => Some(tls(certificates, key).map_err(Error::Input)?),
        _ => None,
    };
    let scheme = if acceptor.is_some() { "rediss" } else { "redis" };
    terminal::output(format!("{scheme}://{}\n", listener.local_addr()?).as_bytes())?;
    if let Some(port) = options.ferrite.metrics {
        let listener = TcpListener::bind((options.ferrite.bind, port)).await.map_err(|error| cannot(port, error))?;
        terminal::note(&format!("metrics: http://{}/metrics", listener.local_addr()?));
        tokio::spawn(metrics(listener, owner.clone()));
    }
    tokio::select! {
        failed = listen(listener, acceptor, owner.clone()) => failed?,
        () = stopped() => {}
    }
    owner.stop(GRACE).await;
    Ok(0)
}

/// Waits for Ctrl-C, or for SIGTERM.
async fn stopped() {
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            () = super::interrupted() => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    super::interrupted().await;
}

fn config(options: &Serve) -> Result<PluginConfig, Error> {
    let mut config = PluginConfig::default();
    for setting in &options.config {
        match setting {
            Setting::File(path) => {
                let text = file::read_to_string(path).map_err(|reason| Error::File { path: path.clone(), reason })?;
                config = PluginConfig::read(&text).map_err(|error| of_file(error, path))?;
            }
            Setting::Pair(pair) => {
                return Err(Error::Input(format!(
                    "--config {}=.. is for Orbis: a Ferrite plugin has config/default.toml beside it, and the server \
                     --config FILE",
                    pair.key
                )));
            }
        }
    }
    Ok(config)
}

/// The error, with the path of the file that it is in: the harness knows only what the file is called.
fn of_file(error: plugsmith_harness::Error, path: &Path) -> Error {
    match error {
        plugsmith_harness::Error::BadManifest { place, reason } => {
            let place = place.trim_start_matches("ferrite.toml");
            Error::Input(format!("{}{place}: {reason}", path.display()))
        }
        error => Error::Harness(error),
    }
}

/// A plugin that was named, as it was built last.
pub(super) struct Plugin {
    named: Named,
    name: String,
    artifact: PathBuf,
    manifest: Option<Manifest>,
}

impl Plugin {
    fn build(named: Named, options: &Serve) -> Result<Plugin, Error> {
        let artifact = artifact::build(&named, how(options), options.quiet)?;
        Plugin::of(named, artifact)
    }

    fn of(named: Named, artifact: PathBuf) -> Result<Plugin, Error> {
        let manifest = match &named {
            Named::Crate(folder) => Some(manifest(folder, &artifact)?),
            // The one beside it, or in it, is the server's to find.
            Named::Artifact(_) => None,
        };
        let stem = artifact.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let name = manifest.as_ref().map_or(stem, |manifest| manifest.package.name.clone());
        Ok(Plugin { named, name, artifact, manifest })
    }

    fn source(&self) -> PluginSource {
        PluginSource::File { path: self.artifact.display().to_string() }
    }
}

/// The `plugin.toml` in the crate's folder, or what it would be.
fn manifest(folder: &Path, artifact: &Path) -> Result<Manifest, Error> {
    match file::read_to_string(&folder.join("plugin.toml")) {
        Ok(text) => Ok(Manifest::read(&text)?),
        Err(_) => Ok(generate(&Inspection::read(artifact)?, &Declared::read(folder)?, None)?),
    }
}
