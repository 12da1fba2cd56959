//! HTTP responses of a host in memory.

use plugsmith::testing::{HttpMocks, MockContext};
use plugsmith::{HttpRequest, HttpResponse};

#[test]
fn the_newest_mock_that_matches_answers() {
    let ctx = MockContext::new();
    ctx.mock_http("GET https://api.example.com/*", HttpResponse::new(200, "any"));
    ctx.mock_http("get https://api.example.com/users", HttpResponse::new(404, "none"));
    let get = |url| ctx.http().get(url).map(|response| (response.status, response.body));
    assert_eq!(get("https://api.example.com/users"), Ok((404, b"none".to_vec())));
    assert_eq!(get("https://api.example.com/posts"), Ok((200, b"any".to_vec())));
}

#[test]
fn an_unexpected_request_is_an_error_that_names_it() {
    let ctx = MockContext::new();
    ctx.mock_http("GET https://api.example.com/", HttpResponse::new(200, ""));
    let error = ctx.http().post("https://api.example.com/", "x").unwrap_err();
    assert_eq!(
        error.to_string(),
        "no mock answers POST https://api.example.com/: \
         add ctx.mock_http(\"POST https://api.example.com/\", HttpResponse::new(200, \"..\"))"
    );
}

#[test]
fn a_url_with_glob_letters_matches_itself() {
    let ctx = MockContext::new();
    ctx.mock_http("GET https://x.test/?q=[1]", HttpResponse::new(200, "exact"));
    assert_eq!(ctx.http().get("https://x.test/?q=[1]").unwrap().text(), Ok("exact"));
}

#[test]
fn headers_come_only_when_asked_for_and_in_lower_case() {
    let ctx = MockContext::new();
    ctx.mock_http("GET *", HttpResponse::new(200, "").header("Content-Type", "text/plain \"q\""));
    let request = HttpRequest::new("GET", "https://x.test/").header("Accept", "*/*").body("b");
    assert!(ctx.http().send(&request).unwrap().headers.is_empty());
    let headers = ctx.http().send_for_headers(&request).unwrap().headers;
    assert_eq!(headers.into_iter().collect::<Vec<_>>(), [("content-type".into(), "text/plain \"q\"".into())]);
}

#[test]
fn a_body_that_is_not_text_says_so() {
    let response = HttpResponse::new(200, vec![0xff]);
    assert_eq!(response.text().unwrap_err().to_string(), "the response body is not UTF-8");
}

#[cfg(feature = "json")]
#[test]
fn a_body_is_read_as_json() {
    assert_eq!(HttpResponse::new(200, "[1]").json::<Vec<u8>>(), Ok(vec![1]));
    assert!(HttpResponse::new(200, "[").json::<Vec<u8>>().is_err());
}

#[test]
fn a_mock_without_a_method_is_refused_with_the_fix() {
    let panic = std::panic::catch_unwind(|| HttpMocks::default().add("https://x.test/", HttpResponse::default()));
    assert_eq!(
        panic.unwrap_err().downcast_ref::<String>().unwrap(),
        "the HTTP mock `https://x.test/` has no method: write `GET https://x.test/`"
    );
}
