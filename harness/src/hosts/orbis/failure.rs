//! What wasmtime's errors mean, and where in the plugin they happened.

use wasmtime::{Trap, WasmBacktrace};

use super::limits::Limits;
use super::running::Running;
use crate::engine::failure::{TRAP, names_of_the_author};
use crate::error::Error;

/// Why a call failed, and the addresses of its frames.
#[derive(Debug)]
pub(super) struct Trapped {
    pub(super) error: Error,
    pub(super) addresses: Vec<u64>,
}

impl From<Error> for Trapped {
    fn from(error: Error) -> Trapped {
        Trapped { error, addresses: Vec::new() }
    }
}

impl Trapped {
    pub(super) fn new(error: wasmtime::Error, running: &Running, limits: Limits) -> Trapped {
        let frames = error.downcast_ref::<WasmBacktrace>().map(WasmBacktrace::frames).unwrap_or_default();
        let addresses = frames.iter().filter_map(|frame| frame.module_offset()).map(|offset| offset as u64).collect();
        let names = names_of_the_author(frames.iter().filter_map(|frame| frame.func_name()));
        let root = error.root_cause().to_string();
        let reason = root.strip_prefix(TRAP).unwrap_or(&root).to_owned();
        let error = match error.downcast_ref::<Trap>() {
            Some(Trap::OutOfFuel) => Error::HostLimit { what: "units of fuel".to_owned(), limit: limits.fuel },
            Some(Trap::Interrupt) => Error::TimedOut { milliseconds: limits.time.as_millis() as u64 },
            // A Rust guest that gets no memory panics, or aborts.
            _ if running.bounds.starved && running.last_words.is_none() => return Trapped::starved(limits),
            Some(_) => Error::Trapped { panic: running.last_words.clone(), reason, frames: names },
            None => Error::InvalidModule { reason },
        };
        Trapped { error, addresses }
    }

    /// The plugin wanted more memory than there is.
    pub(super) fn starved(limits: Limits) -> Trapped {
        let pages = (limits.memory_bytes / 65536).try_into().unwrap_or(u32::MAX);
        Error::OutOfMemory { pages }.into()
    }
}
