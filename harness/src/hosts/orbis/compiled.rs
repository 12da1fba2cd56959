//! Compiled plugins, linked with the functions of their ABI.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use wasmtime::InstancePre;

use super::abi::{Abi, Kind};
use super::running::Running;
use super::{engine, imports};
use crate::artifact::module::Module;
use crate::error::{Error, Result};

/// The artifact, compiled and linked; once for each artifact, ABI and process.
pub(super) fn compile(module: &Module, wasm: &[u8], abi: &Abi) -> Result<Arc<InstancePre<Running>>> {
    module.refuse_excess()?;
    type Known = HashMap<Kind, HashMap<Vec<u8>, Arc<InstancePre<Running>>>>;
    static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.entry(abi.kind).or_default();
    if let Some(linked) = known.get(wasm) {
        return Ok(Arc::clone(linked));
    }
    let invalid = |error: wasmtime::Error| Error::InvalidModule { reason: format!("{error:#}") };
    let module = wasmtime::Module::new(engine::get(), wasm).map_err(invalid)?;
    let linked = Arc::new(imports::linker(abi).instantiate_pre(&module).map_err(invalid)?);
    known.insert(wasm.to_vec(), Arc::clone(&linked));
    Ok(linked)
}
