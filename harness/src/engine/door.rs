//! The functions behind an artifact's imports: one for each, shared by every test that uses the
//! artifact, finding the running test's host by thread.
//!
//! Extism's own functions are shadowed too, so that foreign artifacts are mocked and traced. They
//! answer as extism 1.30.0 does (src/pdk.rs), down to which blocks the host frees. `alloc`, `free`,
//! `length`, loads, stores, input and output stay Extism's: its host side calls them itself.

mod allowed;
mod builtin;
mod call;
mod http;
mod kernel;
mod pass;
mod wasi;

use extism::{CurrentPlugin, Function, UserData, Val, ValType};
use plugsmith::protocol::host_functions::{HostValue, WireType};

use self::call::{Work, read_arguments, write_result};
use crate::artifact::module::Module;
use crate::engine::blocks::read_block;
use crate::engine::failure::Failure;
use crate::engine::running::Running;
use crate::error::{Error, HOST_CALL, Unexpected};
use crate::import::{Import, KERNEL, WASI, closure, peers_signature};

pub(crate) use allowed::matches_nothing;
pub(crate) use call::{asked, host_failure, stopped};
pub(crate) use http::check_request;
pub(crate) use pass::{Asked, Stop, pass};
#[cfg(feature = "orbis")]
pub(crate) use pass::{Noted, Passes, refuse};

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
        KERNEL => {
            builtin::work(&import.name).or_else(|| http::work(&import.name)).or_else(|| kernel::work(&import.name))?
        }
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
                .and_then(|()| running.check_held(&import.name))
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

/// An import that is not one of Extism's own: calls whatever implements it, or fails and names the fix.
fn call_user_function(
    import: &Import,
    running: &Running,
    plugin: &mut CurrentPlugin,
    inputs: &[Val],
    outputs: &mut [Val],
) -> Result<(), Failure> {
    let Some(function) = running.host.implementation(&import.module, &import.name) else {
        for answer in &running.answers {
            if let Some(answered) = answer(import, running, plugin, inputs, outputs) {
                return answered;
            }
        }
        return unexpected(import, running, plugin, inputs, outputs);
    };
    let arguments = read_arguments(running, plugin, &function.parameters, inputs)?;
    let asked = asked(import, &function.parameters, &arguments, function.result);
    let result = pass(&mut &*running, &asked, |_| {
        let answer = (function.call)(&arguments).map_err(Stop::Told);
        // No real host has this limit, so the plugin is not told of it: its call ends.
        match running.host.context.with(|host| host.held.take_refused()) {
            Some(reason) => Err(Stop::Fails(Error::HostFull { function: import.name.clone(), reason })),
            None => answer,
        }
    });
    // What trapped or ran out of fuel behind this function ends the guest's call, too.
    if running.below.failure.borrow().is_some() {
        return Err(Failure::msg(format!("{} led to a failure", import.name)));
    }
    let value = result.map_err(|stop| stopped(running, &import.name, stop))?;
    write_result(running, plugin, &value, outputs)
}

/// Notes what ended the guest's call inside of a host function, where nothing is noted yet. What
/// Extism has fixed words for, and a trap of the kernel's, are judged later.
fn note_failure(running: &Running, import: &Import, failure: &Failure) {
    let message = failure.root_cause().to_string();
    if !crate::engine::failure::is_limit(&message) && !message.starts_with(crate::engine::failure::TRAP) {
        let function = import.name.clone();
        running.below.fails(Error::HostFailed { function, message });
    }
}

/// A call that nothing answers, unless a watch does. Nothing is known of its arguments: an i64 that is a
/// block's offset is taken for its bytes.
fn unexpected(
    import: &Import,
    running: &Running,
    plugin: &mut CurrentPlugin,
    inputs: &[Val],
    outputs: &mut [Val],
) -> Result<(), Failure> {
    let mut types = Vec::new();
    let mut arguments = Vec::new();
    for input in inputs {
        let block = input.i64().and_then(|offset| read_block(running, plugin, offset.cast_unsigned()).ok().flatten());
        let (ty, argument) = match (block, input) {
            (Some(bytes), _) => (WireType::Bytes, HostValue::Block(Some(bytes))),
            (None, Val::I64(n)) => (WireType::I64, HostValue::I64(*n)),
            (None, Val::I32(n)) => (WireType::I32, HostValue::I32(*n)),
            (None, Val::F32(bits)) => (WireType::F32, HostValue::F32(f32::from_bits(*bits))),
            (None, Val::F64(bits)) => (WireType::F64, HostValue::F64(f64::from_bits(*bits))),
            (None, _) => return Err(Failure::msg("a reference cannot be an argument of a host function")),
        };
        types.push(ty);
        arguments.push(argument);
    }
    let answers = match import.signature.results.first().map(String::as_str) {
        None => WireType::Nothing,
        Some("i32") => WireType::I32,
        Some("f32") => WireType::F32,
        Some("f64") => WireType::F64,
        Some(_) => WireType::Bytes,
    };
    let asked = asked(import, &types, &arguments, answers);
    let value = pass(&mut &*running, &asked, |_| {
        let call = format!("{}({})", import.name, asked.shown().join(", "));
        let types = types.iter().map(|ty| match ty {
            WireType::I32 => "i32",
            WireType::I64 => "i64",
            WireType::F32 => "f32",
            WireType::F64 => "f64",
            _ => "String",
        });
        if peers_signature(import).as_ref() == Some(&import.signature) {
            let name = match &*arguments {
                [HostValue::Block(Some(name))] => String::from_utf8_lossy(name).into_owned(),
                _ => "..".to_owned(),
            };
            return Err(Stop::Unexpected(Unexpected::plugin(call, &name)));
        }
        Err(Stop::Unexpected(Unexpected::function(call, &closure(import, types))))
    });
    let value = value.map_err(|stop| stopped(running, &import.name, stop))?;
    write_result(running, plugin, &value, outputs)
}
