//! Requests in a file, one JSON object a line: what a server has seen becomes a test.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::request::{Request, User, is_every_clients};
use super::secret::{self, HIDDEN, is_secret};
use crate::artifact::file;
use crate::error::{Error, Result};
use crate::text::quote;

/// A request, as a line holds it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    method: String,
    path: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    headers: BTreeMap<String, String>,
    /// The body, if it is JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    json: Option<Json>,
    /// The body, if it is other text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// The body, if it is neither.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bytes: Option<Vec<u8>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<User>,
}

/// The line that a recording has for a request; [`App::replay`](super::App::replay) reads it again.
///
/// Headers that clients send by themselves are left out, `authorization` and `cookie` among them: who
/// was logged in is kept. Of other headers and query parameters whose names speak of a secret, such as
/// `x-api-key` and `access_token`, the name is kept, and `..` is the value.
///
/// ```
/// use plugsmith_harness::hosts::orbis::{Request, record};
///
/// assert_eq!(record(&Request::new("GET", "/items")), r#"{"method":"GET","path":"/items"}"#);
/// ```
pub fn record(request: &Request) -> String {
    let mut line = Line {
        method: request.method.clone(),
        path: secret::hidden(&request.path),
        headers: headers(request).map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        json: None,
        text: None,
        bytes: None,
        user: request.user.clone(),
    };
    if !request.body.is_empty() {
        match (serde_json::from_slice::<Json>(&request.body), std::str::from_utf8(&request.body)) {
            // Only what reads as the same bytes again.
            (Ok(json), _) if json.to_string().as_bytes() == request.body => line.json = Some(json),
            (_, Ok(text)) => line.text = Some(text.to_owned()),
            (_, Err(_)) => line.bytes = Some(request.body.clone()),
        }
    }
    serde_json::to_string(&line).expect("a line has a JSON form")
}

/// The requests of a recording.
pub(crate) fn read(file: &Path) -> Result<Vec<Request>> {
    let fail = |reason: String| Error::File { path: file.to_owned(), reason };
    let text = file::read_long_text(file).map_err(|error| fail(error.to_string()))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !is_of_session(line));
    lines
        .map(|(index, line)| {
            let line: Line = serde_json::from_str(line)
                .map_err(|error| fail(format!("line {}: no recorded request: {error}", index + 1)))?;
            let text = line.json.map(|json| json.to_string()).or(line.text);
            Ok(Request {
                method: line.method,
                path: line.path,
                headers: line.headers,
                body: text.map(String::into_bytes).or(line.bytes).unwrap_or_default(),
                user: line.user,
            })
        })
        .collect()
}

/// Where a server makes an app answer.
pub(super) struct Served {
    /// Scheme, host and port.
    pub(super) origin: String,
    /// Whoever sends it is logged in.
    pub(super) token: String,
}

/// Whether this line is for a replay of the plugin alone: what the plugin was called with for a request, and what
/// its host answered.
fn is_of_session(line: &str) -> bool {
    let json = serde_json::from_str::<Json>(line);
    json.is_ok_and(|json| ["session", "call", "restart"].iter().any(|field| json.get(field).is_some()))
}

/// The command that makes this request of the plugin's server, or of the one that serves `label`.
pub(super) fn curl(request: &Request, plugin: &str, label: &str, served: Option<&Served>) -> String {
    let mut command = String::from("curl -i");
    if request.method != "GET" {
        command.push_str(&format!(" -X {}", quote(&request.method)));
    }
    let (origin, token) = match served {
        Some(served) => (served.origin.as_str(), served.token.as_str()),
        None => ("http://127.0.0.1:8787", "test"),
    };
    let url = format!("{origin}/api/plugins/{plugin}{}", secret::hidden(&request.path));
    command.push_str(&format!(" {}", quote(&url)));
    if request.user.is_some() {
        command.push_str(&format!(" -H {}", quote(&format!("authorization: Bearer {token}"))));
    }
    for (name, value) in headers(request) {
        command.push_str(&format!(" -H {}", quote(&format!("{name}: {value}"))));
    }
    if !request.body.is_empty() {
        command.push_str(&format!(" --data-raw {}", quote(&String::from_utf8_lossy(&request.body))));
    }
    if served.is_none() {
        command.push_str(&format!("  # while this runs: cargo plugsmith serve {}", label));
    }
    command
}

/// The headers that are part of what is asked for, without secrets.
fn headers(request: &Request) -> impl Iterator<Item = (&str, &str)> {
    let kept = request.headers.iter().filter(|(name, _)| *name == "content-type" || !is_every_clients(name));
    kept.map(|(name, value)| (name.as_str(), if is_secret(name) { HIDDEN } else { value }))
}
