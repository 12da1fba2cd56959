//! A request that no mock answers.

use std::fmt;

use crate::protocol::http::HttpRequest;

/// A request that no mock answers, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unanswered {
    /// The request, as a mock names it: `GET https://api.example.com/`. After a redirect this is where it leads.
    pub request: String,
    /// What the mocks of this method and URL ask for beyond them; empty if there are none.
    pub mismatch: String,
    reason: String,
}

impl Unanswered {
    pub(super) fn for_reason(request: &HttpRequest, reason: String) -> Unanswered {
        Unanswered { request: line(request), mismatch: String::new(), reason }
    }

    pub(super) fn for_mismatches(request: &HttpRequest, mismatches: &[String]) -> Unanswered {
        let (request, mismatch) = (line(request), mismatches.join(", "));
        let reason = match mismatch.as_str() {
            "" => format!("no mock answers {request}"),
            mismatch => format!("no mock answers {request} ({mismatch})"),
        };
        Unanswered { request, mismatch, reason }
    }

    /// The same, for where `request` was redirected.
    pub(super) fn redirected(self, request: &HttpRequest) -> Unanswered {
        Unanswered { reason: format!("{}, where {} is redirected", self.reason, line(request)), ..self }
    }
}

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Unanswered {}

fn line(request: &HttpRequest) -> String {
    format!("{} {}", request.method, request.url)
}
