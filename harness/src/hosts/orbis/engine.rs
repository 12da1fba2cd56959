//! One engine for all Orbis plugins of the process, and their compiled modules.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use wasmtime::{Cache, Config, Engine, InstancePre, WasmBacktraceDetails};

use super::abi::Abi;
use super::running::Running;
use crate::artifact::module::Module;
use crate::engine::compiled;
use crate::error::{Error, Result};

/// The engine, as the real host configures it.
pub(super) fn get() -> &'static Engine {
    static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
        let mut config = Config::new();
        config.consume_fuel(true).max_wasm_stack(512 * 1024).wasm_backtrace_details(WasmBacktraceDetails::Enable);
        let cache = compiled::cache_config().and_then(|path| Cache::from_file(Some(Path::new(path))).ok());
        config.cache(cache);
        Engine::new(&config).expect("wasmtime runs on this machine")
    });
    &ENGINE
}

/// The artifact, compiled and linked; once for each artifact, ABI and process.
pub(super) fn compile(module: &Module, wasm: &[u8], abi: &Abi) -> Result<Arc<InstancePre<Running>>> {
    module.refuse_excess()?;
    type Known = HashMap<&'static str, HashMap<Vec<u8>, Arc<InstancePre<Running>>>>;
    static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.entry(abi.owner).or_default();
    if let Some(linked) = known.get(wasm) {
        return Ok(Arc::clone(linked));
    }
    let invalid = |error: wasmtime::Error| Error::InvalidModule { reason: format!("{error:#}") };
    let module = wasmtime::Module::new(get(), wasm).map_err(invalid)?;
    let linked = Arc::new((abi.linker)().instantiate_pre(&module).map_err(invalid)?);
    known.insert(wasm.to_vec(), Arc::clone(&linked));
    Ok(linked)
}
