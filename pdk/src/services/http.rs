//! `http()`: requests that the host makes, to the hosts it allows.

use std::collections::BTreeMap;
use std::fmt;

use crate::HostError;
use crate::abi::HostHandle;
use crate::protocol::headers;
use crate::protocol::json::write_string;
use crate::text::join;

/// HTTP requests, made by the host.
pub fn http() -> Http {
    Http::new(HostHandle::current())
}

/// HTTP requests, made by the host.
///
/// An Extism host ends the plugin's call when a URL is not among its `allowed_hosts` or the
/// connection fails: a guest never sees these as an `Err`. What it does see is a host that makes
/// no request at all: the npm SDKs answer status 0, allowed or not, unless the plugin is created
/// with `runInWorker: true`. Status 0 is an `Err` here.
#[derive(Clone, Debug)]
pub struct Http {
    host: HostHandle,
}

impl Http {
    pub(crate) fn new(host: HostHandle) -> Http {
        Http { host }
    }

    /// A GET request.
    ///
    /// ```
    /// use plugsmith::HttpResponse;
    ///
    /// let ctx = plugsmith::testing::MockContext::new();
    /// ctx.mock_http("GET https://api.example.com/*", HttpResponse::new(200, "data"));
    /// let response = ctx.http().get("https://api.example.com/data")?;
    /// assert_eq!((response.status, response.text()), (200, Ok("data")));
    /// # Ok::<(), plugsmith::HostError>(())
    /// ```
    ///
    /// # Errors
    /// A host that makes no request and answers status 0; natively, a request that no mock answers.
    pub fn get(&self, url: &str) -> Result<HttpResponse, HostError> {
        self.send(&HttpRequest::new("GET", url))
    }

    /// A POST request with a body.
    ///
    /// # Errors
    /// As [`Http::get`].
    pub fn post(&self, url: &str, body: impl Into<Vec<u8>>) -> Result<HttpResponse, HostError> {
        self.send(&HttpRequest::new("POST", url).body(body))
    }

    /// Any request. The response comes without its headers; see [`Http::send_for_headers`].
    ///
    /// # Errors
    /// As [`Http::get`].
    pub fn send(&self, request: &HttpRequest) -> Result<HttpResponse, HostError> {
        let (status, body) = self.host.http(request)?;
        if status == 0 {
            return Err(HostError::new(join(&[&request.method, " ", &request.url, NOT_MADE])));
        }
        Ok(HttpResponse { status, body, headers: BTreeMap::new() })
    }

    /// Any request, and the response with its headers, names in lower case.
    ///
    /// This imports `http_headers`, which the npm SDK 1.0.3 lacks; a host may also withhold
    /// them, and then there are none.
    ///
    /// # Errors
    /// As [`Http::get`].
    pub fn send_for_headers(&self, request: &HttpRequest) -> Result<HttpResponse, HostError> {
        let mut response = self.send(request)?;
        if let Some(text) = self.host.http_headers() {
            response.headers = headers_from_json(&text)?;
        }
        Ok(response)
    }
}

/// What status 0 means, which no server sends.
pub(crate) const NOT_MADE: &str = ": the host made no request (status 0); in the npm SDKs, set runInWorker";

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
            .field("url", &self.url)
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
    /// Names in lower case, and values; only from [`Http::send_for_headers`].
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

    /// The body as text.
    ///
    /// # Errors
    /// A body that is not UTF-8.
    pub fn text(&self) -> Result<&str, HostError> {
        core::str::from_utf8(&self.body).map_err(|_| HostError::new("the response body is not UTF-8"))
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// A body that is no such JSON.
    #[cfg(feature = "json")]
    pub fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, HostError> {
        serde_json::from_slice(&self.body).map_err(|error| HostError::new(error.to_string()))
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

fn headers_from_json(text: &[u8]) -> Result<BTreeMap<String, String>, HostError> {
    core::str::from_utf8(text)
        .ok()
        .and_then(|text| crate::protocol::json::Scanner::new(text).text_object().ok())
        .map(|pairs| pairs.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect())
        .ok_or_else(|| HostError::new("http_headers answered what is no JSON object of texts"))
}
