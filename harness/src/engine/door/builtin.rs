//! Extism's own host functions: configuration, variables, log.

use extism::{CurrentPlugin, Val};
use plugsmith::log::{Level, Line};
use plugsmith::protocol::host_functions::{HostValue, WireType};

use super::{Failure, Work, free_block, host_failure, http, read_block, record, write_result};
use crate::engine::host::Running;
use crate::import::Import;
use crate::trace::event::Event;

/// What stands in for Extism's function of this name; `None` for the kernel's own.
pub(super) fn work(name: &str) -> Option<Work> {
    Some(match name {
        "error_set" => error_set,
        "config_get" => config_get,
        "var_get" => var_get,
        "var_set" => var_set,
        "http_request" => http::request,
        "http_status_code" => http::status_code,
        "http_headers" => http::headers,
        "log_trace" | "log_debug" | "log_info" | "log_warn" | "log_error" => log,
        "get_log_level" => get_log_level,
        _ => return None,
    })
}

/// The error's text is held here, not in the kernel: Extism reads the kernel's by the length in the
/// block's header, which a hostile guest can overwrite, and does not check it. Offset 0 clears.
fn error_set(
    _: &Import,
    running: &Running,
    plugin: &mut CurrentPlugin,
    inputs: &[Val],
    _: &mut [Val],
) -> Result<(), Failure> {
    let text = read_block(running, plugin, offset(inputs, 0)?)?;
    *running.error.borrow_mut() = text.map(|text| {
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
    let found = find(running, &key);
    free_block(plugin, offset)?;
    let ty = match import.name.as_str() {
        "config_get" => WireType::Text,
        _ => WireType::Bytes,
    };
    let result = HostValue::Block(found);
    record(running, import, &[WireType::Text], &[HostValue::Block(Some(key.into_bytes()))], ty, &Ok(result.clone()));
    write_result(running, plugin, result, outputs)
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
    let arguments = [HostValue::Block(Some(key.clone().into_bytes())), HostValue::Block(value.clone())];
    let outcome = running.host.context.with(|host| match value {
        None => {
            host.vars.remove(&key);
            Ok(HostValue::Nothing)
        }
        Some(value) => {
            // Extism counts each entry's text and bytes, and the two heads; the old value counts too.
            let head = size_of::<String>() + size_of::<Vec<u8>>();
            let held = host.vars.iter().map(|(key, value)| head + key.len() + value.len()).sum::<usize>();
            if held + head + key.len() + value.len() > limit {
                return Err("Variable store is full".to_owned());
            }
            host.vars.insert(key, value);
            Ok(HostValue::Nothing)
        }
    });
    record(running, import, &[WireType::Text, WireType::Bytes], &arguments, WireType::Nothing, &outcome);
    outcome.map_err(|message| host_failure(running, &import.name, message))?;
    free_block(plugin, value_offset)?;
    free_block(plugin, key_offset)
}

/// The longest line of the log that is kept, in bytes.
const LINE: usize = 1024 * 1024;

fn log(
    import: &Import,
    running: &Running,
    plugin: &mut CurrentPlugin,
    inputs: &[Val],
    _: &mut [Val],
) -> Result<(), Failure> {
    let offset = offset(inputs, 0)?;
    let text = read_block(running, plugin, offset)?.unwrap_or_default();
    let level = match import.name.as_str() {
        "log_trace" => Level::Trace,
        "log_debug" => Level::Debug,
        "log_info" => Level::Info,
        "log_warn" => Level::Warn,
        _ => Level::Error,
    };
    let mut shown = String::from_utf8_lossy(&text[..text.len().min(LINE)]).into_owned();
    if text.len() > LINE {
        shown.push_str(&format!(".. ({} bytes)", text.len()));
    }
    let text = shown;
    running.events.borrow_mut().push(Event::Log(Line { level, text }));
    free_block(plugin, offset)
}

/// Everything is logged: the test may want to see it.
fn get_log_level(
    _: &Import,
    running: &Running,
    plugin: &mut CurrentPlugin,
    _: &[Val],
    outputs: &mut [Val],
) -> Result<(), Failure> {
    write_result(running, plugin, HostValue::I32(0), outputs)
}

pub(super) fn offset(inputs: &[Val], index: usize) -> Result<u64, Failure> {
    inputs
        .get(index)
        .and_then(Val::i64)
        .map(i64::cast_unsigned)
        .ok_or_else(|| Failure::msg("the import has another signature than Extism's"))
}

pub(super) fn take_text(
    running: &Running,
    plugin: &mut CurrentPlugin,
    inputs: &[Val],
    index: usize,
) -> Result<(u64, String), Failure> {
    let offset = offset(inputs, index)?;
    let bytes = read_block(running, plugin, offset)?.unwrap_or_default();
    Ok((offset, String::from_utf8(bytes)?))
}
