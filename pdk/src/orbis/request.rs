//! What a handler receives.

use std::cell::OnceCell;
use std::ops::Range;

use serde::Deserialize;

use super::{config, crypto, db, events, http, log, state};
use crate::abi::orbis::HostHandle;
use crate::error::orbis::Error;
use crate::protocol::orbis::{Malformed, members};
use crate::text::join;

/// A request: of the shipped host (`method path headers query body user_id is_admin`) or as the
/// page has it (`params query body headers user`).
///
/// The services hang on it: `req.db()`, `req.state()`, `req.log()` ..
///
/// ```
/// use plugsmith::orbis::{Error, Request, Response, route, testing::{MockHost, call}};
///
/// #[route(GET, "/api/items/{id}")]
/// fn get_item(req: &Request) -> Result<Response, Error> {
///     Ok(Response::json(&req.param("id")))
/// }
///
/// let host = MockHost::new();
/// let response = call!(get_item, host.request("GET", "/api/items/7"));
/// assert_eq!(response.text(), "\"7\"");
/// ```
#[derive(Debug)]
pub struct Request {
    host: HostHandle,
    /// The JSON that the host sent.
    text: String,
    places: Places,
    /// The route's path, with its parameters as `{name}`.
    template: &'static str,
    method: String,
    path: String,
    user: Option<User>,
    params: Pairs,
    query: Pairs,
    headers: Pairs,
}

/// Names and values, read when first asked for.
type Pairs = OnceCell<Vec<(String, String)>>;

/// Where the members lie in the text; empty for what the host did not send.
#[derive(Debug, Default)]
struct Places {
    method: Range<usize>,
    path: Range<usize>,
    params: Range<usize>,
    query: Range<usize>,
    headers: Range<usize>,
    body: Range<usize>,
    user: Range<usize>,
    user_id: Range<usize>,
    is_admin: Range<usize>,
}

impl Request {
    /// The request in the host's JSON.
    pub(crate) fn decode(text: String, template: &'static str, host: HostHandle) -> Result<Request, Malformed> {
        let mut places = Places::default();
        members(&text, &mut |name, value| {
            let place = match text.as_bytes().get(name).unwrap_or_default() {
                b"method" => &mut places.method,
                b"path" => &mut places.path,
                b"params" => &mut places.params,
                b"query" => &mut places.query,
                b"headers" => &mut places.headers,
                b"body" => &mut places.body,
                b"user" => &mut places.user,
                b"user_id" => &mut places.user_id,
                b"is_admin" => &mut places.is_admin,
                _ => return,
            };
            *place = value;
        })?;
        let at = |place: &Range<usize>| text.get(place.clone()).unwrap_or_default();
        let (method, path) = (unquoted(at(&places.method)), unquoted(at(&places.path)));
        let user = User::read(at(&places.user_id), at(&places.is_admin)).or_else(|| {
            let (mut id, mut is_admin) = ("", "");
            let user = at(&places.user);
            members(user, &mut |name, value| match user.get(name) {
                Some("id" | "user_id") => id = user.get(value).unwrap_or_default(),
                Some("is_admin") => is_admin = user.get(value).unwrap_or_default(),
                _ => {}
            })
            .ok()?;
            User::read(id, is_admin)
        });
        let (method, path) = (method.unwrap_or_default(), path.unwrap_or_default());
        let [params, query, headers] = [const { OnceCell::new() }; 3];
        Ok(Request { host, text, places, template, method, path, user, params, query, headers })
    }

    /// `GET`, `POST` ..; empty where the host does not say.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path below the plugin's own; empty where the host does not say.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// A parameter of the path, by the name in the route's `{name}`.
    ///
    /// It is the host's own `params`, where it sends them; else the segment of the path. The
    /// shipped host matches paths letter for letter, so `/api/items/{id}` is reached there by
    /// just that path and `?id=7`: then it is the parameter of the query.
    pub fn param(&self, name: &str) -> Option<&str> {
        if let Some(value) = find(self.pairs(&self.params, &self.places.params), name) {
            return Some(value);
        }
        let segment = self.segment(name)?;
        match segment.strip_prefix('{').and_then(|segment| segment.strip_suffix('}')) {
            Some(inner) if inner == name => self.query(name),
            _ => Some(segment).filter(|segment| !segment.is_empty()),
        }
    }

    /// The segment of the path that stands where the route has `{name}`. Paths are compared from
    /// their ends, so that a host may put its own in front.
    fn segment(&self, name: &str) -> Option<&str> {
        let mut segments = self.path.rsplit('/');
        let mut found = None;
        for wanted in self.template.rsplit('/').take_while(|segment| !segment.is_empty()) {
            let segment = segments.next()?;
            match wanted.strip_prefix('{').and_then(|wanted| wanted.strip_suffix('}')) {
                Some(wanted) if wanted == name => found = Some(segment),
                Some(_) => {}
                None if wanted == segment => {}
                None => return None,
            }
        }
        found
    }

    /// A parameter of the query.
    pub fn query(&self, name: &str) -> Option<&str> {
        find(self.pairs(&self.query, &self.places.query), name)
    }

    /// A header, in whatever case its name is written.
    pub fn header(&self, name: &str) -> Option<&str> {
        let headers = self.pairs(&self.headers, &self.places.headers);
        headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body's JSON; `null` where there is none. The shipped host sends that of POST, PUT and
    /// PATCH, and a body that is no JSON as a string.
    pub fn body(&self) -> &str {
        match self.at(&self.places.body) {
            "" => "null",
            body => body,
        }
    }

    /// The body as a value, which may borrow from the request.
    ///
    /// # Errors
    /// 400 where there is no body, or it is no such value.
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Error> {
        let body = self.body();
        serde_json::from_str(body).map_err(|error| {
            if body == "null" {
                return Error::bad_request("the request has no body, or null: send JSON");
            }
            // As curl sends what `-d` is given: the host passes a form on as text.
            let sent = self.header("content-type").unwrap_or_default();
            let is_text = body.starts_with('"') && sent.starts_with("application/x-www-form-urlencoded");
            let hint = if is_text { "; send `content-type: application/json`" } else { "" };
            Error::bad_request(join(&["body: ", &error.to_string(), hint]))
        })
    }

    /// Who is logged in.
    pub fn user(&self) -> Option<&User> {
        self.user.as_ref()
    }

    /// All that the host sent, as JSON.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The host's database.
    pub fn db(&self) -> db::Db {
        db::Db::new(self.host.clone())
    }

    /// JSON by key, which outlives the call.
    pub fn state(&self) -> state::State {
        state::State::new(self.host.clone())
    }

    /// The configuration in the manifest.
    pub fn config(&self) -> config::Config {
        config::Config::new(self.host.clone())
    }

    /// The host's events.
    pub fn events(&self) -> events::Events {
        events::Events::new(self.host.clone())
    }

    /// Hashes and randomness, made by the host.
    pub fn crypto(&self) -> crypto::Crypto {
        crypto::Crypto::new(self.host.clone())
    }

    /// HTTP requests, made by the host.
    pub fn http(&self) -> http::Http {
        http::Http::new(self.host.clone())
    }

    /// The host's log.
    pub fn log(&self) -> log::Log {
        log::Log::new(self.host.clone())
    }

    fn at(&self, place: &Range<usize>) -> &str {
        self.text.get(place.clone()).unwrap_or_default()
    }

    fn pairs<'a>(&'a self, pairs: &'a Pairs, place: &Range<usize>) -> &'a [(String, String)] {
        pairs.get_or_init(|| {
            let object = self.at(place);
            let mut pairs = Vec::new();
            // What is no object, `null` for one, has no members.
            let _ = members(object, &mut |name, value| {
                // With its quotes, the name is a JSON string.
                let name = object.get(name.start - 1..name.end + 1).and_then(unquoted);
                if let (Some(name), Some(value)) = (name, object.get(value).and_then(scalar)) {
                    pairs.push((name, value));
                }
            });
            pairs
        })
    }
}

/// Who is logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The host's name for the user; never empty.
    pub id: String,
    /// Whether the user may do anything.
    pub is_admin: bool,
}

impl User {
    /// Refuses whoever is no admin.
    ///
    /// # Errors
    /// 403 for a user who is none.
    pub fn require_admin(&self) -> Result<(), Error> {
        if self.is_admin { Ok(()) } else { Err(Error::forbidden("only an admin may do this")) }
    }

    /// Nobody, unless there is an id: a user that cannot be told from another is none.
    fn read(id: &str, is_admin: &str) -> Option<User> {
        let id = scalar(id).filter(|id| !id.is_empty())?;
        Some(User { id, is_admin: is_admin == "true" })
    }
}

fn find<'a>(pairs: &'a [(String, String)], name: &str) -> Option<&'a str> {
    pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// A JSON string's text, or a number's or boolean's own; `None` for null, objects and arrays.
fn scalar(json: &str) -> Option<String> {
    match json.as_bytes().first()? {
        b'"' => unquoted(json),
        b'n' | b'{' | b'[' => None,
        _ => Some(json.to_owned()),
    }
}

fn unquoted(json: &str) -> Option<String> {
    match json.strip_prefix('"')?.strip_suffix('"')? {
        plain if !plain.contains('\\') => Some(plain.to_owned()),
        _ => serde_json::from_str(json).ok(),
    }
}
