//! HTTP in tests: mocks that answer a plugin's requests, and the requests that were made.

mod answer;
mod matcher;
mod redirect;
mod unanswered;

pub use answer::{HttpAnswer, HttpFailure, HttpReply};
pub use matcher::HttpMatch;
pub use unanswered::Unanswered;

use redirect::Step;

use crate::protocol::http::HttpRequest;

/// What answers a plugin's requests, and the requests it has made.
///
/// The newest mock that matches a request answers it. A mock with responses in sequence gives each
/// of them once; after the last one, older mocks answer again.
///
/// A test that makes more than [`HttpMocks::MOST_REQUESTS`] requests, or requests of more than
/// [`HttpMocks::MOST_BYTES`] in total, gets an error that says so.
#[derive(Clone, Debug, Default)]
pub struct HttpMocks {
    mocks: Vec<(HttpMatch, HttpReply)>,
    requests: Vec<HttpRequest>,
    bytes: usize,
}

impl HttpMocks {
    /// How many requests are kept.
    pub const MOST_REQUESTS: usize = 100_000;
    /// How many bytes of URLs, headers and bodies are kept.
    pub const MOST_BYTES: usize = 256 * 1024 * 1024;

    /// Answers the requests that match `"METHOD url-pattern"` (a glob), such as
    /// `GET https://api.example.com/*`, or an [`HttpMatch`] that looks at headers and body too.
    ///
    /// # Panics
    /// A pattern without a method, and a reply that no server gives.
    #[track_caller]
    pub fn add(&mut self, requests: impl Into<HttpMatch>, reply: impl Into<HttpReply>) {
        if let Err(reason) = self.try_add(requests.into(), reply.into()) {
            panic!("{reason}");
        }
    }

    /// As [`HttpMocks::add`], for a caller with a place of its own to panic at.
    ///
    /// # Errors
    /// A pattern without a method, and a reply that no server gives.
    pub fn try_add(&mut self, requests: HttpMatch, reply: HttpReply) -> Result<(), String> {
        requests
            .check()
            .and_then(|()| reply.check())
            .map_err(|reason| format!("the HTTP mock `{}` {reason}", requests.pattern()))?;
        self.mocks.push((requests, reply));
        Ok(())
    }

    /// What answers `request`, which is kept for [`HttpMocks::requests`].
    ///
    /// A mock's redirect is followed to another mock, as a host's client follows it to another server:
    /// ten times at most, without `authorization` and cookies, and with `GET` for any method but `HEAD`.
    /// A redirect that would have to send a body again (307 and 308) and one without `location` fail the
    /// request.
    ///
    /// # Errors
    /// No mock answers it, or where it is redirected. Too many requests. A closure that gives a response
    /// that no server gives.
    pub fn respond(&mut self, request: &HttpRequest) -> Result<HttpAnswer, Unanswered> {
        self.keep(request).map_err(|reason| Unanswered::for_reason(request, reason))?;
        let mut next = request.clone();
        for _ in 0..=redirect::MOST {
            let answer = self.answer(&next).map_err(|unanswered| match next == *request {
                true => unanswered,
                false => unanswered.redirected(request),
            })?;
            let HttpAnswer::Response(response) = &answer else { return Ok(answer) };
            match redirect::step(&next, response) {
                Step::Ends => return Ok(answer),
                Step::Fails(reason) => return Ok(HttpFailure::Connection(reason.to_owned()).into()),
                Step::Follows(request) => next = request,
            }
        }
        Ok(HttpFailure::Connection("too many redirects".to_owned()).into())
    }

    /// What the newest mock that matches a request answers.
    fn answer(&mut self, request: &HttpRequest) -> Result<HttpAnswer, Unanswered> {
        let mut mismatches = Vec::new();
        for (requests, reply) in self.mocks.iter_mut().rev().filter(|(requests, _)| requests.is_for(request)) {
            let reason = match requests.mismatch(request) {
                Some(reason) => reason,
                None => match reply.next(request) {
                    Some(Ok(answer)) => return Ok(answer),
                    Some(Err(reason)) => {
                        let reason = format!("the HTTP mock `{}` {reason}", requests.pattern());
                        return Err(Unanswered::for_reason(request, reason));
                    }
                    None => "has given its last response".to_owned(),
                },
            };
            mismatches.push(format!("`{}` {reason}", requests.pattern()));
        }
        Err(Unanswered::for_mismatches(request, &mismatches))
    }

    /// The mocks, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = (&HttpMatch, &HttpReply)> {
        self.mocks.iter().map(|(requests, reply)| (requests, reply))
    }

    /// The requests made so far, those that no mock answered among them.
    pub fn requests(&self) -> &[HttpRequest] {
        &self.requests
    }

    /// How many bytes of URLs, headers and bodies the requests have.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Forgets the requests made so far.
    pub fn clear_requests(&mut self) {
        self.requests.clear();
        self.bytes = 0;
    }

    fn keep(&mut self, request: &HttpRequest) -> Result<(), String> {
        let headers = request.headers.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        self.bytes = self.bytes.saturating_add(request.url.len() + headers + request.body.len());
        if self.requests.len() == HttpMocks::MOST_REQUESTS {
            return Err(format!("a test keeps {} HTTP requests at most", HttpMocks::MOST_REQUESTS));
        }
        if self.bytes > HttpMocks::MOST_BYTES {
            return Err(format!("a test keeps {} bytes of HTTP requests at most", HttpMocks::MOST_BYTES));
        }
        self.requests.push(request.clone());
        Ok(())
    }
}
