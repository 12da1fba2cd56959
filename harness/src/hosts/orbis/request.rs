//! A request to a plugin, as a client sends it.

use std::collections::BTreeMap;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::app::App;
use super::host::Mode;
use super::response::Response;
use super::router::{self, Matched};
use super::secret::{self, HIDDEN, is_secret};
use crate::trace::event::render_bytes;
use crate::trace::outcome::Outcome;

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

    /// What the handler is given.
    pub(super) fn context(&self, mode: Mode, matched: &Matched<'_>, user: Option<&User>) -> Json {
        let mut context = json!({ "headers": self.headers, "query": matched.query, "body": matched.body });
        if mode != Mode::PageAbi {
            context["method"] = json!(self.method);
            context["path"] = json!(router::decode(self.path.split('?').next().unwrap_or_default()));
            context["user_id"] = json!(user.map(|user| &user.id));
            context["is_admin"] = json!(user.is_some_and(|user| user.is_admin));
        }
        if mode != Mode::Shipped {
            // What the pages name.
            context["params"] = json!(matched.params);
            context["user"] = json!(user);
        }
        context
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
                Ok(json) => crate::trace::event::render_json(&json),
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

/// A request that is being put together.
#[must_use = "nothing is sent before `send`"]
pub struct Call<'a> {
    app: &'a mut App,
    request: Request,
}

impl<'a> Call<'a> {
    pub(super) fn new(app: &'a mut App, method: &str, path: &str) -> Call<'a> {
        Call { app, request: Request::new(method, path) }
    }

    /// From this user, who is logged in.
    pub fn user(mut self, id: &str) -> Call<'a> {
        self.request.user = Some(User { id: id.to_owned(), is_admin: false });
        self
    }

    /// From this user, who administers the host.
    pub fn admin(mut self, id: &str) -> Call<'a> {
        self.request.user = Some(User { id: id.to_owned(), is_admin: true });
        self
    }

    /// With one more header.
    pub fn header(mut self, name: &str, value: &str) -> Call<'a> {
        self.request.headers.insert(name.to_lowercase(), value.to_owned());
        self
    }

    /// With one more value in the query; it is encoded.
    pub fn query(mut self, name: &str, value: impl std::fmt::Display) -> Call<'a> {
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        self.request.path.push(if self.request.path.contains('?') { '&' } else { '?' });
        self.request.path.push_str(&format!("{}={}", encode(name), encode(&value.to_string())));
        self
    }

    /// With this body as JSON.
    ///
    /// # Panics
    /// A value that has no JSON form, such as a map whose keys are no text.
    #[track_caller]
    pub fn json(self, body: impl Serialize) -> Call<'a> {
        let body = serde_json::to_vec(&body).unwrap_or_else(|error| panic!("the body has no JSON form: {error}"));
        self.header("content-type", "application/json").body(body)
    }

    /// With these bytes as its body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Call<'a> {
        self.request.body = body.into();
        self
    }

    /// Sends it: the response, whether the plugin's or the host's own; an error where the plugin
    /// trapped, reached a limit, or did what no host takes.
    pub fn send(self) -> Outcome<Response> {
        self.app.send(&self.request)
    }
}
