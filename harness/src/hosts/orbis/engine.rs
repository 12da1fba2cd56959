//! One engine for all Orbis plugins of the process, and the clock of its epochs.

use std::path::Path;
use std::sync::{Condvar, LazyLock, Mutex, Once, PoisonError};
use std::time::Duration;

use wasmtime::{Cache, Config, Engine, WasmBacktraceDetails};

use crate::engine::compiled;

/// The engine, as the real host configures it.
pub(super) fn get() -> &'static Engine {
    static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
        let mut config = Config::new();
        config
            .consume_fuel(true)
            .epoch_interruption(true)
            .max_wasm_stack(512 * 1024)
            .wasm_backtrace_details(WasmBacktraceDetails::Enable);
        let cache = compiled::cache_config().and_then(|path| Cache::from_file(Some(Path::new(path))).ok());
        config.cache(cache);
        Engine::new(&config).expect("wasmtime runs on this machine")
    });
    &ENGINE
}

/// How long an epoch is.
const EPOCH: Duration = Duration::from_millis(20);

/// How many epochs more than its time a guest has: the first may end at once, and a guest that calls its host is told
/// by the failing call, as in the real host, before it is ended.
const GRACE: u64 = 10;

/// While there is one, the engine's epochs pass.
pub(super) struct Clock;

/// How many there are, and what wakes up whoever waits for the first.
static CLOCKS: (Mutex<usize>, Condvar) = (Mutex::new(0), Condvar::new());

impl Clock {
    /// One that runs, and after how many epochs a guest with this time is ended.
    pub(super) fn start(limit: Duration) -> (Clock, u64) {
        static THREAD: Once = Once::new();
        THREAD.call_once(|| {
            std::thread::spawn(|| {
                loop {
                    let running = CLOCKS.0.lock().unwrap_or_else(PoisonError::into_inner);
                    drop(CLOCKS.1.wait_while(running, |running| *running == 0));
                    std::thread::sleep(EPOCH);
                    get().increment_epoch();
                }
            });
        });
        *CLOCKS.0.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        CLOCKS.1.notify_one();
        (Clock, u64::try_from(limit.as_millis() / EPOCH.as_millis()).unwrap_or(u64::MAX / 2) + GRACE)
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        *CLOCKS.0.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
    }
}
