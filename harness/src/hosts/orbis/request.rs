//! A request to a plugin, as a client sends it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::secret::{self, HIDDEN, is_secret};
use crate::trace::event::{render_bytes, render_json};

/// Who is logged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The user's id; the real host's are UUIDs.
    pub id: String,
    /// Whether the user administers the host.
    #[serde(default)]
    pub is_admin: bool,
}

/// A request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST` ..: the server passes it on as it was sent.
    pub method: String,
    /// The path within the plugin, and its query: `/items/7?full=1`.
    pub path: String,
    /// Names in lower case, and values.
    pub headers: BTreeMap<String, String>,
    /// The body; none if empty.
    pub body: Vec<u8>,
    /// Who sends it, if anybody is logged in.
    pub user: Option<User>,
}

impl Request {
    /// A request without headers, body or user.
    pub fn new(method: &str, path: &str) -> Request {
        Request { method: method.to_owned(), path: path.to_owned(), ..Request::default() }
    }

    /// Whether its body is JSON: so it is without a word to the contrary.
    pub(super) fn is_json(&self) -> bool {
        let ty = self.headers.get("content-type").map(|ty| ty.split(';').next().unwrap_or(ty).trim());
        ty.is_none_or(|ty| ty.eq_ignore_ascii_case("application/json") || ty.to_lowercase().ends_with("+json"))
    }

    /// `POST /items user=u1 {"name":"a"}`, without the secrets of its headers and query.
    pub(super) fn shown(&self) -> String {
        let mut text = format!("{} {}", self.method, secret::hidden(&self.path));
        if let Some(user) = &self.user {
            text.push_str(&format!(" {}={}", if user.is_admin { "admin" } else { "user" }, user.id));
        }
        for (name, value) in self.headers.iter().filter(|(name, _)| !is_every_clients(name)) {
            let value = if is_secret(name) { HIDDEN.to_owned() } else { render_bytes(value.as_bytes()) };
            text.push_str(&format!(" {name}: {value}"));
        }
        if !self.body.is_empty() {
            let body = match serde_json::from_slice::<Json>(&self.body) {
                Ok(json) => render_json(&json),
                Err(_) => render_bytes(&self.body),
            };
            text.push_str(&format!(" {body}"));
        }
        text
    }
}

/// Whether a header is one that clients send by themselves, which tells no requests apart.
pub(super) fn is_every_clients(name: &str) -> bool {
    const NAMES: [&str; 19] = [
        "accept",
        "accept-encoding",
        "accept-language",
        "authorization",
        "cache-control",
        "connection",
        "content-length",
        "content-type",
        "cookie",
        "dnt",
        "expect",
        "host",
        "origin",
        "pragma",
        "priority",
        "referer",
        "te",
        "upgrade-insecure-requests",
        "user-agent",
    ];
    NAMES.contains(&name) || name.starts_with("sec-")
}
