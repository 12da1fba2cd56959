//! HTTP as Extism's host functions offer it, answered by the test's mocks.

use extism::{CurrentPlugin, Val};
use plugsmith::HttpRequest;
use plugsmith::protocol::host_functions::{HostValue, WireType};

use super::builtin::{offset, take_text};
use super::{Failure, fail, free_block, host_failure, read_block, record, write_result};
use crate::error::Error;
use crate::host::Running;
use crate::module::Import;

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
        Ok(response) => {
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

/// Why these patterns do not allow a request to the URL. Parsed and matched as in extism 1.30.0
/// (src/pdk.rs): by the same two crates, and a broken pattern is a plain name.
fn denial(allowed: &[String], url: &str) -> Option<String> {
    let host = match url::Url::parse(url) {
        Ok(parsed) => parsed.host_str().unwrap_or_default().to_owned(),
        Err(error) => return Some(format!("Invalid URL: {error:?}")),
    };
    let matches = |pattern: &String| match glob::Pattern::new(pattern) {
        Ok(glob) => glob.matches(&host),
        Err(_) => *pattern == host,
    };
    (!allowed.iter().any(matches)).then(|| {
        let with_scheme = allowed.iter().find_map(|pattern| Some((pattern, pattern.split_once("://")?.1)));
        let fix = with_scheme.map_or(String::new(), |(pattern, rest)| {
            let name = rest.split(['/', ':']).next().unwrap_or_default();
            format!("; {pattern:?} is a URL, and a pattern is a host's name alone: write {name:?}")
        });
        format!("HTTP request to {url} is not allowed: `{host}` is none of allowed_hosts {allowed:?}{fix}")
    })
}

/// Extism's form of a request.
fn parse_request(text: &str, body: Vec<u8>) -> Result<HttpRequest, String> {
    #[derive(serde::Deserialize)]
    struct Request {
        url: String,
        #[serde(default, alias = "header")]
        headers: std::collections::BTreeMap<String, String>,
        method: Option<String>,
    }
    let request: Request = serde_json::from_str(text).map_err(|error| format!("no HTTP request: {error}"))?;
    check_request(&request.url, &request.headers, request.method.as_deref())?;
    Ok(HttpRequest {
        method: request.method.as_deref().unwrap_or("GET").to_uppercase(),
        url: request.url,
        headers: request.headers,
        body,
    })
}

/// Refuses a request that no real host can send.
pub(crate) fn check_request(
    url: &str,
    headers: &std::collections::BTreeMap<String, String>,
    method: Option<&str>,
) -> Result<(), String> {
    check_url(url)?;
    for (name, value) in headers {
        if name.is_empty() || !name.bytes().all(is_token) {
            return Err(format!("invalid HTTP header name {name:?}"));
        }
        if value.bytes().any(|b| (b < 32 && b != b'\t') || b == 127) {
            return Err(format!("invalid HTTP header value {value:?}"));
        }
    }
    if method.is_some_and(|method| method.is_empty() || !method.bytes().all(is_token)) {
        return Err("invalid HTTP method".to_owned());
    }
    Ok(())
}

/// What no real host requests: it fails there, too.
fn check_url(url: &str) -> Result<(), String> {
    let rest = url
        .split_once("://")
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"));
    let host = rest.and_then(|(_, rest)| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    if host.is_empty() || host.contains(char::is_whitespace) {
        return Err(format!("invalid URL {url:?}: a host requests http:// and https:// only"));
    }
    Ok(())
}

/// A letter of an HTTP method or header name (RFC 9110, 5.6.2).
fn is_token(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b)
}

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
    if running.host.grants.withholds_headers {
        return write_result(running, plugin, HostValue::Block(None), outputs);
    }
    let headers = running.host.context.with(|host| serde_json::to_vec(&host.last_headers))?;
    write_result(running, plugin, HostValue::Block(Some(headers)), outputs)
}
