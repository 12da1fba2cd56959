//! Responses for the requests that a test expects.

use super::glob_matches;
use crate::{HttpRequest, HttpResponse};

/// Responses by method and URL pattern; the newest that matches answers.
#[derive(Clone, Debug, Default)]
pub struct HttpMocks {
    mocks: Vec<(String, String, HttpResponse)>,
}

impl HttpMocks {
    /// Answers requests that match `"METHOD url-pattern"` (a glob), such as `GET https://api.example.com/*`.
    ///
    /// # Panics
    /// A pattern without a method.
    #[track_caller]
    pub fn add(&mut self, pattern: &str, response: HttpResponse) {
        let Some((method, url)) = pattern.split_once(' ') else {
            panic!("the HTTP mock `{pattern}` has no method: write `GET {pattern}`");
        };
        self.mocks.push((method.to_owned(), url.to_owned(), response));
    }

    /// The response to `request`.
    ///
    /// # Errors
    /// No mock matches.
    pub fn respond(&self, request: &HttpRequest) -> Result<HttpResponse, String> {
        self.mocks
            .iter()
            .rev()
            .find(|(method, url, _)| {
                method.eq_ignore_ascii_case(&request.method) && (*url == request.url || glob_matches(url, &request.url))
            })
            .map(|(_, _, response)| response.clone())
            .ok_or_else(|| format!("no mock answers {} {}", request.method, request.url))
    }
}
