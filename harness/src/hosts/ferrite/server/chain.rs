//! The hooks, transformers and storage backends of all plugins, in the order in which they run.

use std::rc::Rc;

use plugsmith::protocol::event::{Event, modified_field};
use plugsmith::protocol::metadata::{Hook, StorageBackend, Transformer};
use plugsmith::testing::glob_matches;
use plugsmith::{HookResult, Value};

use super::config::HookFailure;
use super::guest::Guest;
use crate::error::Error;
use crate::hosts::ferrite::store::Fault;
use crate::hosts::ferrite::verdict::modify;

/// An entry point, and the plugin that it belongs to.
type Link<T> = (T, Rc<Guest>);

/// What hangs between the commands and the keys.
#[derive(Default)]
pub(crate) struct Chain {
    hooks: Vec<Link<Hook>>,
    writers: Vec<Link<Transformer>>,
    readers: Vec<Link<Transformer>>,
    backends: Vec<Link<StorageBackend>>,
    failure: HookFailure,
}

impl Chain {
    /// The entry points of these plugins: by priority, then in the order of loading, then in that of each
    /// plugin's `export_plugin!`.
    pub(crate) fn of<'a>(guests: impl Iterator<Item = &'a Rc<Guest>>, failure: HookFailure) -> Chain {
        let mut chain = Chain { failure, ..Chain::default() };
        for guest in guests {
            chain.hooks.extend(guest.hooks.iter().map(|hook| (hook.clone(), Rc::clone(guest))));
            for transformer in &guest.transformers {
                let link = (transformer.clone(), Rc::clone(guest));
                if transformer.on == "write" { chain.writers.push(link) } else { chain.readers.push(link) }
            }
            chain.backends.extend(guest.backends.iter().map(|backend| (backend.clone(), Rc::clone(guest))));
        }
        chain.hooks.sort_by_key(|(hook, _)| hook.priority);
        chain.writers.sort_by_key(|(writer, _)| writer.priority);
        chain.readers.sort_by_key(|(reader, _)| reader.priority);
        // The last that went on comes off first.
        chain.readers.reverse();
        chain
    }

    /// Whether a hook waits for the event.
    pub(crate) fn hears(&self, event: &str) -> bool {
        self.hooks.iter().any(|(hook, _)| hook.event == event)
    }

    /// Whether no plugin hangs anything here.
    pub(crate) fn is_empty(&self) -> bool {
        self.hooks.is_empty() && self.writers.is_empty() && self.readers.is_empty() && self.backends.is_empty()
    }

    /// Whether a transformer or a backend is before the values of this key.
    pub(crate) fn converts(&self, key: &[u8]) -> bool {
        let Ok(key) = std::str::from_utf8(key) else { return false };
        self.backend(key).is_some()
            || self.writers.iter().chain(&self.readers).any(|(link, _)| glob_matches(&link.pattern, key))
    }

    /// Whether anything hangs before the values of this key.
    pub(crate) fn concerns(&self, key: &[u8]) -> bool {
        if self.is_empty() {
            return false;
        }
        let Ok(key) = std::str::from_utf8(key) else { return true };
        ["OnKeyRead", "OnKeyWrite", "OnKeyDelete"].into_iter().any(|event| self.hears(event))
            || self.writers.iter().chain(&self.readers).any(|(link, _)| glob_matches(&link.pattern, key))
            || self.backend(key).is_some()
    }

    /// The backend that serves a key: the one with the longest prefix.
    pub(crate) fn backend(&self, key: &str) -> Option<&Link<StorageBackend>> {
        let serving = self.backends.iter().filter(|(backend, _)| key.starts_with(&backend.prefix));
        serving.max_by_key(|(backend, _)| backend.prefix.len())
    }

    pub(crate) fn backends(&self) -> impl Iterator<Item = &Link<StorageBackend>> {
        self.backends.iter()
    }

    /// The value of an event that its hooks let pass: what they may modify.
    ///
    /// # Errors
    /// The message of the hook that aborts it; where hooks fail closed, that one failed.
    pub(crate) fn judge(&self, mut event: Event, now: u64) -> Result<Value, Fault> {
        let name = event.name.clone();
        for (hook, guest) in self.hooks.iter().filter(|(hook, _)| hook.event == name) {
            match guest.judge(hook, &event, now) {
                Ok(HookResult::Continue) => {}
                Ok(HookResult::Abort(message)) => return Err(coded(&message)),
                Ok(HookResult::Modified(value)) => modify(&mut event, value),
                Err(_) if self.failure == HookFailure::Open => {}
                Err(error) => {
                    return Err(failed(&format!("the hook {} of plugin '{}'", hook.event, guest.name), &error));
                }
            }
        }
        let field = modified_field(&name);
        let place = event.fields.iter().position(|(known, _)| known == field);
        Ok(place.map_or(Value::Null, |place| event.fields.swap_remove(place).1))
    }

    /// The value that goes into the store for one that is written.
    pub(crate) fn write(&self, key: &str, value: Value, now: u64) -> Result<Value, Fault> {
        transform("write", &self.writers, key, value, now)
    }

    /// The value that a reader gets for one that lies in the store.
    pub(crate) fn read(&self, key: &str, value: Value, now: u64) -> Result<Value, Fault> {
        transform("read", &self.readers, key, value, now)
    }
}

fn transform(on: &str, links: &[Link<Transformer>], key: &str, mut value: Value, now: u64) -> Result<Value, Fault> {
    for (transformer, guest) in links.iter().filter(|(transformer, _)| glob_matches(&transformer.pattern, key)) {
        let event = Event::new(on).key(key).value(value);
        value = ask(guest, &transformer.export, &event, now)?;
        if value.is_null() || matches!(value, Value::Error(_)) {
            return Err(Fault::new(format!("ERR `{}` left nothing to store", transformer.export)));
        }
    }
    Ok(value)
}

/// Asks a transformer or a backend. There is no going on without its answer.
pub(crate) fn ask(guest: &Guest, export: &str, event: &Event, now: u64) -> Result<Value, Fault> {
    guest.ask(export, event, now).map_err(|error| failed(&format!("`{export}` of plugin '{}'", guest.name), &error))
}

/// The error of a call, as a client reads it.
pub(crate) fn failed(what: &str, error: &Error) -> Fault {
    match error {
        Error::Plugin { message } | Error::Denied { message } => coded(message),
        error => Fault::new(format!("ERR {what} failed: {error}")),
    }
}

/// A message with a code before it: its own, if it starts with a word in capitals.
pub(crate) fn coded(message: &str) -> Fault {
    let code = message.split(' ').next().unwrap_or_default();
    let has_code = code.len() > 1 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    Fault::new(if has_code { message.to_owned() } else { format!("ERR {message}") })
}
