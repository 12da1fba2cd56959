//! What a mock answers: responses, failures, several in sequence, or a closure.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::protocol::http::{HttpRequest, HttpResponse};

/// What a request may come to other than a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HttpFailure {
    /// The connection fails, for this reason. An Extism host ends the plugin's call with it.
    Connection(String),
    /// The server never answers. An Extism host ends the plugin's call when its time is over.
    Timeout,
    /// The host makes no request and answers status 0 with an empty body, as the npm SDKs do
    /// without `runInWorker`. The plugin gets an `Err`.
    NotMade,
}

impl HttpFailure {
    /// The host's name has no address, as Extism 1.30 says it.
    pub fn host_not_found() -> HttpFailure {
        HttpFailure::Connection("host not found".to_owned())
    }

    /// Nobody listens at the address, as Extism 1.30 says it on Linux.
    pub fn connection_refused() -> HttpFailure {
        HttpFailure::Connection("io: Connection refused (os error 111)".to_owned())
    }
}

impl fmt::Display for HttpFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            HttpFailure::Connection(reason) => reason,
            HttpFailure::Timeout => "timeout",
            HttpFailure::NotMade => "the host makes no request and answers status 0",
        })
    }
}

/// What one request comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HttpAnswer {
    /// The server responds.
    Response(HttpResponse),
    /// It does not.
    Failure(HttpFailure),
}

impl From<HttpResponse> for HttpAnswer {
    fn from(response: HttpResponse) -> HttpAnswer {
        HttpAnswer::Response(response)
    }
}

impl From<HttpFailure> for HttpAnswer {
    fn from(failure: HttpFailure) -> HttpAnswer {
        HttpAnswer::Failure(failure)
    }
}

impl From<Result<HttpResponse, HttpFailure>> for HttpAnswer {
    fn from(result: Result<HttpResponse, HttpFailure>) -> HttpAnswer {
        result.map_or_else(HttpAnswer::Failure, HttpAnswer::Response)
    }
}

impl HttpAnswer {
    /// # Errors
    /// A status that no server sends.
    fn check(&self) -> Result<(), String> {
        match self {
            HttpAnswer::Response(HttpResponse { status: 0, .. }) => Err("has status 0, which no server sends: \
                 where the host makes no request, answer HttpFailure::NotMade"
                .to_owned()),
            // Measured on libextism 1.41: any other status line ends the plugin's call.
            HttpAnswer::Response(HttpResponse { status, .. }) if !matches!(status, 101 | 200..=999) => Err(format!(
                "has status {status}, which no client passes on: the statuses that a plugin can see are 101 and 200 to 999"
            )),
            HttpAnswer::Response(HttpResponse { status: status @ (101 | 204 | 304), body, .. }) if !body.is_empty() => {
                Err(format!("has a body, which no client reads from a response of status {status}"))
            }
            _ => Ok(()),
        }
    }

    /// The answer to a request of this method: one to `HEAD` has no body.
    fn to(mut self, method: &str) -> HttpAnswer {
        if let HttpAnswer::Response(response) = &mut self
            && method == "HEAD"
        {
            response.body.clear();
        }
        self
    }
}

/// What a mock answers its requests with.
///
/// It is made from one [`HttpResponse`] or [`HttpFailure`], which answers every request; from an
/// array or a `Vec` of them, which are given in sequence, each once; or from a closure. A closure
/// names the type of its argument, and does not ask the mocked host for anything itself.
///
/// ```
/// use plugsmith::testing::{HttpFailure, MockContext};
/// use plugsmith::{HttpRequest, HttpResponse};
///
/// let ctx = MockContext::new();
/// ctx.mock_http("POST https://*", |request: &HttpRequest| HttpResponse::new(201, request.body.clone()));
/// assert_eq!(ctx.http().post("https://a.test/", "x")?.body, b"x");
///
/// ctx.mock_http("GET https://a.test/", [HttpResponse::new(503, "busy"), HttpResponse::new(200, "data")]);
/// assert_eq!(ctx.http().get("https://a.test/")?.status, 503);
/// assert_eq!(ctx.http().get("https://a.test/")?.status, 200);
///
/// ctx.mock_http("GET https://b.test/", HttpFailure::NotMade);
/// assert!(ctx.http().get("https://b.test/").is_err());
/// # Ok::<(), plugsmith::HostError>(())
/// ```
#[derive(Clone)]
pub struct HttpReply(Source);

type Closure = Arc<Mutex<dyn FnMut(&HttpRequest) -> HttpAnswer + Send>>;

#[derive(Clone)]
enum Source {
    Always(HttpAnswer),
    Sequence(VecDeque<HttpAnswer>),
    Closure(Closure),
}

impl HttpReply {
    /// What it answers, in order; `None` for a closure.
    pub fn answers(&self) -> Option<Vec<&HttpAnswer>> {
        match &self.0 {
            Source::Always(answer) => Some(vec![answer]),
            Source::Sequence(answers) => Some(answers.iter().collect()),
            Source::Closure(_) => None,
        }
    }

    /// Whether each of its answers is given once.
    pub fn is_sequence(&self) -> bool {
        matches!(self.0, Source::Sequence(_))
    }

    /// # Errors
    /// No answer at all, and one that no server gives.
    pub(super) fn check(&self) -> Result<(), String> {
        match &self.0 {
            Source::Always(answer) => answer.check(),
            Source::Sequence(answers) if answers.is_empty() => Err("has no response".to_owned()),
            Source::Sequence(answers) => answers.iter().try_for_each(HttpAnswer::check),
            Source::Closure(_) => Ok(()),
        }
    }

    /// The next answer; none where a sequence is at its end.
    pub(super) fn next(&mut self, request: &HttpRequest) -> Option<Result<HttpAnswer, String>> {
        let answer = match &mut self.0 {
            Source::Always(answer) => Ok(answer.clone()),
            Source::Sequence(answers) => Ok(answers.pop_front()?),
            Source::Closure(closure) => {
                let answer = closure.lock().unwrap_or_else(PoisonError::into_inner)(request);
                answer.check().map(|()| answer)
            }
        };
        Some(answer.map(|answer| answer.to(&request.method)))
    }
}

impl From<HttpResponse> for HttpReply {
    fn from(response: HttpResponse) -> HttpReply {
        HttpReply(Source::Always(response.into()))
    }
}

impl From<HttpFailure> for HttpReply {
    fn from(failure: HttpFailure) -> HttpReply {
        HttpReply(Source::Always(failure.into()))
    }
}

impl From<HttpAnswer> for HttpReply {
    fn from(answer: HttpAnswer) -> HttpReply {
        HttpReply(Source::Always(answer))
    }
}

impl<T: Into<HttpAnswer>, const N: usize> From<[T; N]> for HttpReply {
    fn from(answers: [T; N]) -> HttpReply {
        HttpReply(Source::Sequence(answers.into_iter().map(Into::into).collect()))
    }
}

impl<T: Into<HttpAnswer>> From<Vec<T>> for HttpReply {
    fn from(answers: Vec<T>) -> HttpReply {
        HttpReply(Source::Sequence(answers.into_iter().map(Into::into).collect()))
    }
}

impl<F, R> From<F> for HttpReply
where
    F: FnMut(&HttpRequest) -> R + Send + 'static,
    R: Into<HttpAnswer>,
{
    fn from(mut closure: F) -> HttpReply {
        HttpReply(Source::Closure(Arc::new(Mutex::new(move |request: &HttpRequest| closure(request).into()))))
    }
}

impl fmt::Debug for HttpReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::Always(answer) => answer.fmt(f),
            Source::Sequence(answers) => answers.fmt(f),
            Source::Closure(_) => f.write_str("a closure"),
        }
    }
}
