//! HTTP responses of a host in memory.

use std::panic::AssertUnwindSafe;

use plugsmith::testing::{HttpAnswer, HttpFailure, HttpMatch, HttpMocks, HttpReply, MockContext};
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

#[test]
fn responses_come_in_sequence_and_then_older_mocks_answer() {
    let ctx = MockContext::new();
    ctx.mock_http("GET *", HttpResponse::new(200, "always"));
    ctx.mock_http("GET https://x.test/", [HttpResponse::new(503, ""), HttpResponse::new(429, "")]);
    let statuses: Vec<u16> = (0..4).map(|_| ctx.http().get("https://x.test/").unwrap().status).collect();
    assert_eq!(statuses, [503, 429, 200, 200]);
}

#[test]
fn a_sequence_at_its_end_says_so() {
    let ctx = MockContext::new();
    ctx.mock_http("GET https://x.test/*", vec![HttpResponse::new(503, "")]);
    ctx.http().get("https://x.test/").unwrap();
    insta::assert_snapshot!(ctx.http().get("https://x.test/").unwrap_err(), @r#"no mock answers GET https://x.test/ (`GET https://x.test/*` has given its last response): add ctx.mock_http("GET https://x.test/", HttpResponse::new(200, ".."))"#);
}

#[test]
fn a_closure_sees_the_request_and_keeps_its_count() {
    let ctx = MockContext::new();
    let mut count = 0;
    ctx.mock_http("* *", HttpResponse::new(500, ""));
    ctx.mock_http("POST *", move |request: &HttpRequest| {
        count += 1;
        HttpResponse::new(200 + count, request.body.clone())
    });
    let post = |body| ctx.http().post("https://x.test/", body).map(|response| (response.status, response.body));
    assert_eq!(post("a"), Ok((201, b"a".to_vec())));
    assert_eq!(post("b"), Ok((202, b"b".to_vec())));
}

#[test]
fn a_closure_may_fail_at_will() {
    let ctx = MockContext::new();
    ctx.mock_http("GET *", |request: &HttpRequest| match request.headers.contains_key("retry") {
        true => Ok(HttpResponse::new(200, "")),
        false => Err(HttpFailure::NotMade),
    });
    let request = HttpRequest::new("GET", "https://x.test/");
    assert!(ctx.http().send(&request).is_err());
    assert_eq!(ctx.http().send(&request.header("retry", "1")).unwrap().status, 200);
}

#[test]
fn headers_and_body_choose_the_mock() {
    let ctx = MockContext::new();
    let post = || HttpMatch::new("POST https://x.test/*");
    ctx.mock_http(post(), HttpResponse::new(400, ""));
    ctx.mock_http(post().header("Authorization", "Bearer *"), HttpResponse::new(201, ""));
    ctx.mock_http(post().without_header("authorization"), HttpResponse::new(401, ""));
    ctx.mock_http(post().body(b"\xff"), HttpResponse::new(415, ""));
    ctx.mock_http(post().body_contains("forbidden"), HttpResponse::new(403, ""));
    ctx.mock_http(post().when(|request| request.url.len() > 40), HttpResponse::new(414, ""));
    let status = |authorization: Option<&str>, path: &str, body: &[u8]| {
        let request = HttpRequest::new("POST", &format!("https://x.test/{path}")).body(body);
        let request = match authorization {
            Some(value) => request.header("authorization", value),
            None => request,
        };
        ctx.http().send(&request).unwrap().status
    };
    assert_eq!(status(Some("Bearer x"), "", b""), 201);
    assert_eq!(status(Some("Basic x"), "", b""), 400);
    assert_eq!(status(None, "", b""), 401);
    assert_eq!(status(None, "", b"\xff"), 415);
    assert_eq!(status(None, "", b"a forbidden word"), 403);
    assert_eq!(status(None, &"x".repeat(40), b""), 414);
}

#[cfg(feature = "json")]
#[test]
fn a_json_body_is_compared_as_json() {
    let ctx = MockContext::new();
    let wanted = serde_json::json!({ "a": 1, "b": [true] });
    ctx.mock_http(HttpMatch::new("POST *").json(&wanted), HttpResponse::new(200, ""));
    assert_eq!(ctx.http().post("https://x.test/", r#"{"b": [true], "a": 1}"#).unwrap().status, 200);
    insta::assert_snapshot!(ctx.http().post("https://x.test/", "{}").unwrap_err(), @r#"no mock answers POST https://x.test/ (`POST *` asks for the body {"a":1,"b":[true]}): add ctx.mock_http("POST https://x.test/", HttpResponse::new(200, ".."))"#);
}

#[test]
fn a_request_that_almost_matches_is_told_what_it_lacks_but_no_secret() {
    let ctx = MockContext::new();
    ctx.mock_http(HttpMatch::new("GET *").header("authorization", "Bearer right"), HttpResponse::new(200, ""));
    let request = HttpRequest::new("GET", "https://x.test/").header("Authorization", "Bearer wrong");
    insta::assert_snapshot!(ctx.http().send(&request).unwrap_err(), @r#"no mock answers GET https://x.test/ (`GET *` asks for another value of the header `authorization`): add ctx.mock_http("GET https://x.test/", HttpResponse::new(200, ".."))"#);
}

#[test]
fn requests_are_kept_in_order_answered_or_not() {
    let ctx = MockContext::new();
    ctx.mock_http("GET https://x.test/", HttpResponse::new(200, ""));
    let request = HttpRequest::new("GET", "https://x.test/").header("authorization", "Bearer t0k3n");
    ctx.http().send(&request).unwrap();
    ctx.http().post("https://y.test/", "body").unwrap_err();
    assert_eq!(ctx.http_requests(), [request, HttpRequest::new("POST", "https://y.test/").body("body")]);
}

#[test]
fn secrets_are_not_shown() {
    let request = HttpRequest::new("GET", "https://x.test/")
        .header("Authorization", "Bearer t0k3n")
        .header("Accept", "*/*")
        .body("text");
    insta::assert_snapshot!(format!("{request:?}"), @r#"HttpRequest { method: "GET", url: "https://x.test/", headers: {"Accept": "*/*", "Authorization": "Bearer [redacted]"}, body: "text" }"#);
    let response = HttpResponse::new(200, b"\xff".as_slice()).header("Set-Cookie", "session=t0k3n; HttpOnly");
    insta::assert_snapshot!(format!("{response:?}"), @r#"HttpResponse { status: 200, body: b"\xff", headers: {"set-cookie": "[redacted]"} }"#);
}

#[test]
fn a_host_that_makes_no_request_is_an_error() {
    let ctx = MockContext::new();
    ctx.mock_http("GET *", HttpFailure::NotMade);
    insta::assert_snapshot!(ctx.http().get("https://x.test/").unwrap_err(), @"GET https://x.test/: the host made no request (status 0); in the npm SDKs, set runInWorker");
}

#[test]
fn a_failed_connection_ends_the_call_as_it_does_in_the_host() {
    for (failure, text) in [
        (HttpFailure::host_not_found(), "host not found"),
        (HttpFailure::connection_refused(), "io: Connection refused (os error 111)"),
        (HttpFailure::Timeout, "timeout"),
    ] {
        let ctx = MockContext::new();
        ctx.mock_http("GET *", failure);
        let panic = std::panic::catch_unwind(AssertUnwindSafe(|| ctx.http().get("https://x.test/"))).unwrap_err();
        let expected = format!("an Extism host ends the plugin's call at GET https://x.test/: {text}");
        assert_eq!(panic.downcast_ref::<String>(), Some(&expected));
    }
}

#[test]
fn a_reply_that_no_server_gives_is_refused() {
    let refused = |reply: HttpReply| HttpMocks::default().try_add("GET *".into(), reply).unwrap_err();
    insta::assert_snapshot!(refused(HttpResponse::new(0, "").into()), @"the HTTP mock `GET *` has status 0, which no server sends: where the host makes no request, answer HttpFailure::NotMade");
    insta::assert_snapshot!(refused([HttpResponse::new(200, ""), HttpResponse::new(1000, "")].into()), @"the HTTP mock `GET *` has status 1000, which no client passes on: the statuses that a plugin can see are 101 and 200 to 999");
    insta::assert_snapshot!(refused(Vec::<HttpResponse>::new().into()), @"the HTTP mock `GET *` has no response");

    let ctx = MockContext::new();
    ctx.mock_http("GET *", |_: &HttpRequest| HttpResponse::new(99, ""));
    assert!(
        ctx.http().get("https://x.test/").unwrap_err().to_string().contains("status 99, which no client passes on")
    );
}

#[test]
fn requests_without_end_are_an_error() {
    let mut mocks = HttpMocks::default();
    mocks.add("POST *", HttpResponse::new(200, ""));
    let request = HttpRequest::new("POST", "https://x.test/").body(vec![0; HttpMocks::MOST_BYTES / 2]);
    assert!(mocks.respond(&request).is_ok());
    assert_eq!(
        mocks.respond(&request).unwrap_err().to_string(),
        "a test keeps 268435456 bytes of HTTP requests at most"
    );
    mocks.clear_requests();
    assert!(mocks.respond(&HttpRequest::new("POST", "https://x.test/")).is_ok());
    assert_eq!(mocks.requests().len(), 1);
}

#[test]
fn a_redirect_is_followed_to_another_mock() {
    let ctx = MockContext::new();
    ctx.mock_http("POST https://a.test/old", HttpResponse::new(302, "").header("Location", "new?q=1"));
    ctx.mock_http("GET https://a.test/new?q=1", |request: &HttpRequest| HttpResponse::new(200, format!("{request:?}")));
    let request = HttpRequest::new("POST", "https://a.test/old").header("cookie", "c").header("x", "kept").body("b");
    assert_eq!(
        ctx.http().send(&request).unwrap().text(),
        Ok(r#"HttpRequest { method: "GET", url: "https://a.test/new?q=1", headers: {"x": "kept"}, body: "" }"#)
    );
    assert_eq!(ctx.http_requests(), [request]);
}

#[test]
fn a_redirect_to_where_no_mock_answers_names_both_requests() {
    let ctx = MockContext::new();
    ctx.mock_http("GET https://a.test/", HttpResponse::new(301, "").header("location", "https://b.test/"));
    assert_eq!(
        ctx.http().get("https://a.test/").unwrap_err().to_string(),
        "no mock answers GET https://b.test/, where GET https://a.test/ is redirected: \
         add ctx.mock_http(\"GET https://b.test/\", HttpResponse::new(200, \"..\"))"
    );
}

#[test]
fn a_redirect_that_no_client_follows_fails_the_request() {
    let mut mocks = HttpMocks::default();
    mocks.add("GET https://a.test/round", HttpResponse::new(302, "").header("location", "/round"));
    mocks.add("GET https://a.test/nowhere", HttpResponse::new(303, ""));
    mocks.add("POST https://a.test/body", HttpResponse::new(307, "").header("location", "/other"));
    mocks.add("GET https://a.test/cached", HttpResponse::new(304, ""));
    let mut failure = |method, path| match mocks.respond(&HttpRequest::new(method, &format!("https://a.test{path}"))) {
        Ok(HttpAnswer::Failure(failure)) => failure.to_string(),
        other => format!("{other:?}"),
    };
    assert_eq!(failure("GET", "/round"), "too many redirects");
    assert_eq!(failure("GET", "/nowhere"), "protocol: missing a location header");
    assert_eq!(failure("POST", "/body"), "redirect failed");
    assert!(failure("GET", "/cached").contains("status: 304"));
}

#[test]
fn a_response_that_has_no_body_gives_none() {
    let ctx = MockContext::new();
    ctx.mock_http("HEAD https://a.test/", HttpResponse::new(200, "a body").header("x", "y"));
    let response = ctx.http().send_for_headers(&HttpRequest::new("HEAD", "https://a.test/")).unwrap();
    assert_eq!((response.status, response.body.len(), response.headers["x"].as_str()), (200, 0, "y"));
    for status in [101, 204, 304] {
        let reply = HttpResponse::new(status, "a body");
        assert_eq!(
            HttpMocks::default().try_add("GET *".into(), reply.into()),
            Err(format!("the HTTP mock `GET *` has a body, which no client reads from a response of status {status}"))
        );
    }
}

#[test]
fn a_secret_in_a_url_is_not_shown_and_a_mock_has_a_star_for_it() {
    let ctx = MockContext::new();
    let error = ctx.http().get("https://a.test/?token=t0k3n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "no mock answers GET https://a.test/?token=[redacted]: \
         add ctx.mock_http(\"GET https://a.test/?token=*\", HttpResponse::new(200, \"..\"))"
    );
    ctx.mock_http("GET https://a.test/?token=*", HttpResponse::new(200, ""));
    assert_eq!(ctx.http().get("https://a.test/?token=t0k3n").unwrap().status, 200);
    let shown = format!("{:?}", HttpRequest::new("GET", "https://ada:pw@a.test/"));
    assert!(shown.contains("https://[redacted]@a.test/"), "{shown}");
}
