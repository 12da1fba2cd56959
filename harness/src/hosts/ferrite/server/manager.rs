//! The Rust API for plugins: their sources, and the state of the plugin manager.

use std::path::{Path, PathBuf};

use plugsmith::Value;

use super::install::Candidate;
use super::plugin_source::{PluginSource, PluginStats};
use super::{Server, source};
use crate::hosts::ferrite::manifest::Manifest;
use crate::hosts::ferrite::reply::Reply;

impl Server {
    /// Loads a plugin, with this manifest, or with the one beside the file or in the artifact.
    ///
    /// # Errors
    /// Why it may not run here, as `PLUGIN.LOAD` says it.
    pub fn load(&mut self, name: &str, source: &PluginSource, manifest: Option<Manifest>) -> Result<(), String> {
        if self.guest(name).is_ok() {
            return Err(format!("ERR plugin '{name}' is loaded already: PLUGIN.RELOAD {name} replaces it"));
        }
        let candidate = self.read(name, source, manifest)?;
        Ok(self.load_candidate(candidate)?)
    }

    /// Puts another version of a plugin in the place of the one that is loaded. If it does not load, the
    /// old one stays.
    ///
    /// # Errors
    /// Why it may not run here.
    pub fn reload(&mut self, name: &str, source: &PluginSource, manifest: Option<Manifest>) -> Result<(), String> {
        let candidate = self.read(name, source, manifest)?;
        Ok(self.reload_candidate(candidate)?)
    }

    /// Loads the plugins in `plugin_dir`, each after those that it depends on, if `auto_load` says so. What
    /// cannot be loaded is reported, and the others are.
    pub fn auto_load(&mut self) -> Vec<String> {
        if !self.config.enabled || !self.config.auto_load || self.config.plugin_dir.is_empty() {
            return Vec::new();
        }
        let folder = PathBuf::from(&self.config.plugin_dir);
        let candidates = match source::folder(Path::new(&folder)) {
            Ok(candidates) => candidates,
            Err(fault) => return vec![fault.to_string()],
        };
        candidates.into_iter().filter_map(|candidate| self.load_candidate(candidate).err()).map(String::from).collect()
    }

    /// The names of the loaded plugins, in the order of loading.
    pub fn plugins(&self) -> Vec<String> {
        self.guests.iter().map(|guest| guest.name.clone()).collect()
    }

    /// How many plugins there are, and what they did.
    pub fn stats(&self) -> PluginStats {
        let active = self.guests.iter().filter(|guest| guest.enabled.get());
        let mut stats = PluginStats { total_plugins: self.guests.len(), ..PluginStats::default() };
        for guest in active {
            stats.active_plugins += 1;
            stats.commands += guest.commands.len();
        }
        for total in self.guests.iter().map(|guest| guest.total()) {
            stats.executions += total.calls;
            stats.errors += total.errors;
        }
        stats
    }

    /// A client for whoever owns the server: the default user, logged in.
    pub(super) fn owner(&mut self) -> Result<u64, String> {
        let client = self.connect("local")?;
        if let Some(session) = self.sessions.get_mut(&client) {
            session.user.get_or_insert_with(|| super::users::DEFAULT.to_owned());
        }
        Ok(client)
    }

    /// Runs a command as the default user, outside of any connection.
    ///
    /// # Errors
    /// The error that a client would read.
    pub fn execute_command(&mut self, name: &str, arguments: &[String]) -> Result<Value, String> {
        let client = self.owner()?;
        let words = std::iter::once(name).chain(arguments.iter().map(String::as_str));
        let reply = self.reply_to(client, words.map(|word| word.as_bytes().to_vec()).collect());
        self.disconnect(client);
        match reply {
            Reply::Error(text) => Err(text),
            reply => Ok(reply.into()),
        }
    }

    fn read(&mut self, name: &str, from: &PluginSource, manifest: Option<Manifest>) -> Result<Candidate, String> {
        let bytes = match from {
            PluginSource::File { path } => {
                let found = source::file(name, Path::new(path), None)?;
                return Ok(Candidate { manifest: manifest.or(found.manifest), ..found });
            }
            PluginSource::Url { url } => self.fetch(url)?,
            PluginSource::Bytes { bytes } => bytes.clone(),
        };
        let wasm = crate::Source::Bytes(bytes).read().map_err(|error| format!("ERR {error}"))?;
        Ok(Candidate { name: name.to_owned(), wasm, manifest, config: Default::default() })
    }
}
