//! Extism's own host functions: configuration, variables, HTTP, log.

use extism::{CurrentPlugin, Val};
use plugsmith::HttpRequest;
use plugsmith::log::{Level, Line};
use plugsmith::protocol::host_functions::{HostValue, WireType};

use super::{Failure, Work, fail, free_block, host_failure, read_block, record, write_result};
use crate::error::Error;
use crate::host::Running;
use crate::module::Import;
use crate::trace::Event;

/// What stands in for Extism's function of this name; `None` for the kernel's own.
pub(super) fn work(name: &str) -> Option<Work> {
    Some(match name {
        "error_set" => error_set,
        "config_get" => config_get,
        "var_get" => var_get,
        "var_set" => var_set,
        "http_request" => http_request,
        "http_status_code" => http_status_code,
        "http_headers" => http_headers,
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
    *running.error.borrow_mut() = text.map(|text| String::from_utf8_lossy(&text).into_owned());
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

fn http_request(
    import: &Import,
    running: &Running,
    plugin: &mut CurrentPlugin,
    inputs: &[Val],
    outputs: &mut [Val],
) -> Result<(), Failure> {
    let (request_offset, text) = take_text(running, plugin, inputs, 0)?;
    let body_offset = offset(inputs, 1)?;
    let body = read_block(running, plugin, body_offset)?.unwrap_or_default();
    free_block(plugin, request_offset)?;
    free_block(plugin, body_offset)?;
    let request = match parse_request(&text, body) {
        Ok(request) => request,
        Err(message) => return Err(host_failure(running, &import.name, message)),
    };
    running.host.context.with(|host| host.last_headers.clear());
    running.http_status.set(0);
    let line = format!("{} {}", request.method, request.url);
    match running.host.context.with(|host| host.http.respond(&request)) {
        Err(_) => {
            let paste = format!(".http(\"{line}\", HttpResponse::new(200, \"..\"))");
            Err(fail(running, import, vec![line.clone()], Error::UnexpectedHostCall { call: line, paste }))
        }
        Ok(response) => {
            running.http_status.set(response.status);
            running.host.context.with(|host| host.last_headers = response.headers);
            let mut arguments = vec![HostValue::Block(Some(line.into_bytes()))];
            let mut types = vec![WireType::Json];
            if !request.body.is_empty() {
                arguments.push(HostValue::Block(Some(request.body)));
                types.push(WireType::Bytes);
            }
            let shown = format!("{} {}", response.status, crate::trace::render_bytes(&response.body));
            let shown = Ok(HostValue::Block(Some(shown.into_bytes())));
            record(running, import, &types, &arguments, WireType::Json, &shown);
            write_result(running, plugin, HostValue::Block(Some(response.body)), outputs)
        }
    }
}

/// Extism's form of a request.
fn parse_request(text: &str, body: Vec<u8>) -> Result<HttpRequest, String> {
    #[derive(serde::Deserialize)]
    struct Request {
        url: String,
        #[serde(default)]
        headers: std::collections::BTreeMap<String, String>,
        method: Option<String>,
    }
    let request: Request = serde_json::from_str(text).map_err(|error| format!("no HTTP request: {error}"))?;
    Ok(HttpRequest {
        method: request.method.as_deref().unwrap_or("GET").to_uppercase(),
        url: request.url,
        headers: request.headers,
        body,
    })
}

fn http_status_code(
    _: &Import,
    running: &Running,
    plugin: &mut CurrentPlugin,
    _: &[Val],
    outputs: &mut [Val],
) -> Result<(), Failure> {
    write_result(running, plugin, HostValue::I32(running.http_status.get().into()), outputs)
}

fn http_headers(
    _: &Import,
    running: &Running,
    plugin: &mut CurrentPlugin,
    _: &[Val],
    outputs: &mut [Val],
) -> Result<(), Failure> {
    let headers = running.host.context.with(|host| serde_json::to_vec(&host.last_headers))?;
    write_result(running, plugin, HostValue::Block(Some(headers)), outputs)
}

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
    let text = String::from_utf8_lossy(&text).into_owned();
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

fn offset(inputs: &[Val], index: usize) -> Result<u64, Failure> {
    inputs
        .get(index)
        .and_then(Val::i64)
        .map(i64::cast_unsigned)
        .ok_or_else(|| Failure::msg("the import has another signature than Extism's"))
}

fn take_text(
    running: &Running,
    plugin: &mut CurrentPlugin,
    inputs: &[Val],
    index: usize,
) -> Result<(u64, String), Failure> {
    let offset = offset(inputs, index)?;
    let bytes = read_block(running, plugin, offset)?.unwrap_or_default();
    Ok((offset, String::from_utf8(bytes)?))
}
