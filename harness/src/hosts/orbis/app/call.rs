//! A request of an app, put together call by call.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::App;
use crate::hosts::orbis::request::{Request, User};
use crate::hosts::orbis::response::Response;
use crate::trace::outcome::Outcome;

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
