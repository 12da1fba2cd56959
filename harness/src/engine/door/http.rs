//! HTTP as Extism's host functions offer it, answered by the test's mocks.

use extism::{CurrentPlugin, Val};
use extism_manifest::HttpRequest as Request;
use plugsmith::HttpRequest;
use plugsmith::protocol::host_functions::{HostValue, WireType};
use plugsmith::testing::{HttpAnswer, HttpFailure};

use super::allowed::denial;
use super::builtin::{offset, take_text};
use super::{Failure, fail, free_block, host_failure, read_block, record, write_result};
use crate::engine::host::Running;
use crate::error::Error;
use crate::import::Import;

pub(super) fn request(
    import: &Import,
    running: &Running,
    plugin: &mut CurrentPlugin,
    inputs: &[Val],
    outputs: &mut [Val],
) -> Result<(), Failure> {
    running.host.context.with(|host| host.last_headers.clear());
    running.http_status.set(0);
    let (request_offset, text) = take_text(running, plugin, inputs, 0)?;
    let body_offset = offset(inputs, 1)?;
    let body = read_block(running, plugin, body_offset)?.unwrap_or_default();
    free_block(plugin, request_offset)?;
    free_block(plugin, body_offset)?;
    let request = match parse_request(&text, body) {
        Ok(request) => request,
        Err(message) => return Err(host_failure(running, &import.name, message)),
    };
    if let Some(denied) = running.host.grants.hosts.as_ref().and_then(|allowed| denial(allowed, &request.url)) {
        return Err(host_failure(running, &import.name, denied));
    }
    let line = format!("{} {}", request.method, request.url);
    match running.host.context.with(|host| host.http.respond(&request)) {
        Err(_) => {
            let paste = format!(".http(\"{line}\", HttpResponse::new(200, \"..\"))");
            Err(fail(running, import, vec![line.clone()], Error::UnexpectedHostCall { call: line, paste }))
        }
        Ok(HttpAnswer::Failure(HttpFailure::NotMade)) => {
            record_exchange(running, import, &line, request.body, "0");
            write_result(running, plugin, HostValue::Block(Some(Vec::new())), outputs)
        }
        Ok(HttpAnswer::Failure(failure)) => Err(host_failure(running, &import.name, failure.to_string())),
        Ok(HttpAnswer::Response(response)) => {
            let limit = running.host.limits.http_response_bytes;
            running.http_status.set(response.status);
            // HTTP's names are in lower case, whatever a mock writes, and only text is passed on.
            let plain = |(name, value): (String, String)| value.is_ascii().then(|| (name.to_ascii_lowercase(), value));
            let headers = response.headers.into_iter().filter_map(plain).collect();
            running.host.context.with(|host| host.last_headers = headers);
            if response.body.len() > limit {
                let message = format!("HTTP response exceeds the configured maximum number of bytes: {limit}");
                return Err(host_failure(running, &import.name, message));
            }
            let shown = format!("{} {}", response.status, crate::trace::event::render_bytes(&response.body));
            record_exchange(running, import, &line, request.body, &shown);
            write_result(running, plugin, HostValue::Block(Some(response.body)), outputs)
        }
    }
}

fn record_exchange(running: &Running, import: &Import, line: &str, body: Vec<u8>, shown: &str) {
    let mut arguments = vec![HostValue::Block(Some(line.into()))];
    let mut types = vec![WireType::Json];
    if !body.is_empty() {
        arguments.push(HostValue::Block(Some(body)));
        types.push(WireType::Bytes);
    }
    record(running, import, &types, &arguments, WireType::Json, &Ok(HostValue::Block(Some(shown.into()))));
}

/// A request in Extism's form, read by its own type: an unknown key is an error.
fn parse_request(text: &str, body: Vec<u8>) -> Result<HttpRequest, String> {
    let request: Request = serde_json::from_str(text).map_err(|error| format!("no HTTP request: {error}"))?;
    check_request(&request)?;
    let method = request.method.as_deref().unwrap_or("GET").to_uppercase();
    Ok(HttpRequest { method, url: request.url, headers: request.headers, body })
}

/// Refuses a request that no real host can send, by the crate that extism 1.30.0 builds it with.
pub(crate) fn check_request(request: &Request) -> Result<(), String> {
    let Request { url, headers, method } = request;
    let has_scheme = |scheme: &str| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    if !["http://", "https://"].into_iter().any(has_scheme) {
        return Err(format!("invalid URL {url:?}: a host requests http:// and https:// only"));
    }
    url.parse::<http::Uri>()
        .map_err(|error| format!("invalid URL {url:?}: {error}: a URL has a host's name, and a space in it is %20"))?;
    for (name, value) in headers {
        if http::HeaderName::try_from(name).is_err() {
            return Err(format!("invalid HTTP header name {name:?}"));
        }
        if http::HeaderValue::try_from(value).is_err() {
            return Err(format!("invalid HTTP header value {value:?}"));
        }
    }
    let method = method.as_deref().unwrap_or("GET").to_uppercase();
    if !METHODS.contains(&method.as_str()) {
        return Err(format!("invalid HTTP method {method:?}: HTTP/1.1 has {}", METHODS.join(", ")));
    }
    Ok(())
}

/// The methods that Extism's client sends.
const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

pub(super) fn status_code(
    _: &Import,
    running: &Running,
    plugin: &mut CurrentPlugin,
    _: &[Val],
    outputs: &mut [Val],
) -> Result<(), Failure> {
    write_result(running, plugin, HostValue::I32(running.http_status.get().into()), outputs)
}

pub(super) fn headers(
    _: &Import,
    running: &Running,
    plugin: &mut CurrentPlugin,
    _: &[Val],
    outputs: &mut [Val],
) -> Result<(), Failure> {
    if running.host.grants.response_headers == Some(false) {
        return write_result(running, plugin, HostValue::Block(None), outputs);
    }
    let headers = running.host.context.with(|host| serde_json::to_vec(&host.last_headers))?;
    write_result(running, plugin, HostValue::Block(Some(headers)), outputs)
}
