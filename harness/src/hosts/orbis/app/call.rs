//! A request of an app, put together call by call.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use plugsmith::orbis::testing::{Answer, FromAnswer, RouteCall, ToRequest};
use serde::Serialize;

use super::App;
use crate::hosts::orbis::mode::Mode;
use crate::hosts::orbis::request::{Request, User};
use crate::hosts::orbis::response::Response;
use crate::trace::outcome::Outcome;

/// A request that is being put together.
#[must_use = "nothing is sent before `send`"]
pub struct Call<'a> {
    app: &'a mut App,
    request: Request,
}

impl App {
    /// Sends the request that `get_item_call(..)` stands for, which `#[route]` puts beside a public `fn get_item`: path,
    /// query and body are those of its parameters, the result is that of its signature.
    ///
    /// ```no_run
    /// # use plugsmith_harness::plugsmith::{self, orbis::{Error, route}};
    /// # #[route(GET, "/api/items/{id}")] pub fn get_item(id: i64) -> Result<String, Error> { Ok(id.to_string()) }
    /// // Needs the plugin of the crate it stands in.
    /// // use my_plugin::get_item_call;
    /// use plugsmith_harness::hosts::orbis::Orbis;
    ///
    /// let mut app = plugsmith_harness::orbis!(Orbis::as_documented());
    /// let item = app.run(get_item_call(7).user("ada")).unwrap();
    /// assert_eq!(item.unwrap_err().status(), 404);
    /// ```
    ///
    /// An error of the handler, or of the host before it, is the `Err` of a handler's `Result`, with its status; where
    /// the handler returns none, the outcome is an [`Error::BadOutput`](crate::Error::BadOutput).
    ///
    /// # Panics
    /// A parameter that has no JSON form, such as a map whose keys are not text.
    #[track_caller]
    pub fn run<P: ToRequest, R: FromAnswer>(&mut self, call: RouteCall<P, R>) -> Outcome<R::Owned> {
        let request = call.request().unwrap_or_else(|reason| panic!("{reason}"));
        let is_shipped = self.runner.mode == Mode::Shipped;
        let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        // The shipped host matches paths letter for letter: a parameter of the path is in the query there.
        let path = if is_shipped { request.path.to_owned() } else { request.path_with(encode) };
        let mut sent = Call::new(self, request.method, &path);
        sent.request.user = request.user.map(|user| User { id: user.id, is_admin: user.is_admin });
        let params = if is_shipped { &request.params[..] } else { &[] };
        for (name, value) in params.iter().chain(&request.query) {
            sent = sent.query(name, value);
        }
        for (name, value) in &request.headers {
            sent = sent.header(name, value);
        }
        if let Some(body) = &request.body {
            sent = sent.json(body);
        }
        let shown = format!("{} {}", request.method, request.path);
        sent.send().then(&shown, |response| RouteCall::<P, R>::read(answer(response, is_shipped)))
    }
}

/// What the handler answered, taken out of what the shipped host puts around it.
fn answer(mut response: Response, is_shipped: bool) -> Answer {
    if is_shipped
        && response.body.get("success").and_then(serde_json::Value::as_bool) == Some(true)
        && let Some(data) = response.body.get_mut("data")
    {
        return Answer::of(data.take());
    }
    Answer { status: response.status, headers: response.headers.into_iter().collect(), body: response.body }
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
