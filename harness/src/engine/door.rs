//! The functions behind an artifact's imports: one for each, shared by every test that uses the
//! artifact, finding the running test's host by thread.
//!
//! Extism's own functions are shadowed too, so that foreign artifacts are mocked and traced. They
//! answer as extism 1.30.0 does (src/pdk.rs), down to which blocks the host frees. `alloc`, `free`,
//! `length`, loads, stores, input and output stay Extism's: its host side calls them itself.

mod allowed;
mod builtin;
mod http;
pub(crate) mod kernel;
mod wasi;

use extism::{CurrentPlugin, Function, UserData, Val, ValType};
use plugsmith::protocol::host_functions::{HostValue, WireType};

use crate::artifact::module::Module;
use crate::engine::host::Running;
use crate::error::{Error, HOST_CALL};
use crate::import::{Import, KERNEL, WASI, closure, peers_signature};
use crate::trace::event::{Event, HostCall, render};

pub(crate) use allowed::vain;
pub(crate) use http::check_request;
pub(crate) use kernel::FIRST_BLOCK;

/// A failure inside a host function, which ends the guest's call.
pub(crate) type Failure = extism::Error;

/// The work of one import: the test's host, and the call's values.
type Work = fn(&Import, &Running, &mut CurrentPlugin, &[Val], &mut [Val]) -> Result<(), Failure>;

/// The functions for the imports of a module, and the one that keeps Extism from reading an output
/// wherever a hostile guest says it is.
pub(crate) fn functions(module: &Module) -> Vec<Function> {
    let length = kernel::import("output_length");
    let imported = module.imports.iter().filter(|import| import.module != KERNEL || import.name != length.name);
    imported.chain([&length]).filter_map(function).collect()
}

fn function(import: &Import) -> Option<Function> {
    let types = |types: &[String]| types.iter().map(|ty| val_type(ty)).collect::<Option<Vec<ValType>>>();
    let (parameters, results) = (types(&import.signature.parameters)?, types(&import.signature.results)?);
    let work: Work = match import.module.as_str() {
        KERNEL => builtin::work(&import.name).or_else(|| kernel::work(&import.name))?,
        WASI => wasi::work(&import.name)?,
        _ => call_user_function,
    };
    let import = import.clone();
    let (module, name) = (import.module.clone(), import.name.clone());
    let shared = UserData::new(());
    Some(
        Function::new(name, parameters, results, shared, move |plugin, inputs, outputs, _| {
            let running = Running::current()
                .ok_or_else(|| Failure::msg("a guest ran outside of a call, such as in its start function"))?;
            running
                .charge(HOST_CALL)
                .and_then(|()| work(&import, &running, plugin, inputs, outputs))
                .inspect_err(|failure| note_failure(&running, &import, failure))
        })
        .with_namespace(module),
    )
}

pub(crate) fn val_type(name: &str) -> Option<ValType> {
    Some(match name {
        "i32" => ValType::I32,
        "i64" => ValType::I64,
        "f32" => ValType::F32,
        "f64" => ValType::F64,
        _ => return None,
    })
}

/// An import outside of Extism's own: whatever implements it, or the failure that names the fix.
fn call_user_function(
    import: &Import,
    running: &Running,
    plugin: &mut CurrentPlugin,
    inputs: &[Val],
    outputs: &mut [Val],
) -> Result<(), Failure> {
    let Some(function) = running.host.implementation(&import.module, &import.name) else {
        if peers_signature(import).as_ref() == Some(&import.signature) {
            return crate::hosts::peers::imports::work(import, running, plugin, inputs, outputs);
        }
        return Err(unexpected(import, running, plugin, inputs));
    };
    let arguments = read_arguments(running, plugin, &function.parameters, inputs)?;
    let result = (function.call)(&arguments);
    record(running, import, &function.parameters, &arguments, function.result, &result);
    // What trapped or ran out of fuel behind this function ends the guest's call, too.
    if running.failure.borrow().is_some() {
        return Err(Failure::msg(format!("{} led to a failure", import.name)));
    }
    match result {
        Ok(value) => write_result(running, plugin, value, outputs),
        Err(message) => Err(host_failure(running, &import.name, message)),
    }
}

/// Notes what ended the guest's call inside of a host function, where nothing is noted yet. What
/// Extism has fixed words for, and a trap of the kernel's, are judged later.
fn note_failure(running: &Running, import: &Import, failure: &Failure) {
    let message = failure.root_cause().to_string();
    if !crate::engine::failure::is_limit(&message) && !message.starts_with(crate::engine::failure::TRAP) {
        let function = import.name.clone();
        running.failure.borrow_mut().get_or_insert(Error::HostFailed { function, message });
    }
}

/// Refuses what needs Extism's store and linker while a start function runs: Extism has not set its
/// pointers to them yet, follows them all the same, and the process ends.
pub(crate) fn must_have_started(running: &Running) -> Result<(), Failure> {
    match running.starting.get() {
        false => Ok(()),
        true => Err(Failure::msg(
            "called from the start function or `_initialize`, where Extism crashes: call it from an export",
        )),
    }
}

/// Notes a host function's own failure, and ends the call.
pub(crate) fn host_failure(running: &Running, name: &str, message: String) -> Failure {
    let failure = Failure::msg(format!("{name}: {message}"));
    running.failure.borrow_mut().get_or_insert(Error::HostFailed { function: name.to_owned(), message });
    failure
}

fn unexpected(import: &Import, running: &Running, plugin: &mut CurrentPlugin, inputs: &[Val]) -> Failure {
    // Nothing is known of the arguments: an i64 that is a block's offset is shown as its bytes.
    let mut shown = Vec::new();
    let mut types = Vec::new();
    for input in inputs {
        let block = input.i64().and_then(|offset| read_block(running, plugin, offset.cast_unsigned()).ok().flatten());
        shown.push(match (&block, input) {
            (Some(bytes), _) => crate::trace::event::render_bytes(bytes),
            (None, Val::I64(n)) => n.to_string(),
            (None, Val::I32(n)) => n.to_string(),
            (None, Val::F32(bits)) => f32::from_bits(*bits).to_string(),
            (None, Val::F64(bits)) => f64::from_bits(*bits).to_string(),
            (None, _) => "?".to_owned(),
        });
        types.push(match (block.is_some(), input) {
            (true, _) => "String",
            (false, Val::I64(_)) => "i64",
            (false, Val::I32(_)) => "i32",
            (false, Val::F32(_)) => "f32",
            (false, _) => "f64",
        });
    }
    let call = format!("{}({})", import.name, shown.join(", "));
    let paste = format!(
        ".functions(YourTraitHost::serve(YourMock))    where a #[host_functions] trait declares it, else\n    {}",
        closure(import, types)
    );
    fail(running, import, shown, Error::UnexpectedHostCall { call, paste })
}

/// Ends the guest's call with an error that no handling in the guest can undo.
pub(crate) fn fail(running: &Running, import: &Import, arguments: Vec<String>, error: Error) -> Failure {
    let failure = Failure::msg(error.to_string());
    running.events.borrow_mut().push(Event::Call(HostCall {
        module: import.module.clone(),
        name: import.name.clone(),
        arguments,
        result: Err("unexpected".to_owned()),
        inside: Vec::new(),
    }));
    running.failure.borrow_mut().get_or_insert(error);
    failure
}

fn record(
    running: &Running,
    import: &Import,
    parameters: &[WireType],
    arguments: &[HostValue],
    ty: WireType,
    result: &Result<HostValue, String>,
) {
    running.events.borrow_mut().push(Event::Call(HostCall {
        module: import.module.clone(),
        name: import.name.clone(),
        arguments: parameters.iter().zip(arguments).filter_map(|(ty, value)| render(*ty, value)).collect(),
        result: result.as_ref().map(|value| render(ty, value)).map_err(Clone::clone),
        inside: running.inside.take(),
    }));
}

fn read_arguments(
    running: &Running,
    plugin: &mut CurrentPlugin,
    parameters: &[WireType],
    inputs: &[Val],
) -> Result<Vec<HostValue>, Failure> {
    parameters
        .iter()
        .zip(inputs)
        .map(|(ty, input)| {
            Ok(match input {
                Val::I64(offset) if ty.is_block() => {
                    HostValue::Block(read_block(running, plugin, offset.cast_unsigned())?)
                }
                Val::I64(n) => HostValue::I64(*n),
                Val::I32(n) => HostValue::I32(*n),
                Val::F32(bits) => HostValue::F32(f32::from_bits(*bits)),
                Val::F64(bits) => HostValue::F64(f64::from_bits(*bits)),
                _ => return Err(Failure::msg("a reference cannot be an argument of a host function")),
            })
        })
        .collect()
}

/// The bytes of a block; `None` for offset 0. The guest may name any offset, and may have
/// overwritten the block's own length, so the claim is held against the memory there is.
pub(crate) fn read_block(
    running: &Running,
    plugin: &mut CurrentPlugin,
    offset: u64,
) -> Result<Option<Vec<u8>>, Failure> {
    if offset == 0 {
        return Ok(None);
    }
    must_have_started(running)?;
    let length = plugin.memory_length(offset).or_else(|failure| {
        // A kernel that stumbles over the offset has no block there, Extism finds.
        let reason = failure.root_cause().to_string();
        if reason.starts_with(crate::engine::failure::TRAP) && !reason.ends_with("interrupt") {
            Ok(0)
        } else {
            Err(failure)
        }
    })?;
    if length == 0 {
        return Err(Failure::msg(format!("invalid memory offset: {offset} is no block")));
    }
    if offset.checked_add(length).is_none_or(|end| end > kernel_size(running)) {
        return Err(Failure::msg(format!("the block at {offset} claims {length} bytes, beyond the memory's end")));
    }
    running.charge(length)?;
    let handle = plugin.memory_handle(offset).ok_or_else(|| Failure::msg("the block is gone"))?;
    Ok(Some(plugin.memory_bytes(handle)?.to_vec()))
}

/// Frees a block that the kernel's contract hands to the host.
fn free_block(plugin: &mut CurrentPlugin, offset: u64) -> Result<(), Failure> {
    match plugin.memory_handle(offset) {
        Some(handle) if offset != 0 => plugin.memory_free(handle),
        _ => Ok(()),
    }
}

fn write_result(
    running: &Running,
    plugin: &mut CurrentPlugin,
    value: HostValue,
    outputs: &mut [Val],
) -> Result<(), Failure> {
    let Some(output) = outputs.first_mut() else { return Ok(()) };
    *output = match value {
        HostValue::Nothing => return Ok(()),
        HostValue::I32(n) => Val::I32(n),
        HostValue::I64(n) => Val::I64(n),
        HostValue::F32(n) => Val::F32(n.to_bits()),
        HostValue::F64(n) => Val::F64(n.to_bits()),
        // As in the Rust SDK, zero bytes need no block: empty arrives as offset 0, like none.
        HostValue::Block(bytes) => Val::I64(write_block(running, plugin, &bytes.unwrap_or_default())?),
    };
    Ok(())
}

/// The offset of a new block with these bytes. Extism's `memory_new` writes wherever the kernel
/// says; a guest that overwrote the kernel's block headers can make it say anything.
pub(crate) fn write_block(running: &Running, plugin: &mut CurrentPlugin, bytes: &[u8]) -> Result<i64, Failure> {
    must_have_started(running)?;
    if bytes.is_empty() {
        return Ok(0);
    }
    running.charge(bytes.len() as u64)?;
    let handle = plugin.memory_alloc(bytes.len() as u64).map_err(|error| {
        // The kernel could not grow its memory.
        if error.to_string().ends_with(" out of memory") { Failure::msg("oom") } else { error }
    })?;
    let offset = handle.offset();
    if offset.checked_add(bytes.len() as u64).is_none_or(|end| end > kernel_size(running)) {
        return Err(Failure::msg("the kernel's memory is corrupt: it gave out a block beyond its end"));
    }
    plugin.memory_bytes_mut(handle)?.copy_from_slice(bytes);
    Ok(offset.cast_signed())
}

/// The size of the kernel's memory in bytes.
fn kernel_size(running: &Running) -> u64 {
    running.kernel_memory().map_or(0, |memory| memory.size() as u64)
}
