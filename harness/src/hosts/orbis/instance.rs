//! One call of a handler, in an instance of its own: what the real host does, step by step.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use wasmtime::{InstancePre, Memory, Store};

use super::engine;
use super::failure::Trapped;
use super::host::Limits;
use super::imports::Running;
use super::memory;
use super::services::Services;
use crate::error::Error;
use crate::trace::Event;

/// What came of a call.
pub(super) struct Finished {
    pub(super) result: Result<Json, Trapped>,
    pub(super) events: Vec<Event>,
    pub(super) fuel: u64,
    pub(super) pages: u64,
    pub(super) duration: Duration,
}

/// Calls `handler`, which the artifact exports as one, with this context.
pub(super) fn call(
    artifact: &InstancePre<Running>,
    services: &Arc<Mutex<Services>>,
    limits: Limits,
    handler: &str,
    context: &[u8],
) -> Finished {
    let started = Instant::now();
    let mut store = Store::new(engine::get(), Running::new(Arc::clone(services), limits));
    store.limiter(|running| running);
    let mut memory = None;
    let result = store
        .set_fuel(limits.fuel)
        .map_err(|error| Trapped::new(error, store.data(), limits))
        .and_then(|()| run(&mut store, artifact, handler, context, &mut memory, limits));
    let duration = started.elapsed();
    let fuel = limits.fuel - store.get_fuel().unwrap_or(0);
    let pages = memory.map_or(0, |memory| memory.size(&store));
    let mut running = store.into_data();
    // A host function's verdict stands, whatever the guest made of it.
    let result = match running.failure.take() {
        Some(failure) => Err(Trapped::from(failure)),
        None => result,
    };
    Finished { result, events: running.events.into_events(), fuel, pages, duration }
}

fn run(
    store: &mut Store<Running>,
    artifact: &InstancePre<Running>,
    handler: &str,
    context: &[u8],
    seen: &mut Option<Memory>,
    limits: Limits,
) -> Result<Json, Trapped> {
    // A macro, since each use borrows the store anew.
    macro_rules! trapped {
        ($result:expr) => {
            match $result {
                Ok(value) => value,
                Err(error) => return Err(Trapped::new(error, store.data(), limits)),
            }
        };
    }
    let bad = |reason: String| Trapped::from(Error::BadOutput { function: handler.to_owned(), reason });
    let instance = trapped!(artifact.instantiate(&mut *store));
    let allocate = trapped!(instance.get_typed_func::<i32, i32>(&mut *store, "allocate"));
    let Some(memory) = instance.get_memory(&mut *store, "memory") else {
        return Err(bad("the plugin exports no memory".to_owned()));
    };
    *seen = Some(memory);
    let context_pointer = trapped!(memory::copy_in(&mut *store, &memory, &allocate, &[context]));
    let context_pointer = match context_pointer {
        Ok(0) | Err(_) if store.data().starved => return Err(Trapped::starved(limits)),
        Ok(pointer) => pointer,
        Err(reason) => return Err(Trapped::from(Error::BadOutput { function: "allocate".to_owned(), reason })),
    };
    let length = context.len() as i32;
    let function = trapped!(instance.get_typed_func::<(i32, i32), i32>(&mut *store, handler));
    let pointer = trapped!(function.call(&mut *store, (context_pointer as i32, length))) as u32;
    let result = answer(memory.data(&*store), pointer).map_err(bad)?;
    if instance.get_func(&mut *store, "deallocate").is_some() {
        let deallocate = trapped!(instance.get_typed_func::<(i32, i32), ()>(&mut *store, "deallocate"));
        // When it traps, the real host throws the answer away.
        trapped!(deallocate.call(&mut *store, (context_pointer as i32, length)));
    }
    Ok(result)
}

/// The JSON behind a handler's pointer.
fn answer(memory: &[u8], pointer: u32) -> Result<Json, String> {
    if pointer == 0 {
        return Ok(Json::Null);
    }
    let bytes = memory::length_prefixed(pointer, memory)
        .map_err(|error| format!("its answer at {pointer} is no length and so many bytes: {error}"))?;
    serde_json::from_slice(bytes)
        .map_err(|error| format!("its answer is no JSON ({error}): {}", crate::trace::render_bytes(bytes)))
}
