//! What a handler answers, and what becomes it.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::json;
use crate::abi::orbis::HostHandle;
use crate::error::orbis::Error;
use crate::protocol::json::{write_integer, write_string};
use crate::protocol::log::Level;
use crate::text::join;
use crate::values::json::Json;

/// What a handler answers: a status, headers, a JSON body.
///
/// It crosses as the page's JSON, `{"status": 201, "headers": {..}, "body": ..}`. The shipped server answers
/// 200 and `{"success": true, "data": <that JSON>}` whatever it says; a host that follows the page
/// answers with the status, the headers and the body. [`Response::bare`] leaves the body alone.
///
/// ```
/// use plugsmith::orbis::Response;
///
/// let response = Response::json(&["a", "b"]).with_status(201).with_header("location", "/api/items/2");
/// assert_eq!(
///     response.encode(),
///     r#"{"status":201,"headers":{"location":"/api/items/2"},"body":["a","b"]}"#
/// );
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    status: u16,
    headers: Vec<(String, String)>,
    /// JSON.
    body: Vec<u8>,
    is_bare: bool,
}

impl Response {
    /// 200 with a value; a value that has no JSON form becomes a 500 that says so.
    pub fn json(value: &(impl Serialize + ?Sized)) -> Response {
        match json::encode(value) {
            Ok(body) => Response::of(200, body),
            Err(error) => {
                Error::internal(join(&["the reply cannot be written as JSON: ", &error.to_string()])).into_response()
            }
        }
    }

    /// 201 with the value that was made.
    pub fn created(value: &(impl Serialize + ?Sized)) -> Response {
        Response::json(value).with_status(201)
    }

    /// 204, without a body.
    pub fn no_content() -> Response {
        Response::of(204, b"null".to_vec())
    }

    /// 200 with a value that is the handler's whole JSON, no status around it.
    ///
    /// For clients of the shipped server that read `data` as the value itself, as the page's
    /// complete example makes them. A status or a header that is set later is put around it again.
    pub fn bare(value: &(impl Serialize + ?Sized)) -> Response {
        let response = Response::json(value);
        Response { is_bare: response.status == 200, ..response }
    }

    fn of(status: u16, body: Vec<u8>) -> Response {
        Response { status, headers: Vec::new(), body, is_bare: false }
    }

    /// With another status; one that is not from 200 to 599 ends no call, and becomes 500. A response
    /// that is an error already keeps its own unless the new one is an error too.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Response {
        if self.status < 400 || status >= 400 {
            self.status = if (200..600).contains(&status) { status } else { 500 };
        }
        self.is_bare = false;
        self
    }

    /// With a header; an earlier one of that name is replaced.
    ///
    /// Those that say how the body is sent are the server's: a response with `content-length`,
    /// `transfer-encoding`, `connection` and the like is refused by Plugsmith's hosts.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Response {
        self.headers.retain(|(earlier, _)| !earlier.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
        self.is_bare = false;
        self
    }

    /// The status code.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Names and values.
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// The body's JSON.
    pub fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap_or_default()
    }

    /// The body, for tests: `assert_eq!(response.body::<Vec<u64>>()?, [1, 2])`.
    ///
    /// # Errors
    /// A body of another type.
    pub fn body<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }

    /// The JSON that crosses to the host.
    pub fn encode(self) -> String {
        String::from_utf8(self.into_bytes()).unwrap_or_default()
    }

    /// The JSON that crosses to the host, which need not be looked through once more.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        if self.is_bare {
            return self.body;
        }
        let mut out = Vec::with_capacity(self.body.len() + 32);
        out.extend_from_slice(b"{\"status\":");
        write_integer(&mut out, self.status.into());
        for (index, (name, value)) in self.headers.iter().enumerate() {
            out.extend_from_slice(if index == 0 { b",\"headers\":{" } else { b"," });
            write_string(&mut out, name);
            out.push(b':');
            write_string(&mut out, value);
        }
        out.extend_from_slice(if self.headers.is_empty() { b",\"body\":" } else { b"},\"body\":" });
        out.extend_from_slice(&self.body);
        out.push(b'}');
        out
    }
}

impl std::fmt::Debug for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (status, headers, body) = (self.status, &self.headers, self.text());
        f.debug_struct("Response").field("status", &status).field("headers", headers).field("body", &body).finish()
    }
}

/// What a handler may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a handler's response",
    note = "return `Json<T>` of a value that is `Serialize`, `Response`, text, a number, `bool`, a `Vec` or a map, `()` (204), \
            `(status, response)`, an `Option` (404 for `None`), or a `Result` whose error converts to `orbis::Error`"
)]
pub trait IntoResponse {
    /// The response.
    fn into_response(self) -> Response;
}

impl IntoResponse for Response {
    fn into_response(self) -> Response {
        self
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        Response::of(self.status(), self.body().into_bytes())
    }
}

impl IntoResponse for () {
    /// 204.
    fn into_response(self) -> Response {
        Response::no_content()
    }
}

impl<T: IntoResponse> IntoResponse for Option<T> {
    /// 404 for `None`.
    fn into_response(self) -> Response {
        match self {
            Some(value) => value.into_response(),
            None => Error::not_found("not found").into_response(),
        }
    }
}

impl<T: IntoResponse, E: Into<Error>> IntoResponse for Result<T, E> {
    fn into_response(self) -> Response {
        match self {
            Ok(value) => value.into_response(),
            Err(error) => failed(error.into()),
        }
    }
}

impl<T: IntoResponse> IntoResponse for (u16, T) {
    fn into_response(self) -> Response {
        self.1.into_response().with_status(self.0)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        Response::json(&self.0)
    }
}

impl<T: Serialize> IntoResponse for Vec<T> {
    fn into_response(self) -> Response {
        Response::json(&self)
    }
}

impl<K: Serialize, V: Serialize> IntoResponse for BTreeMap<K, V> {
    fn into_response(self) -> Response {
        Response::json(&self)
    }
}

impl<K: Serialize, V: Serialize, S> IntoResponse for HashMap<K, V, S> {
    fn into_response(self) -> Response {
        Response::json(&self)
    }
}

macro_rules! values {
    ($($type:ty)*) => {$(
        impl IntoResponse for $type {
            fn into_response(self) -> Response {
                Response::json(&self)
            }
        }
    )*};
}
values!(&str String Cow<'_, str> bool i8 i16 i32 i64 u8 u16 u32 u64 usize f32 f64 serde_json::Value);

/// An error as a response. Whatever is the plugin's or the host's fault is in the host's log too.
pub(crate) fn failed(error: Error) -> Response {
    if error.status() >= 500 {
        HostHandle::current().log(Level::Error, error.message());
    }
    error.into_response()
}
