//! One call of a plugin: what is counted, watched and judged around it.

use std::time::{Duration, Instant};

use plugsmith::Value;
use plugsmith::protocol::resp;

use super::Plugin;
use crate::engine::attached::Ended;
use crate::engine::failure;
use crate::engine::watch::Watched;
use crate::error::{Error, Result};
use crate::trace::event::{self, Event};
use crate::trace::spent::Spent;

impl Plugin {
    /// One call: bytes in, bytes out, and everything between.
    pub(crate) fn invoke(&mut self, function: &str, input: &[u8]) -> (Result<Vec<u8>>, Spent) {
        self.running.begin();
        let watched = self.running.watched.borrow().clone();
        if let Some(Watched { watch, depth }) = &watched {
            watch.enters(function, input, *depth);
        }
        self.attached.iter().for_each(|attached| attached.begins());
        let started = Instant::now();
        let result = self
            .compiled
            .module
            .entry(function)
            .and_then(|()| self.instantiate())
            .and_then(|()| self.enter(function, input));
        let duration = started.elapsed();
        self.running.end_printed();
        self.running.adopt_memories();
        let host_calls = self.running.host_calls();
        // Extism fills the fuel up before each call. Of code that its timeout interrupts nobody knows the fuel:
        // wasmtime keeps count in a register until the next call.
        let limits = &self.running.host.limits;
        let is_interrupted = matches!(&result, Err(Error::TimedOut { .. }))
            && limits.timeout.is_some_and(|timeout| self.running.wasi.slept() < timeout);
        let own = if is_interrupted { 0 } else { self.fuel_of_last_call() };
        let fuel = own + self.running.below.spent.take().fuel;
        let result = within(limits.fuel, fuel, result);
        let result = self.in_time(function, fuel, result).map_err(|error| self.running.wasi.waited_in_vain(error));
        if let Some(edges) = self.compiled.module.edges {
            self.edges = self.running.take_edges(edges).unwrap_or_default();
        }
        let pages = self.running.guest_memory().map_or(0, |memory| memory.size() as u64 / 65536);
        let only_once = self.running.host.grants.fresh_instances || function == "_start";
        // After `_start`, too, Extism makes a fresh instance.
        let outlived = self.outlives_traps && matches!(&result, Err(Error::Trapped { .. }));
        if only_once || matches!(&result, Err(error) if !outlived && failure::breaks_instance(error)) {
            self.discard();
        }
        let mut crossed = std::mem::take(&mut self.running.call.borrow_mut().crossed);
        crossed.bytes_in = input.len() as u64;
        crossed.bytes_out = result.as_ref().map_or(0, |output| output.len() as u64);
        let spent = Spent { fuel, host_calls, pages, duration, crossed };
        self.running.host.ledger.note(function, &result, &spent);
        let ended = Ended { export: function, spent: &spent };
        let judged = self.attached.iter().try_for_each(|attached| attached.ended(&ended));
        let result = result.and_then(|output| judged.map(|()| output));
        if let Some(Watched { watch, depth }) = &watched {
            watch.leaves(result.as_deref(), *depth);
        }
        (result, spent)
    }

    /// A result, unless the call took longer than its command's `timeout_ms`: what it slept in the test's clock,
    /// and a millisecond for each million of fuel, so that it takes as long on every machine.
    fn in_time(&self, function: &str, fuel: u64, result: Result<Vec<u8>>) -> Result<Vec<u8>> {
        const FUEL_PER_MILLISECOND: u64 = 1_000_000;
        let command = self.compiled.module.commands().find(|command| command.name == function);
        let Some(milliseconds) = command.and_then(|command| command.timeout_ms) else { return result };
        let taken = self.running.wasi.slept() + Duration::from_millis(fuel / FUEL_PER_MILLISECOND);
        match result {
            Ok(_) | Err(Error::OutOfFuel { .. } | Error::TimedOut { .. })
                if taken >= Duration::from_millis(milliseconds) =>
            {
                Err(Error::TimedOut { milliseconds })
            }
            // The fuel of an interrupted call is not known, but it had more time than the command has.
            Err(Error::TimedOut { milliseconds: limit }) if limit >= milliseconds => {
                Err(Error::TimedOut { milliseconds })
            }
            result => result,
        }
    }

    /// Fuel used since it was last filled up.
    pub(crate) fn fuel_of_last_call(&self) -> u64 {
        self.instance.as_ref().and_then(extism::Plugin::fuel_consumed).unwrap_or(0)
    }

    /// What happened since the last call of this.
    pub(crate) fn take_events(&self) -> Vec<Event> {
        let mut events = std::mem::take(&mut self.running.call.borrow_mut().events).into_events();
        events.append(&mut self.running.below.events.borrow_mut());
        events
    }

    fn enter(&mut self, function: &str, input: &[u8]) -> Result<Vec<u8>> {
        self.running.host.refuse_binary_input(function, input)?;
        let Some(instance) = &mut self.instance else { return Ok(Vec::new()) };
        let result = self.running.enter(|| instance.call::<&[u8], ()>(function, input));
        // A host function's verdict stands, even if the guest has handled it.
        match (self.running.below.failure.take(), result) {
            (Some(failure), _) => Err(failure),
            // Extism's contract: whoever sets an error has failed, whatever it returns.
            (None, Ok(())) => match self.running.take_error() {
                Some(message) => Err(self.running.answered(message)),
                None => self.running.output(function),
            },
            (None, Err(error)) => {
                let message = self.running.take_error();
                let mut failure = match failure::call(&error, message, &self.running.host.limits) {
                    Error::Plugin { message } => self.running.answered(message),
                    failure => failure,
                };
                self.origin.name_frames(&self.compiled.wasm, &mut failure, &failure::addresses(&error));
                Err(failure)
            }
        }
    }
}

/// A result, unless the call and what it led to used more fuel together than a call may use.
pub(crate) fn within<T>(limit: u64, fuel: u64, result: Result<T>) -> Result<T> {
    match result {
        Err(error) if failure::breaks_instance(&error) => Err(error),
        _ if fuel > limit => Err(Error::OutOfFuel { limit }),
        result => result,
    }
}

/// The reply of a command in its output.
pub(crate) fn reply(name: &str, output: &[u8]) -> Result<Value> {
    resp::decode(output).map_err(|error| Error::BadOutput {
        function: name.to_owned(),
        reason: format!("{error}: {}", event::render_bytes(output)),
    })
}
