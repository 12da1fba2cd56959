//! A loaded plugin: its instances, and what it may do.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use plugsmith::protocol::arguments::{self, Encoding};
use plugsmith::protocol::event::Event;
use plugsmith::protocol::metadata::{Hook, StorageBackend, Transformer};
use plugsmith::protocol::resp;
use plugsmith::{HookResult, Value};

use super::commands::Spec;
use crate::engine::plugin::Plugin;
use crate::error::{Error, Result};
use crate::hosts::ferrite::manifest::Manifest;
use crate::hosts::ferrite::verdict::verdict;
use crate::trace::spent::Spent;

/// What a plugin may use in one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quota {
    pub(crate) memory_mb: u64,
    pub(crate) cpu_ms: u64,
    pub(crate) timeout_ms: u64,
}

/// A command of a plugin.
#[derive(Clone, Debug)]
pub(crate) struct PluginCommand {
    pub(crate) spec: Spec,
    pub(crate) max_args: Option<usize>,
}

/// A loaded plugin.
pub(crate) struct Guest {
    pub(crate) name: String,
    pub(crate) manifest: Manifest,
    /// The artifact, for another load with other limits.
    pub(crate) wasm: Vec<u8>,
    pub(crate) config: BTreeMap<String, String>,
    pub(crate) quota: Quota,
    pub(crate) commands: Vec<PluginCommand>,
    pub(crate) hooks: Vec<Hook>,
    pub(crate) transformers: Vec<Transformer>,
    pub(crate) backends: Vec<StorageBackend>,
    pub(crate) enabled: Cell<bool>,
    pub(crate) loaded_at: SystemTime,
    pub(crate) totals: RefCell<BTreeMap<String, Total>>,
    instance: RefCell<Plugin>,
    service: RefCell<Service>,
}

/// What the calls of one command or hook came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Total {
    pub(crate) calls: u64,
    pub(crate) errors: u64,
    pub(crate) fuel: u64,
    pub(crate) time: Duration,
}

/// The instance of hooks, transformers and backends: Extism cannot call into one that is being called.
struct Service {
    plugin: Plugin,
    vars: BTreeMap<String, Vec<u8>>,
    last_headers: BTreeMap<String, String>,
}

/// What a [`Guest`] is made of.
pub(crate) struct Parts {
    pub(crate) name: String,
    pub(crate) manifest: Manifest,
    pub(crate) wasm: Vec<u8>,
    pub(crate) config: BTreeMap<String, String>,
    pub(crate) quota: Quota,
    pub(crate) commands: Vec<PluginCommand>,
    pub(crate) hooks: Vec<Hook>,
    pub(crate) transformers: Vec<Transformer>,
    pub(crate) backends: Vec<StorageBackend>,
}

impl Guest {
    pub(crate) fn new(parts: Parts, instance: Plugin) -> Guest {
        let Parts { name, manifest, wasm, config, quota, commands, hooks, transformers, backends } = parts;
        let service = Service { plugin: instance.sibling(), vars: BTreeMap::new(), last_headers: BTreeMap::new() };
        Guest {
            name,
            manifest,
            wasm,
            config,
            quota,
            commands,
            hooks,
            transformers,
            backends,
            enabled: Cell::new(true),
            loaded_at: SystemTime::now(),
            totals: RefCell::default(),
            instance: RefCell::new(instance),
            service: RefCell::new(service),
        }
    }

    /// The sum of all calls.
    pub(crate) fn total(&self) -> Total {
        self.totals.borrow().values().fold(Total::default(), |sum, total| Total {
            calls: sum.calls + total.calls,
            errors: sum.errors + total.errors,
            fuel: sum.fuel + total.fuel,
            time: sum.time + total.time,
        })
    }

    /// Runs a command.
    pub(crate) fn command(&self, name: &str, args: &[Value], now: u64) -> Result<Value> {
        let Ok(mut plugin) = self.instance.try_borrow_mut() else {
            return Err(Error::Plugin { message: format!("ERR {name} was called while the plugin runs") });
        };
        set_clock(&plugin, now);
        let (output, spent) = plugin.run(name, &arguments::encode(args, Encoding::Resp));
        drop(plugin.take_events());
        let reply = output.and_then(|output| crate::engine::plugin::reply(name, &output));
        self.note(name, reply.is_err(), spent);
        reply
    }

    /// Asks a hook for its verdict.
    pub(crate) fn judge(&self, hook: &Hook, event: &Event, now: u64) -> Result<HookResult> {
        self.serve(&hook.export, event, now, |output| verdict(hook, output))
    }

    /// Asks a transformer or a storage backend.
    pub(crate) fn ask(&self, export: &str, event: &Event, now: u64) -> Result<Value> {
        self.serve(export, event, now, |output| {
            resp::decode(output)
                .map_err(|error| Error::BadOutput { function: export.to_owned(), reason: error.to_string() })
        })
    }

    fn serve<T>(&self, export: &str, event: &Event, now: u64, read: impl FnOnce(&[u8]) -> Result<T>) -> Result<T> {
        let Ok(mut service) = self.service.try_borrow_mut() else {
            return Err(Error::Plugin {
                message: format!("`{export}` was called while another of the plugin's hooks runs"),
            });
        };
        let service = &mut *service;
        service.exchange();
        set_clock(&service.plugin, now);
        let (output, spent) = service.plugin.run(export, &event.encode());
        drop(service.plugin.take_events());
        service.exchange();
        let result = output.and_then(|output| read(&output));
        self.note(export, result.is_err(), spent);
        result
    }

    fn note(&self, name: &str, failed: bool, spent: Spent) {
        let mut totals = self.totals.borrow_mut();
        if !totals.contains_key(name) {
            totals.insert(name.to_owned(), Total::default());
        }
        if let Some(total) = totals.get_mut(name) {
            total.calls += 1;
            total.errors += u64::from(failed);
            total.fuel += spent.fuel;
            total.time += spent.duration;
        }
    }
}

impl Service {
    /// Gives the host this instance's variables, and keeps those of the other.
    fn exchange(&mut self) {
        let (vars, last_headers) = (&mut self.vars, &mut self.last_headers);
        self.plugin.host(|host| {
            std::mem::swap(&mut host.vars, vars);
            std::mem::swap(&mut host.last_headers, last_headers);
        });
    }
}

/// The plugin's clock shows the server's time.
fn set_clock(plugin: &Plugin, now: u64) {
    let precise = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = Duration::from_millis(now);
    // The server's time is in milliseconds; where it is the machine's, the plugin gets all of it.
    let close = precise.checked_sub(now).is_some_and(|ahead| ahead < Duration::from_secs(60));
    plugin.host(|host| host.clock.set(if close { precise } else { now }));
}
