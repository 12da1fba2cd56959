//! Which requests a mock answers.

use std::fmt;
use std::sync::Arc;

use crate::in_memory::glob::glob_matches;
use crate::protocol::http::HttpRequest;

/// Which requests a mock answers: by method and URL, and by header and body where a test says so.
///
/// ```
/// use plugsmith::{HttpRequest, HttpResponse, testing::{HttpMatch, MockContext}};
///
/// let ctx = MockContext::new();
/// let authorized = HttpMatch::new("GET https://api.example.com/*").header("authorization", "Bearer *");
/// ctx.mock_http(authorized, HttpResponse::new(200, "data"));
///
/// let request = HttpRequest::new("GET", "https://api.example.com/data");
/// assert_eq!(
///     ctx.http().send(&request).unwrap_err().to_string().lines().next().unwrap(),
///     "no mock answers GET https://api.example.com/data \
///      (`GET https://api.example.com/*` asks for a header `authorization`): \
///      add ctx.mock_http(\"GET https://api.example.com/data\", HttpResponse::new(200, \"..\"))",
/// );
/// assert_eq!(ctx.http().send(&request.header("Authorization", "Bearer t0k3n")).unwrap().status, 200);
/// ```
#[derive(Clone)]
#[must_use]
pub struct HttpMatch {
    /// `"METHOD url-pattern"`, as it was written.
    pattern: String,
    conditions: Vec<Condition>,
}

/// Whether a request is as the mock wants it.
type Test = Arc<dyn Fn(&HttpRequest) -> bool + Send + Sync>;

/// What a request must have beyond its method and URL.
#[derive(Clone)]
enum Condition {
    Header(String, String),
    NoHeader(String),
    Body(Vec<u8>),
    BodyContains(String),
    #[cfg(feature = "json")]
    Json(serde_json::Value),
    When(Test),
}

impl HttpMatch {
    /// The requests that match `"METHOD url-pattern"`: the URL itself, or a glob of it.
    pub fn new(pattern: &str) -> HttpMatch {
        HttpMatch { pattern: pattern.to_owned(), conditions: Vec::new() }
    }

    /// Of these, the requests with a header of this value, or of one that matches it as a glob.
    /// The case of its name does not matter.
    pub fn header(self, name: &str, value: &str) -> HttpMatch {
        self.and(Condition::Header(name.to_owned(), value.to_owned()))
    }

    /// Of these, the requests without a header of this name.
    pub fn without_header(self, name: &str) -> HttpMatch {
        self.and(Condition::NoHeader(name.to_owned()))
    }

    /// Of these, the requests with exactly this body.
    pub fn body(self, body: impl AsRef<[u8]>) -> HttpMatch {
        self.and(Condition::Body(body.as_ref().to_vec()))
    }

    /// Of these, the requests with this text somewhere in their body.
    pub fn body_contains(self, text: &str) -> HttpMatch {
        self.and(Condition::BodyContains(text.to_owned()))
    }

    /// Of these, the requests whose body is this JSON, however it is spaced and ordered.
    ///
    /// # Panics
    /// A value without a JSON form.
    #[cfg(feature = "json")]
    #[track_caller]
    pub fn json(self, body: &(impl serde::Serialize + ?Sized)) -> HttpMatch {
        match serde_json::to_value(body) {
            Ok(body) => self.and(Condition::Json(body)),
            Err(error) => panic!("the value has no JSON form: {error}"),
        }
    }

    /// Of these, the requests for which this holds.
    pub fn when(self, test: impl Fn(&HttpRequest) -> bool + Send + Sync + 'static) -> HttpMatch {
        self.and(Condition::When(Arc::new(test)))
    }

    /// Whether the pattern alone decides.
    pub fn is_pattern_only(&self) -> bool {
        self.conditions.is_empty()
    }

    /// The pattern of method and URL.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    fn and(mut self, condition: Condition) -> HttpMatch {
        self.conditions.push(condition);
        self
    }

    pub(super) fn check(&self) -> Result<(), String> {
        match self.pattern.split_once(' ') {
            Some(_) => Ok(()),
            None => Err(format!("has no method: write `GET {}`", self.pattern)),
        }
    }

    /// Whether method and URL match.
    pub(super) fn is_for(&self, request: &HttpRequest) -> bool {
        self.pattern.split_once(' ').is_some_and(|(method, url)| {
            method.eq_ignore_ascii_case(&request.method) && (url == request.url || glob_matches(url, &request.url))
        })
    }

    /// What the request lacks; no value of a header is in it.
    pub(super) fn mismatch(&self, request: &HttpRequest) -> Option<String> {
        self.conditions.iter().find_map(|condition| condition.mismatch(request))
    }
}

impl Condition {
    fn mismatch(&self, request: &HttpRequest) -> Option<String> {
        let header = |name: &str| {
            request.headers.iter().find(|(held, _)| held.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        };
        let contains =
            |text: &str| text.is_empty() || request.body.windows(text.len()).any(|window| window == text.as_bytes());
        match self {
            Condition::Header(name, wanted) => match header(name) {
                None => Some(format!("asks for a header `{name}`")),
                Some(value) if value == wanted || glob_matches(wanted, value) => None,
                Some(_) => Some(format!("asks for another value of the header `{name}`")),
            },
            Condition::NoHeader(name) => header(name).map(|_| format!("asks for no header `{name}`")),
            Condition::Body(body) => (request.body != *body).then(|| "asks for another body".to_owned()),
            Condition::BodyContains(text) => (!contains(text)).then(|| format!("asks for a body with {text:?} in it")),
            #[cfg(feature = "json")]
            Condition::Json(body) => {
                let is_it = serde_json::from_slice::<serde_json::Value>(&request.body).is_ok_and(|held| held == *body);
                (!is_it).then(|| format!("asks for the body {body}"))
            }
            Condition::When(test) => (!test(request)).then(|| "asks for what its closure does not find".to_owned()),
        }
    }
}

impl From<&str> for HttpMatch {
    fn from(pattern: &str) -> HttpMatch {
        HttpMatch::new(pattern)
    }
}

impl From<&String> for HttpMatch {
    fn from(pattern: &String) -> HttpMatch {
        HttpMatch::new(pattern)
    }
}

impl From<String> for HttpMatch {
    fn from(pattern: String) -> HttpMatch {
        HttpMatch { pattern, conditions: Vec::new() }
    }
}

impl fmt::Debug for HttpMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpMatch").field("pattern", &self.pattern).field("conditions", &self.conditions.len()).finish()
    }
}
