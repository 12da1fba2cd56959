//! `http()`: requests that the host makes, to the hosts it allows.

use std::collections::BTreeMap;

use crate::abi::HostHandle;
use crate::error::HostError;
pub use crate::protocol::http::{HttpRequest, HttpResponse};
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

impl HttpResponse {
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

fn headers_from_json(text: &[u8]) -> Result<BTreeMap<String, String>, HostError> {
    core::str::from_utf8(text)
        .ok()
        .and_then(|text| crate::protocol::json::Scanner::new(text).text_object().ok())
        .map(|pairs| pairs.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect())
        .ok_or_else(|| HostError::new("http_headers did not return a JSON object of strings"))
}
