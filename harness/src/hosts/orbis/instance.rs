//! One call of a handler, in an instance of its own: what the real host does, step by step.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use wasmtime::{Instance, InstancePre, Memory, Store};

use super::abi::Abi;
use super::db::Session;
use super::engine;
use super::failure::Trapped;
use super::limits::Limits;
use super::memory::Allocator;
use super::running::Running;
use super::services::Services;
use crate::artifact::edges::Edges;
use crate::engine::watch::{Watch, Watched};
use crate::error::Error;
use crate::trace::cost::Crossed;
use crate::trace::event::Event;

/// What came of a call.
pub(super) struct Finished<T> {
    pub(super) result: Result<T, Trapped>,
    pub(super) events: Vec<Event>,
    pub(super) fuel: u64,
    pub(super) pages: u64,
    pub(super) duration: Duration,
    /// Its transaction, if it has left one open.
    pub(super) session: Session,
    pub(super) crossed: Crossed,
    /// What an instrumented artifact counted.
    pub(super) edges: Vec<u8>,
}

/// An artifact, and what its calls share.
pub(super) struct Loaded<'a> {
    pub(super) artifact: &'a InstancePre<Running>,
    pub(super) services: &'a Arc<Mutex<Services>>,
    pub(super) limits: Limits,
    pub(super) abi: &'static Abi,
    pub(super) watch: Option<&'a Arc<dyn Watch>>,
    pub(super) edges: Option<Edges>,
}

/// A fresh instance.
struct Fresh {
    store: Store<Running>,
    instance: Instance,
    memory: Memory,
    limits: Limits,
    abi: &'static Abi,
}

impl Loaded<'_> {
    /// Calls `handler`, which the artifact exports as one, with this context.
    pub(super) fn call(&self, handler: &str, context: &[u8]) -> Finished<Json> {
        self.finish(|fresh| fresh.handle(handler, context))
    }

    /// Calls `init`, `execute` or `cleanup`, which take nothing and answer a number.
    pub(super) fn lifecycle(&self, name: &str) -> Finished<i32> {
        self.finish(|fresh| {
            let called = fresh
                .instance
                .get_typed_func::<(), i32>(&mut fresh.store, name)
                .and_then(|function| function.call(&mut fresh.store, ()));
            called.map_err(|error| fresh.explain(error))
        })
    }

    fn finish<T>(&self, work: impl FnOnce(&mut Fresh) -> Result<T, Trapped>) -> Finished<T> {
        let started = Instant::now();
        let mut running = Running::new(Arc::clone(self.services), self.limits, self.abi);
        running.watched = self.watch.map(|watch| Watched { watch: Arc::clone(watch), depth: 0 });
        let mut store = Store::new(engine::get(), running);
        store.limiter(|running| &mut running.bounds);
        let (_clock, epochs) = engine::Clock::start(self.limits.time);
        store.set_epoch_deadline(epochs);
        let instance = store.set_fuel(self.limits.fuel).and_then(|()| self.artifact.instantiate(&mut store)).and_then(
            |instance| {
                let memory = instance.get_memory(&mut store, "memory");
                let memory = memory.ok_or_else(|| wasmtime::Error::msg("the plugin exports no memory"))?;
                Ok((instance, memory))
            },
        );
        let mut edges = Vec::new();
        let (result, store, pages) = match instance {
            Err(error) => (Err(Trapped::new(error, store.data(), self.limits)), store, 0),
            Ok((instance, memory)) => {
                let mut fresh = Fresh { store, instance, memory, limits: self.limits, abi: self.abi };
                let result = work(&mut fresh);
                let pages = memory.size(&fresh.store);
                let counters = self.edges.and_then(|edges| {
                    let counters = instance.get_memory(&mut fresh.store, &edges.export())?;
                    counters.data(&fresh.store).get(..edges.count).map(<[u8]>::to_vec)
                });
                edges = counters.unwrap_or_default();
                (result, fresh.store, pages)
            }
        };
        let duration = started.elapsed();
        let fuel = self.limits.fuel - store.get_fuel().unwrap_or(0);
        let mut running = store.into_data();
        // A host function's verdict stands, whatever the guest made of it.
        let result = match running.failure.take() {
            Some(failure) => Err(Trapped::from(failure)),
            None => result,
        };
        let (events, crossed, session) = (running.events.into_events(), running.crossed, running.session);
        Finished { result, events, fuel, pages, duration, session, crossed, edges }
    }
}

impl Fresh {
    fn handle(&mut self, handler: &str, context: &[u8]) -> Result<Json, Trapped> {
        let bad = |reason: String| Trapped::from(Error::BadOutput { function: handler.to_owned(), reason });
        let pointer = self.place(context)?;
        let length = context.len() as i32;
        let answered = self
            .instance
            .get_typed_func::<(i32, i32), i32>(&mut self.store, handler)
            .and_then(|function| function.call(&mut self.store, (pointer, length)))
            .map_err(|error| self.explain(error))?;
        let result = (self.abi.answer)(self.memory.data(&self.store), answered as u32).map_err(bad)?;
        let crossed = &mut self.store.data_mut().crossed;
        crossed.bytes_in = context.len() as u64;
        crossed.bytes_out = result.to_string().len() as u64;
        if self.instance.get_func(&mut self.store, self.abi.deallocate).is_some() {
            // When it traps, the real host throws the answer away.
            self.instance
                .get_typed_func::<(i32, i32), ()>(&mut self.store, self.abi.deallocate)
                .and_then(|function| function.call(&mut self.store, (pointer, length)))
                .map_err(|error| self.explain(error))?;
        }
        Ok(result)
    }

    /// Copies the context to where the guest's allocator says.
    fn place(&mut self, context: &[u8]) -> Result<i32, Trapped> {
        let function = self.instance.get_func(&mut self.store, self.abi.allocate);
        let placed = Allocator::of(self.abi.allocate, function, &self.store)
            .and_then(|allocator| allocator.copy_in(&mut self.store, &self.memory, context))
            .map_err(|error| self.explain(error))?;
        match placed {
            Ok(0) | Err(_) if self.store.data().bounds.starved => Err(Trapped::starved(self.limits)),
            Ok(pointer) => Ok(pointer as i32),
            Err(reason) => Err(Error::BadOutput { function: self.abi.allocate.to_owned(), reason }.into()),
        }
    }

    fn explain(&self, error: wasmtime::Error) -> Trapped {
        Trapped::new(error, self.store.data(), self.limits)
    }
}
