//! What a host does by itself, outside of any call of the plugin's: gathered as one outcome.

use std::time::Instant;

use plugsmith::{CommandError, HostError};

use super::extensions::{Extensions, Gate};
use super::keyspace::Keyspace;
use super::shown::ShownAs;
use crate::engine::plugin::Plugin;
use crate::error::{Error, Result};
use crate::trace::call::{Shown, What};
use crate::trace::event::{self, REFUSALS};
use crate::trace::outcome::Outcome;
use crate::trace::spent::Spent;

/// What happened so far.
#[derive(Default)]
pub(crate) struct Past {
    pub(crate) events: Vec<event::Event>,
    pub(crate) spent: Spent,
}

impl Plugin {
    /// Does something as the host of the plugin, and gathers what happens.
    pub(crate) fn act<T: ShownAs>(
        &mut self,
        name: &str,
        what: What,
        work: impl FnOnce(&mut Plugin, &mut Past) -> Result<T>,
    ) -> Outcome<T> {
        let started = Instant::now();
        let mut past = Past::default();
        self.take_events();
        let result = work(self, &mut past);
        past.spent.add(self.running().below.spent.take());
        past.spent.duration = started.elapsed();
        past.events.extend(self.take_events());
        let result = result.map(|value| {
            let shown = Shown::Text(value.shown());
            (value, shown)
        });
        self.subject.finish(name, what, result, past.events, past.spent)
    }
}

/// Runs `work` with the plugin's host as the one that is asked, and ends with whatever failed in it.
pub(crate) fn asking<T>(plugin: &Plugin, work: impl FnOnce(&Keyspace) -> Result<T, HostError>) -> Result<T> {
    let running = plugin.running();
    let gate = plugin.attached::<Extensions>().map_or_else(Gate::default, Extensions::gate);
    let keys = Keyspace::new(running.host.context.store(), &gate);
    let result = running.enter(|| work(&keys));
    match running.below.failure.take() {
        Some(failure) => Err(failure),
        None => result.map_err(answer),
    }
}

/// A refusal, as the caller sees it.
pub(crate) fn answer(error: HostError) -> Error {
    let is_refused = REFUSALS.contains(&error.code());
    let message = CommandError::from(error).to_string();
    if is_refused { Error::Denied { message } } else { Error::Plugin { message } }
}
