//! A loaded plugin: its instances, and what it may do.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use plugsmith::protocol::arguments::{self, Encoding};
use plugsmith::protocol::event::Event;
use plugsmith::protocol::metadata::{Hook, StorageBackend, Transformer};
use plugsmith::protocol::resp;
use plugsmith::{HookResult, Value};

use super::commands::Spec;
use crate::engine::guest::Guest as _;
use crate::engine::plugin::Plugin;
use crate::engine::watch::Watch;
use crate::error::{Error, Result};
use crate::hosts::ferrite::manifest::Manifest;
use crate::hosts::ferrite::service::{Served, Service, noted};
use crate::hosts::ferrite::verdict::verdict;
use crate::trace::event::{self, render_bytes};
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

/// What plugins do, for whoever asks for it: `None` where nobody does.
pub(crate) type Traced = Rc<RefCell<Option<Vec<event::Event>>>>;

/// A loaded plugin.
pub(crate) struct Guest {
    parts: Parts,
    pub(crate) enabled: Cell<bool>,
    pub(crate) loaded_at: SystemTime,
    pub(crate) totals: RefCell<BTreeMap<String, Total>>,
    /// The most pages that the memory of one of its instances holds.
    pages: Cell<u64>,
    traced: Traced,
    instance: RefCell<Plugin>,
    service: RefCell<Service>,
}

impl Deref for Guest {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.parts
    }
}

/// What the calls of one command or hook came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Total {
    pub(crate) calls: u64,
    pub(crate) errors: u64,
    pub(crate) fuel: u64,
    pub(crate) time: Duration,
}

/// What a [`Guest`] is made of.
pub(crate) struct Parts {
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
}

impl Guest {
    pub(crate) fn new(parts: Parts, instance: Plugin, traced: Traced) -> Guest {
        let service = RefCell::new(Service::new(instance.sibling()));
        let instance = RefCell::new(instance);
        let (enabled, totals, pages) = (Cell::new(true), RefCell::default(), Cell::default());
        Guest { parts, enabled, loaded_at: SystemTime::now(), totals, pages, traced, instance, service }
    }

    /// Lets `watch` see the host calls of all its instances.
    pub(crate) fn watch(&self, watch: Option<Arc<dyn Watch>>) {
        self.service.borrow_mut().plugin().watch(watch.clone());
        self.instance.borrow_mut().watch(watch);
    }

    /// Begins anew with fresh instances.
    pub(crate) fn restart(&self) -> Result<()> {
        self.pages.set(0);
        self.service.borrow_mut().plugin().discard();
        self.instance.borrow_mut().restart()
    }

    /// The variables of the instance that runs commands.
    pub(crate) fn variables(&self) -> BTreeMap<String, Vec<u8>> {
        self.instance.borrow().host(|host| host.vars.clone())
    }

    /// The most pages of 64 KiB that the memory of one of its instances holds.
    pub(crate) fn pages(&self) -> u64 {
        self.pages.get()
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
        let (output, spent) = plugin.invoke(name, &arguments::encode(args, Encoding::Resp));
        self.trace(|| plugin.take_events());
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
        set_clock(service.plugin(), now);
        let Served { output, spent, inside } = service.run(export, event);
        self.trace(|| {
            let shown = output.as_ref().map(|output| Some(render_bytes(output))).map_err(|error| error.to_string());
            vec![noted(export, event, shown, inside)]
        });
        let result = output.and_then(|output| read(&output));
        self.note(export, result.is_err(), spent);
        result
    }

    /// Keeps what happened, if anybody asks for it.
    fn trace(&self, events: impl FnOnce() -> Vec<event::Event>) {
        match &mut *self.traced.borrow_mut() {
            Some(traced) => traced.extend(events()),
            None => drop(events()),
        }
    }

    fn note(&self, name: &str, failed: bool, spent: Spent) {
        self.pages.set(self.pages.get().max(spent.pages));
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

/// The plugin's clock shows the server's time.
fn set_clock(plugin: &Plugin, now: u64) {
    let precise = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = Duration::from_millis(now);
    // The server's time is in milliseconds; where it is the machine's, the plugin gets all of it.
    let close = precise.checked_sub(now).is_some_and(|ahead| ahead < Duration::from_secs(60));
    plugin.host(|host| host.clock.set(if close { precise } else { now }));
}
