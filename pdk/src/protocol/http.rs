//! An HTTP request and a response, as guests and mocks have them.

use std::collections::BTreeMap;
use std::fmt;

use super::headers;
use super::json::write_string;

/// A request. Its `Debug` shows the headers without their secrets.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HttpRequest {
    /// `GET`, `POST` ..
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// Names and values.
    pub headers: BTreeMap<String, String>,
    /// The body, none if empty.
    pub body: Vec<u8>,
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("method", &self.method)
            .field("url", &headers::redact_url(&self.url, "[redacted]"))
            .field("headers", &headers::Shown(&self.headers))
            .field("body", &headers::ShownBody(&self.body))
            .finish()
    }
}

impl HttpRequest {
    /// A request without headers or body.
    pub fn new(method: &str, url: &str) -> HttpRequest {
        HttpRequest { method: method.to_owned(), url: url.to_owned(), ..HttpRequest::default() }
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> HttpRequest {
        self.headers.insert(name.to_owned(), value.to_owned());
        self
    }

    /// With this body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> HttpRequest {
        self.body = body.into();
        self
    }

    /// Extism's form of a request: a JSON object of `url`, `headers` and `method`.
    #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "the native twin passes the request itself"))]
    pub(crate) fn to_json(&self) -> Vec<u8> {
        let mut out = b"{\"method\":".to_vec();
        write_string(&mut out, &self.method);
        out.extend_from_slice(b",\"url\":");
        write_string(&mut out, &self.url);
        out.extend_from_slice(b",\"headers\":");
        out.extend_from_slice(&headers_to_json(&self.headers));
        out.push(b'}');
        out
    }
}

/// A response. Its `Debug` shows the headers without their secrets.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
    /// Names in lower case, and values; only from [`send_for_headers`](crate::http::Http::send_for_headers).
    pub headers: BTreeMap<String, String>,
}

impl fmt::Debug for HttpResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponse")
            .field("status", &self.status)
            .field("body", &headers::ShownBody(&self.body))
            .field("headers", &headers::Shown(&self.headers))
            .finish()
    }
}

impl HttpResponse {
    /// A response without headers, for mocks.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> HttpResponse {
        HttpResponse { status, body: body.into(), headers: BTreeMap::new() }
    }

    /// With one more header, for mocks.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> HttpResponse {
        self.headers.insert(name.to_ascii_lowercase(), value.to_owned());
        self
    }
}

/// A JSON object of names and values.
pub(crate) fn headers_to_json(headers: &BTreeMap<String, String>) -> Vec<u8> {
    let mut out = vec![b'{'];
    for (index, (name, value)) in headers.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write_string(&mut out, name);
        out.push(b':');
        write_string(&mut out, value);
    }
    out.push(b'}');
    out
}
