//! `http()`: requests that the host makes.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::state;
use crate::abi::orbis::HostHandle;
use crate::error::orbis::Error;
use crate::protocol::http::{HttpRequest, HttpResponse};
use crate::protocol::orbis::members;
use crate::text::join;

/// HTTP requests, made by the host.
pub fn http() -> Http {
    Http::new(HostHandle::current())
}

/// HTTP requests, made by the host. The shipped host refuses them to everybody.
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
    /// use plugsmith::orbis::{http, testing::MockHost};
    ///
    /// let host = MockHost::new();
    /// host.mock_http("GET https://api.example.com/*", HttpResponse::new(200, "data"));
    /// let response = http().get("https://api.example.com/data")?;
    /// assert_eq!((response.status, response.text()), (200, Ok("data")));
    /// # Ok::<(), plugsmith::orbis::Error>(())
    /// ```
    ///
    /// # Errors
    /// A host that refuses; natively, a request that no mock answers.
    pub fn get(&self, url: &str) -> Result<HttpResponse, Error> {
        self.send(&HttpRequest::new("GET", url))
    }

    /// A POST request with a body.
    ///
    /// # Errors
    /// As [`Http::get`].
    pub fn post(&self, url: &str, body: impl Into<Vec<u8>>) -> Result<HttpResponse, Error> {
        self.send(&HttpRequest::new("POST", url).body(body))
    }

    /// Any request; the response has its headers, names in lower case.
    ///
    /// # Errors
    /// As [`Http::get`].
    pub fn send(&self, request: &HttpRequest) -> Result<HttpResponse, Error> {
        let json = self.host.http(request)?;
        let response: Received = state::decode("http_request '", &request.url, &json)?;
        if let Some(error) = response.error {
            return Err(Error::private(join(&["http_request '", &request.url, "': ", &error])));
        }
        if response.status == 0 {
            return Err(Error::private(join(&[
                "http_request '",
                &request.url,
                "': the host made no request (status 0)",
            ])));
        }
        let body = body(&json);
        let headers = response.headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
        Ok(HttpResponse { status: response.status, body, headers })
    }
}

/// The host's JSON of a response, but for its body.
#[derive(Deserialize)]
struct Received {
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    error: Option<String>,
}

/// The body in the host's JSON: text in the shipped host, an array of bytes in Orbis' SDK, and
/// whatever else stays the JSON that it is.
fn body(response: &str) -> Vec<u8> {
    let mut body = "";
    let _ = members(response, &mut |name, value| {
        if response.get(name) == Some("body") {
            body = response.get(value).unwrap_or_default();
        }
    });
    match body.as_bytes().first() {
        Some(b'"') => serde_json::from_str::<String>(body).map(String::into_bytes).unwrap_or_default(),
        Some(b'[') => serde_json::from_str(body).unwrap_or_else(|_| body.into()),
        Some(b'n') => Vec::new(),
        _ => body.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::body;

    #[test]
    fn a_body_may_be_text_bytes_or_json() {
        let read = |json: &str| body(&format!(r#"{{"status":200,"headers":{{}},"body":{json}}}"#));

        assert_eq!(read(r#""a\"b""#), b"a\"b");
        assert_eq!(read("[0, 255]"), [0, 255]);
        assert_eq!(read(r#"["a"]"#), br#"["a"]"#);
        assert_eq!(read(r#"{"a": [1]}"#), br#"{"a": [1]}"#);
        assert_eq!(read("null"), b"");
        assert_eq!(body(r#"{"status":200}"#), b"");
    }
}
