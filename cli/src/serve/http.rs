//! The server's one handler: HTTP in, a [`Request`] for the plugin, its [`Response`] out.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use http_body_util::BodyExt;
use percent_encoding::percent_decode_str;
use plugsmith_harness::hosts::orbis::{Request, Response};
use tower_http::compression::CompressionLayer;

use super::Server;

/// What is read of a body that is too long, so that its sender reads the answer before the connection ends.
const DRAINED: usize = 64 * 1024 * 1024;

pub(super) fn router(server: Arc<Server>) -> Router {
    // As Orbis' own server: responses of 32 bytes and more are compressed for who accepts it.
    Router::new().fallback(answer).layer(CompressionLayer::new()).with_state(server)
}

async fn answer(State(server): State<Arc<Server>>, request: axum::extract::Request) -> axum::response::Response {
    let (parts, body) = request.into_parts();
    let mut request = match server.request(&parts) {
        Ok(request) => request,
        Err(refusal) => return http(refusal),
    };
    // The body is read only now, so that a request for an unknown route or without a token costs no memory.
    let wanted = server.app().wanted_body(&request);
    if wanted > 0 {
        request.body = match read(body, wanted).await {
            Ok(body) => body,
            Err(error) => {
                return http(Response::refusal(400, "INVALID_BODY", &format!("the body is cut short: {error}")));
            }
        };
    }
    // A plugin computes, and holds its thread as long.
    match tokio::task::spawn_blocking(move || server.send(&request)).await {
        Ok(response) => http(response),
        Err(error) => http(Response::refusal(500, "SERVER_ERROR", &error.to_string())),
    }
}

/// The first bytes of a body.
async fn read(mut body: Body, wanted: usize) -> Result<Vec<u8>, axum::Error> {
    let (mut bytes, mut length) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        bytes.extend_from_slice(&data[..data.len().min(wanted - bytes.len())]);
        length += data.len();
        if length > DRAINED.max(wanted) {
            break;
        }
    }
    Ok(bytes)
}

impl Server {
    /// The request for the plugin, without its body.
    fn request(&self, parts: &Parts) -> Result<Request, Response> {
        if let Some(refusal) = self.refuse_strangers(parts) {
            return Err(refusal);
        }
        let path = parts.uri.path();
        let name = self.app().manifest().parsed().name.clone();
        let Some(rest) = path.strip_prefix("/api/plugins/") else {
            let message = format!("{path} belongs to no plugin: request /api/plugins/{name}/..");
            return Err(Response::refusal(404, "NOT_FOUND", &message));
        };
        let (plugin, rest) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let plugin = percent_decode_str(plugin).decode_utf8_lossy();
        if plugin != name {
            let message = format!("Plugin '{plugin}' not found: '{name}' is served here, at /api/plugins/{name}/..");
            return Err(Response::refusal(404, "NOT_FOUND", &message));
        }
        // Letter by letter, as the real host's `extractors.rs` (a8ec672) reads it: `bearer` logs nobody in.
        let is_logged_in = parts.headers.get(AUTHORIZATION).is_some_and(|value| {
            value.to_str().is_ok_and(|value| value.strip_prefix("Bearer ") == Some(self.token.as_str()))
        });
        let query = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        let mut request = Request::new(parts.method.as_str(), &format!("{rest}{query}"));
        // Those that are no text are left out, as in the real host.
        let headers = parts.headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        request.headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        request.user = is_logged_in.then(|| self.user.clone());
        Ok(request)
    }

    /// Refuses what a page of another site asks, by a name of its own that leads here.
    fn refuse_strangers(&self, parts: &Parts) -> Option<Response> {
        let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        if !self.is_allowed(host) {
            let message = format!(
                "this server does not answer to the host {host:?}: ask 127.0.0.1 or localhost, or start it with --allow-host"
            );
            return Some(Response::refusal(403, "FORBIDDEN", &message));
        }
        let origin = parts.headers.get(ORIGIN)?.to_str().unwrap_or_default();
        let name = origin.split_once("://").map_or("", |(_, name)| name);
        if ["GET", "HEAD", "OPTIONS"].contains(&parts.method.as_str()) || self.is_allowed(name) {
            return None;
        }
        let message = format!("a page of {origin:?} may change nothing here: if it is yours, start with --allow-host");
        Some(Response::refusal(403, "FORBIDDEN", &message))
    }

    /// Whether this is a name of this machine's, or one that the user has allowed; with a port or without.
    fn is_allowed(&self, host: &str) -> bool {
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
            _ => host,
        };
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        ["127.0.0.1", "localhost", "[::1]"].into_iter().any(is) || self.allowed_hosts.iter().any(|known| is(known))
    }
}

fn http(response: Response) -> axum::response::Response {
    let mut answer = axum::response::Response::new(Body::from(response.bytes()));
    // The harness has checked all of them.
    *answer.status_mut() = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in &response.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            answer.headers_mut().insert(name, value);
        }
    }
    answer
}
