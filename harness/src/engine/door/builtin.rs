//! Extism's own host functions: configuration, variables, log.

use extism::{CurrentPlugin, Val};
use plugsmith::log::Level;
use plugsmith::protocol::host_functions::{HostValue, WireType};

use super::call::{Work, asked, host_failure, offset, quiet, stopped, take_text, write_result};
use super::pass::{Asked, LINE, Noted, Stop, pass};
use crate::engine::blocks::{free_block, read_block};
use crate::engine::failure::Failure;
use crate::engine::running::Running;
use crate::import::Import;

/// What stands in for Extism's function of this name; `None` for the kernel's own.
pub(super) fn work(name: &str) -> Option<Work> {
    Some(match name {
        "error_set" => error_set,
        "config_get" => config_get,
        "var_get" => var_get,
        "var_set" => var_set,
        "log_trace" | "log_debug" | "log_info" | "log_warn" | "log_error" => log,
        "get_log_level" => get_log_level,
        _ => return None,
    })
}

/// The error's text is held here, not in the kernel: Extism reads the kernel's by the length in the
/// block's header, which a hostile guest can overwrite, and does not check it. Offset 0 clears.
fn error_set(
    import: &Import,
    running: &Running,
    plugin: &mut CurrentPlugin,
    inputs: &[Val],
    _: &mut [Val],
) -> Result<(), Failure> {
    let text = read_block(running, plugin, offset(inputs, 0)?)?;
    // Extism clears it before each call, which is not a host call of the guest.
    if text.is_none() {
        running.call.borrow_mut().error = None;
        return Ok(());
    }
    let arguments = [HostValue::Block(text)];
    let asked = Asked { noted: Noted::Nothing, ..asked(import, &[WireType::Text], &arguments, WireType::Nothing) };
    let set = pass(&mut &*running, &asked, |_| Ok(HostValue::Nothing));
    set.map_err(|stop| stopped(running, &import.name, stop))?;
    let [HostValue::Block(text)] = arguments else { return Ok(()) };
    running.call.borrow_mut().error = text.map(|text| {
        if text.len() > LINE {
            return format!("{}.. ({} bytes)", String::from_utf8_lossy(&text[..LINE]), text.len());
        }
        String::from_utf8(text)
            .unwrap_or_else(|error| format!("unable to load error message from memory: {}", error.utf8_error()))
    });
    Ok(())
}

fn config_get(
    import: &Import,
    running: &Running,
    plugin: &mut CurrentPlugin,
    inputs: &[Val],
    outputs: &mut [Val],
) -> Result<(), Failure> {
    lookup(import, running, plugin, inputs, outputs, |running, key| {
        running.host.context.with(|host| host.config.get(key).map(|value| value.clone().into_bytes()))
    })
}

fn var_get(
    import: &Import,
    running: &Running,
    plugin: &mut CurrentPlugin,
    inputs: &[Val],
    outputs: &mut [Val],
) -> Result<(), Failure> {
    lookup(import, running, plugin, inputs, outputs, |running, key| {
        running.host.context.with(|host| host.vars.get(key).cloned())
    })
}

/// A function from a key, whose block the host frees, to bytes.
fn lookup(
    import: &Import,
    running: &Running,
    plugin: &mut CurrentPlugin,
    inputs: &[Val],
    outputs: &mut [Val],
    find: fn(&Running, &str) -> Option<Vec<u8>>,
) -> Result<(), Failure> {
    let (offset, key) = take_text(running, plugin, inputs, 0)?;
    let ty = match import.name.as_str() {
        "config_get" => WireType::Text,
        _ => WireType::Bytes,
    };
    let arguments = [HostValue::Block(Some(key.clone().into_bytes()))];
    let found = pass(&mut &*running, &asked(import, &[WireType::Text], &arguments, ty), |_| {
        Ok(HostValue::Block(find(running, &key)))
    });
    let found = found.map_err(|stop| stopped(running, &import.name, stop))?;
    free_block(plugin, offset)?;
    write_result(running, plugin, &found, outputs)
}

fn var_set(
    import: &Import,
    running: &Running,
    plugin: &mut CurrentPlugin,
    inputs: &[Val],
    _: &mut [Val],
) -> Result<(), Failure> {
    let limit = running.host.limits.var_bytes;
    if limit == 0 {
        return Err(host_failure(running, &import.name, "Vars are disabled by this host".to_owned()));
    }
    let (key_offset, key) = take_text(running, plugin, inputs, 0)?;
    let value_offset = offset(inputs, 1)?;
    let value = read_block(running, plugin, value_offset)?;
    let arguments = [HostValue::Block(Some(key.clone().into_bytes())), HostValue::Block(value)];
    let asked = asked(import, &[WireType::Text, WireType::Bytes], &arguments, WireType::Nothing);
    let [_, HostValue::Block(value)] = &arguments else { return Ok(()) };
    let outcome = pass(&mut &*running, &asked, |_| {
        running.host.context.with(|host| match value {
            None => {
                host.vars.remove(&key);
                Ok(HostValue::Nothing)
            }
            Some(value) => {
                // Extism counts each entry's text and bytes, and the two heads; the old value counts too.
                let head = size_of::<String>() + size_of::<Vec<u8>>();
                let held = host.vars.iter().map(|(key, value)| head + key.len() + value.len()).sum::<usize>();
                if held + head + key.len() + value.len() > limit {
                    return Err(Stop::Told("Variable store is full".to_owned()));
                }
                host.vars.insert(key.clone(), value.clone());
                Ok(HostValue::Nothing)
            }
        })
    });
    outcome.map_err(|stop| stopped(running, &import.name, stop))?;
    free_block(plugin, value_offset)?;
    free_block(plugin, key_offset)
}

fn log(
    import: &Import,
    running: &Running,
    plugin: &mut CurrentPlugin,
    inputs: &[Val],
    _: &mut [Val],
) -> Result<(), Failure> {
    let offset = offset(inputs, 0)?;
    let arguments = [HostValue::Block(read_block(running, plugin, offset)?)];
    let level = match import.name.as_str() {
        "log_trace" => Level::Trace,
        "log_debug" => Level::Debug,
        "log_info" => Level::Info,
        "log_warn" => Level::Warn,
        _ => Level::Error,
    };
    let asked = Asked { noted: Noted::Line(level), ..asked(import, &[WireType::Text], &arguments, WireType::Nothing) };
    pass(&mut &*running, &asked, |_| Ok(HostValue::Nothing)).map_err(|stop| stopped(running, &import.name, stop))?;
    free_block(plugin, offset)
}

/// Everything is logged: the test may want to see it.
fn get_log_level(
    import: &Import,
    running: &Running,
    plugin: &mut CurrentPlugin,
    _: &[Val],
    outputs: &mut [Val],
) -> Result<(), Failure> {
    quiet(import, running, plugin, outputs, WireType::I32, || Ok(HostValue::I32(0)))
}
