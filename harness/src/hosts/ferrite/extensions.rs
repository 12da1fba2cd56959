//! What a plugin hangs into its host: hooks, transformers and storage backends, and the instance
//! in which they run.

use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use plugsmith::protocol::event::{Event, modified_field};
use plugsmith::protocol::metadata::{Hook, StorageBackend, Transformer};
use plugsmith::protocol::resp;
use plugsmith::testing::glob_matches;
use plugsmith::{HookResult, HostError, Value};

use super::service::{Served, Service, noted};
use super::shown::ShownAs;
use super::verdict::{modify, verdict};
use crate::artifact::order::{hooks, transformers};
use crate::engine::attached::{Attach, Attached, Loading};
use crate::engine::below::Below;
use crate::engine::plugin::{Plugin, within};
use crate::error::{Error, HOST_CALL, Result};
use crate::trace::event::{self, render_value};

/// The entry points that a host calls by itself, in the order in which it does.
///
/// They run in an instance of their own, because Extism cannot call into one that is being called:
/// what a hook and a command share is storage, not statics and variables.
pub(crate) struct Extensions {
    hooks: Vec<Hook>,
    writers: Vec<Transformer>,
    readers: Vec<Transformer>,
    backends: Vec<StorageBackend>,
    service: RefCell<Service>,
    /// What the plugin is told of what happens here.
    below: Rc<Below>,
    gate: Gate,
}

/// Where the keys of a host find what hangs before them, once a plugin is loaded.
#[derive(Clone, Default)]
pub(crate) struct Gate(Rc<RefCell<Weak<Extensions>>>);

impl Gate {
    /// What a read or a write passes: nothing where the plugin hangs nothing there, and nothing for what
    /// hooks, transformers and backends do themselves.
    pub(crate) fn extensions(&self) -> Option<Rc<Extensions>> {
        let extensions = self.0.borrow().upgrade()?;
        let is_idle = extensions.service.try_borrow().is_ok();
        is_idle.then_some(extensions)
    }
}

impl Attach for Gate {
    fn attach(self: Box<Self>, to: &Loading<'_>) -> Result<Option<Rc<dyn Attached>>> {
        let Some(extensions) = Extensions::of(to, &self).map(Rc::new) else { return Ok(None) };
        *self.0.borrow_mut() = Rc::downgrade(&extensions);
        Ok(Some(extensions))
    }
}

impl Attached for Extensions {
    /// Ends the instance, so that the next call gets a fresh one.
    fn restarted(&self) {
        if let Ok(mut service) = self.service.try_borrow_mut() {
            service.plugin().discard();
        }
    }
}

/// What a call of a hook, a transformer or a backend counts for, besides its own host calls: about ten times as
/// long as a host call takes.
const CALL: u64 = 10 * HOST_CALL;

impl Extensions {
    /// The extensions of an artifact, if it has any.
    fn of(to: &Loading<'_>, gate: &Gate) -> Option<Extensions> {
        let module = &to.compiled.module;
        let hooks = hooks(module);
        let (writers, mut readers): (Vec<_>, Vec<_>) =
            transformers(module).into_iter().partition(|transformer| transformer.on == "write");
        readers.retain(|transformer| transformer.on == "read");
        // The last that went on comes off first.
        readers.reverse();
        let backends = module.storage_backends();
        if hooks.is_empty() && writers.is_empty() && readers.is_empty() && backends.is_empty() {
            return None;
        }
        let plugin = Plugin::service(Arc::clone(to.compiled), Rc::clone(to.host));
        let service = RefCell::new(Service::new(plugin));
        let (below, gate) = (Rc::clone(to.below), gate.clone());
        Some(Extensions { hooks, writers, readers, backends, service, below, gate })
    }

    pub(crate) fn gate(&self) -> Gate {
        self.gate.clone()
    }

    /// The hooks of an event.
    pub(crate) fn hooks<'a>(&'a self, event: &'a str) -> impl Iterator<Item = &'a Hook> {
        self.hooks.iter().filter(move |hook| hook.event == event)
    }

    /// The backend that serves `key`: the one with the longest prefix.
    pub(crate) fn backend(&self, key: &str) -> Option<&StorageBackend> {
        let serving = self.backends.iter().filter(|backend| key.starts_with(&backend.prefix));
        serving.max_by_key(|backend| backend.prefix.len())
    }

    pub(crate) fn backends(&self) -> &[StorageBackend] {
        &self.backends
    }

    /// Whether a value at `key` is the store's own business.
    pub(crate) fn is_plain(&self, key: &str) -> bool {
        let mut transformers = self.writers.iter().chain(&self.readers);
        self.backend(key).is_none()
            && !transformers.any(|transformer| glob_matches(&transformer.pattern, key))
            && self.hooks("OnKeyWrite").chain(self.hooks("OnKeyRead")).next().is_none()
    }

    /// The value that goes into storage for one that is written.
    pub(crate) fn write(&self, key: &str, value: Value) -> Result<Value, HostError> {
        self.transform("write", &self.writers, key, value)
    }

    /// The value that a reader gets for one that lies in storage.
    pub(crate) fn read(&self, key: &str, value: Value) -> Result<Value, HostError> {
        self.transform("read", &self.readers, key, value)
    }

    fn transform(
        &self,
        direction: &str,
        transformers: &[Transformer],
        key: &str,
        mut value: Value,
    ) -> Result<Value, HostError> {
        for transformer in transformers.iter().filter(|transformer| glob_matches(&transformer.pattern, key)) {
            let event = Event::new(direction).key(key).value(value);
            value = self.ask(&transformer.export, &event)?;
            if value.is_null() || matches!(value, Value::Error(_)) {
                return Err(self.bad(&transformer.export, "no storage holds null or an error"));
            }
        }
        Ok(value)
    }

    /// Lets the hooks of an event judge it: their verdict, and the event as they leave it.
    ///
    /// # Errors
    /// A hook's own error, which is no verdict.
    pub(crate) fn fire(&self, mut event: Event) -> Result<(HookResult, Event), HostError> {
        let mut result = HookResult::Continue;
        let name = event.name.clone();
        for hook in self.hooks(&name) {
            let (output, inside) = self.run(&hook.export, &event)?;
            let verdict = verdict(hook, &output).map_err(|error| fail(&self.below, error, &hook.export))?;
            note(&self.below, &hook.export, &event, Ok(Some(verdict.shown())), inside);
            match verdict {
                HookResult::Continue => {}
                HookResult::Abort(message) => return Ok((HookResult::Abort(message), event)),
                HookResult::Modified(value) => {
                    modify(&mut event, value.clone());
                    result = HookResult::Modified(value);
                }
            }
        }
        Ok((result, event))
    }

    /// The value of an event that its hooks let pass: what they may modify.
    ///
    /// # Errors
    /// The message of the hook that aborts it, and a hook's own error.
    pub(crate) fn judged(&self, event: Event) -> Result<Value, HostError> {
        let field = modified_field(&event.name);
        let (verdict, mut event) = self.fire(event)?;
        if let HookResult::Abort(message) = verdict {
            return Err(HostError::new(message));
        }
        let place = event.fields.iter().position(|(name, _)| name == field);
        Ok(place.map_or(Value::Null, |place| event.fields.swap_remove(place).1))
    }

    /// Asks a transformer or a backend.
    ///
    /// # Errors
    /// Its own error, and what the call then ends with where it trapped or gave an invalid result.
    pub(crate) fn ask(&self, export: &str, event: &Event) -> Result<Value, HostError> {
        let (output, inside) = self.run(export, event)?;
        let answer = resp::decode(&output).map_err(|error| self.bad(export, &error.to_string()))?;
        note(&self.below, export, event, Ok(Some(render_value(&answer))), inside);
        Ok(answer)
    }

    /// Notes an invalid answer, which ends the call.
    pub(crate) fn bad(&self, export: &str, reason: &str) -> HostError {
        fail(&self.below, Error::BadOutput { function: export.to_owned(), reason: reason.to_owned() }, export)
    }

    /// One call in the instance of the extensions: the output, and what happened on the way. All of them
    /// that one call leads to have together the fuel of one call.
    fn run(&self, export: &str, event: &Event) -> Result<(Vec<u8>, Vec<event::Event>), HostError> {
        let Ok(mut service) = self.service.try_borrow_mut() else {
            return Err(HostError::new(format!("`{export}` was called while another of the plugin's hooks runs")));
        };
        let Served { output, mut spent, inside } = service.run(export, event);
        spent.host_calls = spent.host_calls.saturating_add(CALL);
        self.below.spent.borrow_mut().add(spent);
        let all = self.below.spent.borrow().fuel;
        match within(service.plugin().running().host.limits.fuel, all, output) {
            Ok(output) => Ok((output, inside)),
            Err(error) => {
                note(&self.below, export, event, Err(error.to_string()), inside);
                Err(match error {
                    Error::Plugin { message } | Error::Denied { message } => HostError::new(message),
                    error => fail(&self.below, error, export),
                })
            }
        }
    }
}

/// Notes what an extension did, for the line of whatever host call it was done in.
fn note(below: &Below, export: &str, event: &Event, result: Result<Option<String>, String>, inside: Vec<event::Event>) {
    below.events.borrow_mut().push(noted(export, event, result, inside));
}

/// Notes a failure that no guest can undo: the call that led here ends with it.
fn fail(below: &Below, error: Error, export: &str) -> HostError {
    let text = HostError::new(format!("`{export}` failed: {error}"));
    below.fails(error);
    text
}
