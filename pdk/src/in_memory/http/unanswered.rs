//! A request that no mock answers.

use std::fmt;

use crate::protocol::headers::redact_url;
use crate::protocol::http::HttpRequest;

/// A request that no mock answers, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unanswered {
    /// The request, as a mock names it: `GET https://api.example.com/`, with `*` for secrets in the URL. After a
    /// redirect this is where it leads.
    pub request: String,
    /// What the mocks of this method and URL ask for beyond them; empty if there are none.
    pub mismatch: String,
    reason: String,
}

impl Unanswered {
    pub(super) fn for_reason(request: &HttpRequest, reason: String) -> Unanswered {
        Unanswered { request: line(request, "*"), mismatch: String::new(), reason }
    }

    pub(super) fn for_mismatches(request: &HttpRequest, mismatches: &[String]) -> Unanswered {
        let (shown, mismatch) = (line(request, "[redacted]"), mismatches.join(", "));
        let reason = match mismatch.as_str() {
            "" => format!("no mock answers {shown}"),
            mismatch => format!("no mock answers {shown} ({mismatch})"),
        };
        Unanswered { request: line(request, "*"), mismatch, reason }
    }

    /// The same, for where `request` was redirected.
    pub(super) fn redirected(self, request: &HttpRequest) -> Unanswered {
        Unanswered { reason: format!("{}, where {} is redirected", self.reason, line(request, "[redacted]")), ..self }
    }
}

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Unanswered {}

fn line(request: &HttpRequest, hidden: &str) -> String {
    format!("{} {}", request.method, redact_url(&request.url, hidden))
}
