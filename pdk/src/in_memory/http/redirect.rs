//! Redirects, which a host's HTTP client follows without the plugin: no plugin sees a 302.
//!
//! As ureq 3 does in extism 1.30: `ureq-proto/src/client/redirect.rs`.

use crate::protocol::http::{HttpRequest, HttpResponse};

/// How many a client follows in one request.
pub(super) const MOST: usize = 10;

/// What a client does with a response.
pub(super) enum Step {
    /// It gives it to the plugin.
    Ends,
    /// It makes this request.
    Follows(HttpRequest),
    /// It gives up, for this reason.
    Fails(&'static str),
}

/// What a client does with the `response` to `request`.
pub(super) fn step(request: &HttpRequest, response: &HttpResponse) -> Step {
    if !matches!(response.status, 300..=303 | 305..=399) {
        return Step::Ends;
    }
    let location = response.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("location"));
    let Some((_, location)) = location else { return Step::Fails("protocol: missing a location header") };
    let mut next = request.clone();
    next.url = join(&request.url, location);
    let plain = matches!(request.method.as_str(), "GET" | "HEAD");
    if matches!(response.status, 307 | 308) {
        if matches!(request.method.as_str(), "POST" | "PUT" | "PATCH" | "DELETE") {
            return Step::Fails("redirect failed");
        }
    } else if !plain {
        next.method = "GET".to_owned();
        next.body.clear();
    }
    next.headers.retain(|name, _| !["authorization", "cookie"].iter().any(|secret| name.eq_ignore_ascii_case(secret)));
    Step::Follows(next)
}

/// The URL that `location` names in a response from `base`.
fn join(base: &str, location: &str) -> String {
    let Some((scheme, rest)) = base.split_once("://") else { return location.to_owned() };
    let (authority, path) = rest.find(['/', '?']).map_or((rest, ""), |at| rest.split_at(at));
    let path = path.split('?').next().unwrap_or_default();
    match location {
        _ if location.contains("://") => location.to_owned(),
        _ if location.starts_with("//") => format!("{scheme}:{location}"),
        _ if location.starts_with('/') => format!("{scheme}://{authority}{location}"),
        _ if location.starts_with('?') => format!("{scheme}://{authority}{path}{location}"),
        _ => {
            let folder = path.rfind('/').map_or("/", |at| &path[..=at]);
            format!("{scheme}://{authority}{folder}{location}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn a_location_is_relative_to_its_request() {
        let join = |location| join("https://a.test/x/y?q=1", location);
        assert_eq!(join("http://b.test/"), "http://b.test/");
        assert_eq!(join("//b.test/z"), "https://b.test/z");
        assert_eq!(join("/z"), "https://a.test/z");
        assert_eq!(join("z"), "https://a.test/x/z");
        assert_eq!(join("?q=2"), "https://a.test/x/y?q=2");
        assert_eq!(super::join("https://a.test", "z"), "https://a.test/z");
    }
}
