//! A plugin that logs at every level and reads the headers of responses. It is a plugin of its own, since
//! the npm SDK 1.0.3 does not load what imports `log_trace` or `http_headers`.

#![forbid(unsafe_code)]

use plugsmith::{HostError, HttpRequest, function, http, log};

/// A line at every level.
#[function]
fn log_all() {
    log().trace("one");
    log().debug("two");
    log().info("three");
    log().warn("four");
    log().error("");
}

/// The header `x-answer` of the response from this URL.
#[function]
fn answer_header(url: &str) -> Result<String, HostError> {
    let response = http().send_for_headers(&HttpRequest::new("GET", url))?;
    Ok(response.headers.get("x-answer").cloned().unwrap_or_else(|| "none".to_owned()))
}
