//! HTTP as Extism's host functions offer it, answered by the test's mocks.

use extism::{CurrentPlugin, Val};
use extism_manifest::HttpRequest as Request;
use plugsmith::HttpRequest;
use plugsmith::protocol::host_functions::{HostValue, WireType};
use plugsmith::testing::{HttpAnswer, HttpFailure};

use super::allowed::denial;
use super::call::{Work, asked, host_failure, offset, quiet, stopped, take_text, write_result};
use super::pass::{Stop, pass};
use crate::engine::blocks::{free_block, read_block};
use crate::engine::failure::Failure;
use crate::engine::running::Running;
use crate::error::{Error, Unexpected};
use crate::import::Import;

/// What stands in for Extism's function of this name.
pub(super) fn work(name: &str) -> Option<Work> {
    Some(match name {
        "http_request" => request,
        "http_status_code" => status_code,
        "http_headers" => headers,
        _ => return None,
    })
}

fn request(
    import: &Import,
    running: &Running,
    plugin: &mut CurrentPlugin,
    inputs: &[Val],
    outputs: &mut [Val],
) -> Result<(), Failure> {
    running.host.context.with(|host| host.last_headers.clear());
    running.instance.borrow_mut().http_status = 0;
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
    let arguments = [HostValue::Block(Some(text.into_bytes())), HostValue::Block(Some(request.body.clone()))];
    let asked = asked(import, &[WireType::Json, WireType::Bytes], &arguments, WireType::Bytes);
    let body = pass(&mut &*running, &asked, |_| respond(running, &request));
    let body = body.map_err(|stop| stopped(running, &import.name, stop))?;
    write_result(running, plugin, &body, outputs)
}

/// The body of the response that a mock gives.
fn respond(running: &Running, request: &HttpRequest) -> Result<HostValue, Stop> {
    let answer = running
        .host
        .context
        .with(|host| host.http.respond(request))
        .map_err(|unanswered| Stop::Unexpected(Unexpected::request(unanswered.request, &unanswered.mismatch)))?;
    let response = match answer {
        HttpAnswer::Failure(HttpFailure::NotMade) => return Ok(HostValue::Block(Some(Vec::new()))),
        // A host's timeout counts the time of its requests, too.
        HttpAnswer::Failure(HttpFailure::Timeout) if running.host.limits.timeout.is_some() => {
            let milliseconds = running.host.limits.timeout.map_or(0, |timeout| timeout.as_millis() as u64);
            return Err(Stop::Fails(Error::TimedOut { milliseconds }));
        }
        HttpAnswer::Failure(failure) => return Err(Stop::Told(failure.to_string())),
        HttpAnswer::Response(response) => response,
    };
    running.instance.borrow_mut().http_status = response.status;
    // HTTP's names are in lower case, whatever a mock writes, and only text is passed on.
    let plain = |(name, value): (String, String)| value.is_ascii().then(|| (name.to_ascii_lowercase(), value));
    let headers = response.headers.into_iter().filter_map(plain).collect();
    running.host.context.with(|host| host.last_headers = headers);
    let limit = running.host.limits.http_response_bytes;
    if response.body.len() > limit {
        return Err(Stop::Told(format!("HTTP response exceeds the configured maximum number of bytes: {limit}")));
    }
    Ok(HostValue::Block(Some(response.body)))
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

fn status_code(
    import: &Import,
    running: &Running,
    plugin: &mut CurrentPlugin,
    _: &[Val],
    outputs: &mut [Val],
) -> Result<(), Failure> {
    quiet(import, running, plugin, outputs, WireType::I32, || {
        Ok(HostValue::I32(running.instance.borrow().http_status.into()))
    })
}

fn headers(
    import: &Import,
    running: &Running,
    plugin: &mut CurrentPlugin,
    _: &[Val],
    outputs: &mut [Val],
) -> Result<(), Failure> {
    quiet(import, running, plugin, outputs, WireType::Json, || {
        if running.host.grants.response_headers == Some(false) {
            return Ok(HostValue::Block(None));
        }
        let headers = running.host.context.with(|host| serde_json::to_vec(&host.last_headers));
        headers.map(|headers| HostValue::Block(Some(headers))).map_err(|error| Stop::Told(error.to_string()))
    })
}
