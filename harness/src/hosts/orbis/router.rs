//! Which route answers a request, and what the host answers in its place.
//!
//! The shipped host compares methods and paths letter by letter, and knows only 404. As documented,
//! `{id}` and `:id` stand for one segment, a path with letters goes before one with parameters, and
//! a wrong method is 405.

use std::collections::BTreeMap;

use orbis_plugin_api::PluginRoute;
use serde_json::{Value as Json, json};

use super::limits::Limits;
use super::mode::Mode;
use super::percent::decode;
use super::request::{Request, User};
use super::response::Response;

/// A route, and what the request has in the place of its parameters.
pub(crate) struct Matched<'a> {
    pub(crate) route: &'a PluginRoute,
    pub(crate) params: BTreeMap<String, String>,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) body: Json,
}

impl Matched<'_> {
    /// What the handler is given.
    pub(super) fn context(&self, mode: Mode, request: &Request, user: Option<&User>) -> Json {
        let mut context = json!({ "headers": request.headers, "query": self.query, "body": self.body });
        if mode != Mode::PageAbi {
            context["method"] = json!(request.method);
            context["path"] = json!(decode(request.path.split('?').next().unwrap_or_default()));
            context["user_id"] = json!(user.map(|user| &user.id));
            context["is_admin"] = json!(user.is_some_and(|user| user.is_admin));
        }
        if mode != Mode::Shipped {
            // What the pages name.
            context["params"] = json!(self.params);
            context["user"] = json!(user);
        }
        context
    }
}

/// The route for a request, or the host's own answer.
pub(crate) fn find<'a>(
    mode: Mode,
    limits: Limits,
    plugin: &str,
    routes: &'a [PluginRoute],
    request: &Request,
    user: Option<&User>,
) -> Result<Matched<'a>, Response> {
    let (route, params) = route(mode, plugin, routes, request, user)?;
    let query = request.path.split_once('?').map(|(_, query)| query);
    let query = match mode {
        // It knows no empty pair: `?` and `a=1&&b=2` give the parameter "".
        Mode::Shipped => {
            query.into_iter().flat_map(|query| query.split('&')).map(|pair| split(pair, shipped_decode)).collect()
        }
        Mode::Documented | Mode::PageAbi => {
            let pairs = query.into_iter().flat_map(|query| query.split('&')).filter(|pair| !pair.is_empty());
            pairs.map(|pair| split(pair, |text| decode(&text.replace('+', " ")))).collect()
        }
    };
    Ok(Matched { route, params, query, body: body(mode, limits, request)? })
}

/// The route for a request, whatever its body, and its parameters; or the host's own answer.
pub(super) fn route<'a>(
    mode: Mode,
    plugin: &str,
    routes: &'a [PluginRoute],
    request: &Request,
    user: Option<&User>,
) -> Result<(&'a PluginRoute, Params), Response> {
    let path = request.path.split('?').next().unwrap_or_default();
    let (route, params) = match mode {
        Mode::Shipped => (exact(plugin, routes, &request.method, &decode(path))?, BTreeMap::new()),
        Mode::Documented | Mode::PageAbi => best(plugin, routes, &request.method, path)?,
    };
    if route.requires_auth && user.is_none() {
        return Err(Response::refusal(401, "AUTH_ERROR", "Authentication required"));
    }
    Ok((route, params))
}

/// Whether two patterns stand for the same paths.
pub(super) fn is_same_pattern(a: &str, b: &str) -> bool {
    let (mut a, mut b) = (a.split('/'), b.split('/'));
    loop {
        match (a.next(), b.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a == b || (parameter(a).is_some() && parameter(b).is_some()) => {}
            _ => return false,
        }
    }
}

/// The name in `{name}` or `:name`.
fn parameter(segment: &str) -> Option<&str> {
    let braced = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    braced.or_else(|| segment.strip_prefix(':')).filter(|name| !name.is_empty())
}

fn exact<'a>(plugin: &str, routes: &'a [PluginRoute], method: &str, path: &str) -> Result<&'a PluginRoute, Response> {
    let found = routes.iter().find(|route| route.path == path && route.method.eq_ignore_ascii_case(method));
    found.ok_or_else(|| missing(plugin, method, path))
}

type Params = BTreeMap<String, String>;

fn best<'a>(
    plugin: &str,
    routes: &'a [PluginRoute],
    method: &str,
    path: &str,
) -> Result<(&'a PluginRoute, Params), Response> {
    let matching = || routes.iter().filter_map(|route| Some((route, matches(&route.path, path)?)));
    // Segments of letters count from the left; among equals the first in the manifest wins.
    let rank =
        |route: &PluginRoute| route.path.split('/').map(|segment| parameter(segment).is_some()).collect::<Vec<_>>();
    let of_method = matching().filter(|(route, _)| route.method.eq_ignore_ascii_case(method));
    if let Some(found) = of_method.min_by_key(|(route, _)| rank(route)) {
        return Ok(found);
    }
    let mut methods: Vec<String> = matching().map(|(route, _)| route.method.to_uppercase()).collect();
    methods.sort();
    methods.dedup();
    if methods.is_empty() {
        return Err(missing(plugin, method, path));
    }
    let allowed = methods.join(", ");
    let mut response =
        Response::refusal(405, "METHOD_NOT_ALLOWED", &format!("{path} in plugin '{plugin}' takes {allowed}"));
    response.headers.insert("allow".to_owned(), allowed);
    Err(response)
}

fn missing(plugin: &str, method: &str, path: &str) -> Response {
    Response::refusal(404, "NOT_FOUND", &format!("Route {method} {path} not found in plugin '{plugin}'"))
}

/// What stands in the place of a pattern's parameters, if the path matches. Segments are decoded one
/// by one, so that an encoded slash is part of its own.
fn matches(pattern: &str, path: &str) -> Option<Params> {
    let (mut pattern, mut path) = (pattern.split('/'), path.split('/'));
    let mut params = Params::new();
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return Some(params),
            (Some(pattern), Some(segment)) => match parameter(pattern) {
                Some(_) if segment.is_empty() => return None,
                Some(name) => {
                    params.insert(name.to_owned(), decode(segment));
                }
                None if pattern == decode(segment) => {}
                None => return None,
            },
            _ => return None,
        }
    }
}

fn split(pair: &str, decode: impl Fn(&str) -> String) -> (String, String) {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    (decode(name), decode(value))
}

/// As the shipped host does it: each byte becomes a letter of its own, so that `%C3%A9` is `Ã©`.
fn shipped_decode(text: &str) -> String {
    let mut letters = text.chars();
    let mut decoded = String::new();
    while let Some(letter) = letters.next() {
        match letter {
            '+' => decoded.push(' '),
            '%' => {
                let digits: String = letters.by_ref().take(2).collect();
                match u8::from_str_radix(&digits, 16) {
                    Ok(byte) if digits.len() == 2 => decoded.push(byte.into()),
                    _ => decoded.push_str(&format!("%{digits}")),
                }
            }
            other => decoded.push(other),
        }
    }
    decoded
}

/// The body as the plugin sees it.
fn body(mode: Mode, limits: Limits, request: &Request) -> Result<Json, Response> {
    let bytes = &request.body;
    let has_body = matches!(request.method.as_str(), "POST" | "PUT" | "PATCH");
    match mode {
        Mode::Shipped if !has_body => Ok(Json::Null),
        Mode::Shipped if bytes.len() > limits.body_bytes => {
            Err(Response::refusal(500, "PLUGIN_ERROR", "Failed to read body: length limit exceeded"))
        }
        _ if bytes.is_empty() => Ok(Json::Null),
        Mode::Shipped => {
            Ok(serde_json::from_slice(bytes)
                .unwrap_or_else(|_| Json::String(String::from_utf8_lossy(bytes).into_owned())))
        }
        _ if bytes.len() > limits.body_bytes => Err(Response::refusal(
            413,
            "PAYLOAD_TOO_LARGE",
            &format!("the body has more than {} bytes, the most that are taken", limits.body_bytes),
        )),
        _ if request.is_json() => serde_json::from_slice(bytes)
            .map_err(|error| Response::refusal(400, "INVALID_JSON", &format!("the body is no JSON: {error}"))),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.into()),
            Err(_) => Err(Response::refusal(400, "INVALID_BODY", "the body is neither JSON nor UTF-8 text")),
        },
    }
}
