//! The host that a plugin is run in, from options.

mod canned;

use std::time::Duration;

use clap::Args;
use plugsmith_harness::hosts::peers::Registry;
use plugsmith_harness::{Host, Module, Profile};

use crate::artifact;
use crate::error::Error;
use crate::host::canned::Canned;
use crate::values::{self, HostFn, HttpAnswer, Pair, StoragePair, TextPair};

/// What the plugin finds in its host.
///
/// A value is text; `@FILE` is a file's bytes, and `@@` starts text with one `@`.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "The host")]
pub(crate) struct HostOptions {
    /// A configuration value
    #[arg(long, value_name = "KEY=VALUE", value_parser = values::text_pair)]
    config: Vec<TextPair>,
    /// A key in storage: text, or with `:=` a number, list or map in JSON
    #[arg(long, value_name = "KEY=VALUE|KEY:=JSON", value_parser = values::storage_pair)]
    storage: Vec<StoragePair>,
    /// A variable of the instance
    #[arg(long, value_name = "KEY=VALUE", value_parser = values::pair)]
    var: Vec<Pair>,
    /// A value behind `kv_read`
    #[arg(long, value_name = "KEY=VALUE", value_parser = values::pair)]
    kv: Vec<Pair>,
    /// The answer to HTTP requests; `*` in the URL stands for anything, the last match counts, and several for
    /// one METHOD URL are given in sequence. For STATUS also `timeout`, `not-made` or `failed REASON`
    #[arg(long, value_name = "METHOD URL STATUS [BODY]", value_parser = values::http_answer)]
    http: Vec<HttpAnswer>,
    /// What a host function of your own answers: text, with `:=` a number or null, with `!=` an error, and nothing
    /// for the name alone. Several for one name are given in sequence, and the last again and again
    #[arg(long, value_name = "NAME[=REPLY]", value_parser = values::host_fn)]
    host_fn: Vec<HostFn>,
    /// A plugin that it may load by this name: a file, a crate's folder, or a package
    #[arg(long = "plugin", value_name = "NAME=PLUGIN", value_parser = values::text_pair)]
    peers: Vec<TextPair>,
    /// The time, in seconds since 1970 [default: 2025-01-01T00:00:00Z]
    #[arg(long, value_name = "SECONDS", value_parser = values::whole)]
    clock: Option<u64>,
    /// The seed of randomness
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = values::whole)]
    seed: u64,
    /// The most fuel a call may use, and all `--plugin`s in it, about one wasm instruction each [default: 10000000000]
    #[arg(long, value_name = "N", value_parser = values::positive)]
    fuel: Option<u64>,
    /// The most memory, in pages of 64 KiB; a Rust plugin starts at 17 [default: 2048]
    #[arg(long, value_name = "N", value_parser = values::pages)]
    memory_pages: Option<u32>,
    /// The most bytes of all variables; 0 turns them off [default: 1048576]
    #[arg(long, value_name = "N", value_parser = values::whole)]
    var_bytes: Option<u64>,
    /// The most bytes in the body of an HTTP response [default: 52428800]
    #[arg(long, value_name = "N", value_parser = values::whole)]
    http_response_bytes: Option<u64>,
    /// The longest a call may take, in milliseconds [default: 60000]
    #[arg(long, value_name = "N", value_parser = values::positive)]
    timeout_ms: Option<u64>,
}

impl HostOptions {
    /// The host of a plugin with these imports.
    pub(crate) fn host(self, module: &Module, quiet: bool) -> Result<Host, Error> {
        let mut host = Host::new().random_seed(self.seed);
        for TextPair { key, value } in &self.config {
            host = host.config(key, value);
        }
        for StoragePair { key, value } in self.storage {
            host = host.storage(&key, value);
        }
        for Pair { key, value } in &self.var {
            host = host.var(key, value);
        }
        for Pair { key, value } in &self.kv {
            host = host.kv(key, value);
        }
        for (pattern, mut answers) in in_sequence(self.http, |answer| (answer.pattern, answer.answer)) {
            host = match answers.len() {
                1 => host.http(&*pattern, answers.remove(0)),
                _ => host.http(&*pattern, answers),
            };
        }
        for (name, replies) in in_sequence(self.host_fn, |function| (function.name, function.reply)) {
            host = host.host(&name, Canned::new(&name, module, replies)?);
        }
        if !self.peers.is_empty() {
            host = host.peers(registry(&self.peers, self.fuel, quiet)?);
        }
        if let Some(seconds) = self.clock {
            host = host.clock(Duration::from_secs(seconds));
        }
        if let Some(fuel) = self.fuel {
            host = host.fuel(fuel);
        }
        if let Some(pages) = self.memory_pages {
            host = host.memory_pages(pages);
        }
        if let Some(bytes) = self.var_bytes {
            host = host.var_bytes(usize::try_from(bytes).unwrap_or(usize::MAX));
        }
        if let Some(bytes) = self.http_response_bytes {
            host = host.http_response_bytes(usize::try_from(bytes).unwrap_or(usize::MAX));
        }
        host = host.timeout(Duration::from_millis(self.timeout_ms.unwrap_or(60_000)));
        Ok(host)
    }
}

impl HostOptions {
    /// The clock, for a host that has nothing else to be filled.
    pub(crate) fn clock_only(&self, host: &str) -> Result<Option<Duration>, Error> {
        let given = [
            ("--config", !self.config.is_empty()),
            ("--storage", !self.storage.is_empty()),
            ("--var", !self.var.is_empty()),
            ("--kv", !self.kv.is_empty()),
            ("--http", !self.http.is_empty()),
            ("--host-fn", !self.host_fn.is_empty()),
            ("--plugin", !self.peers.is_empty()),
            ("--seed", self.seed != 0),
            ("--fuel", self.fuel.is_some()),
            ("--memory-pages", self.memory_pages.is_some()),
            ("--var-bytes", self.var_bytes.is_some()),
            ("--http-response-bytes", self.http_response_bytes.is_some()),
            ("--timeout-ms", self.timeout_ms.is_some()),
        ];
        match given.iter().find(|(_, given)| *given) {
            Some((option, _)) => Err(Error::Input(format!(
                "{option} does nothing in {host}, which has a clock and a log, and a store that is not connected: \
                 leave it out"
            ))),
            None => Ok(self.clock.map(Duration::from_secs)),
        }
    }
}

/// The values of each name, in the order in which the names were given last.
fn in_sequence<T, V>(given: Vec<T>, split: impl Fn(T) -> (String, V)) -> Vec<(String, Vec<V>)> {
    let mut all: Vec<(String, Vec<V>)> = Vec::new();
    for (name, value) in given.into_iter().map(split) {
        match all.iter().position(|(known, _)| *known == name) {
            Some(index) => {
                let mut known = all.remove(index);
                known.1.push(value);
                all.push(known);
            }
            None => all.push((name, vec![value])),
        }
    }
    all
}

/// The plugins that the plugin may load; fuel is for each call of one, and for all of them together.
fn registry(peers: &[TextPair], fuel: Option<u64>, quiet: bool) -> Result<Registry, Error> {
    let mut registry = Registry::new();
    for TextPair { key, value } in peers {
        let path = artifact::find(value, Profile::Test, quiet)?;
        registry = match fuel {
            None => registry.plugin(key, path),
            Some(fuel) => {
                registry.plugin_in(key, path, move || Host::new().without_functions().without_wasi().fuel(fuel))
            }
        };
    }
    Ok(match fuel {
        None => registry,
        Some(fuel) => registry.fuel(fuel),
    })
}
