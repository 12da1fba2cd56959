//! The wall clock for guests that Extism's own clock does not watch.

use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use wasmtime::Engine;

/// Interrupts whatever runs on an engine once its time is over, unless it is dropped before.
pub(crate) struct Alarm {
    done: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Alarm {
    /// One that goes off after `limit`. Stores of this engine must have an epoch deadline of 1.
    pub(crate) fn set(engine: &Engine, limit: Duration) -> Alarm {
        let (done, waits) = mpsc::channel();
        let engine = engine.clone();
        let thread = std::thread::spawn(move || {
            if waits.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                engine.increment_epoch();
            }
        });
        Alarm { done: Some(done), thread: Some(thread) }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.done = None;
        // Or it could still go off, in a later call.
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
