//! What runs before the first call: start functions and the exports that Extism calls by itself. Its clock watches
//! calls only, and it shows nobody the engine whose epochs would end them. So such a plugin gets one more module,
//! whose start function fails once: the backtrace leads to that module, and the module to the engine.

use std::cell::Cell;
use std::sync::LazyLock;

use extism::{CompiledPlugin, Function, UserData, Wasm};
use wasmtime::{Engine, WasmBacktrace};

use crate::artifact::module::Module;
use crate::engine::failure::Failure;
use crate::error::{Error, Result};

/// Its name: Extism instantiates modules in the order of their names, so it is the first.
pub(super) const NAME: &str = "";
const IMPORT: (&str, &str) = ("plugsmith", "starts");

static PROBE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let (module, name) = IMPORT;
    // Of its own, so that there is a frame of the module in the backtrace.
    wat::parse_str(format!(
        "(module (import {module:?} {name:?} (func $starts)) (func $start (call $starts)) (start $start))"
    ))
    .expect("the text is a module")
});

thread_local! {
    /// Whether the start function of the added module is to fail.
    static FAILS: Cell<bool> = const { Cell::new(false) };
}

/// Whether code of the module runs before the first call.
pub(super) fn runs(module: &Module) -> bool {
    const CALLED: [&str; 3] = ["_initialize", "__wasm_call_ctors", "hs_init"];
    module.sections.iter().any(|(name, _)| name == "start")
        || CALLED.iter().any(|name| module.exports.contains_key(*name))
}

/// The module to add.
pub(super) fn probe() -> Wasm {
    Wasm::data(PROBE.as_slice()).with_name(NAME)
}

/// What its start function calls.
pub(super) fn function() -> Function {
    let (module, name) = IMPORT;
    Function::new(name, [], [], UserData::new(()), |_, _, _, _| match FAILS.get() {
        true => Err(Failure::msg("to find the engine")),
        false => Ok(()),
    })
    .with_namespace(module)
}

/// The engine that a plugin with the added module runs on.
///
/// # Errors
/// The wall clock cannot be set for what runs before the first call.
pub(super) fn engine(plugin: &CompiledPlugin) -> Result<Engine> {
    FAILS.set(true);
    let failed = extism::Plugin::new_from_compiled(plugin);
    FAILS.set(false);
    let engine = failed.err().and_then(|error| {
        let frames = error.downcast_ref::<WasmBacktrace>()?.frames();
        frames.first().map(|frame| frame.module().engine().clone())
    });
    engine.ok_or_else(|| Error::InvalidModule {
        reason: "its start function would run without a limit of time: Extism's engine is not found".to_owned(),
    })
}
