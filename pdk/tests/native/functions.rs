//! `#[function]` in all its forms, called as the plain functions they stay.

use plugsmith::testing::MockContext;
use plugsmith::{Bytes, HostError, PluginContext, function};

#[function]
fn shout(text: String) -> String {
    text.to_uppercase()
}

#[function]
fn length(bytes: &[u8]) -> Result<String, HostError> {
    if bytes.is_empty() { Err("nothing to measure".into()) } else { Ok(bytes.len().to_string()) }
}

#[function(name = "turn-round")]
fn reverse(mut bytes: Vec<u8>) -> Bytes {
    bytes.reverse();
    Bytes(bytes)
}

#[function]
fn nothing(_: ()) {}

#[function]
fn version() -> &'static str {
    "1.0.0"
}

#[function]
fn user(ctx: &PluginContext) -> Result<String, HostError> {
    ctx.config().require("user")
}

#[function]
fn remember(ctx: &PluginContext, what: &str) -> Result<(), HostError> {
    ctx.vars().set("what", what)
}

#[function]
fn recall() -> Result<Vec<u8>, String> {
    plugsmith::vars().get("what").ok_or_else(|| "nothing to recall".to_owned())
}

#[test]
fn a_function_takes_text_bytes_or_nothing() {
    assert_eq!(shout("ada".into()), "ADA");
    assert_eq!(length(b"ada").unwrap(), "3");
    assert_eq!(length(b"").unwrap_err().to_string(), "nothing to measure");
    assert_eq!(reverse(vec![1, 2, 3]), Bytes(vec![3, 2, 1]));
    nothing(());
    assert_eq!(version(), "1.0.0");
}

#[test]
fn a_function_reaches_the_host_by_context_or_without() {
    let ctx = MockContext::new();
    assert_eq!(user(&ctx).unwrap_err().message(), "'user' config required");
    ctx.set_config("user", "Ada");
    assert_eq!(user(&ctx).unwrap(), "Ada");
    assert_eq!(recall().unwrap_err(), "nothing to recall");
    remember(&ctx, "tea").unwrap();
    assert_eq!(recall().unwrap(), b"tea");
}

#[cfg(feature = "json")]
mod json {
    use plugsmith::{Json, function};
    use serde::{Deserialize, Serialize};

    #[derive(Deserialize)]
    struct Request {
        name: String,
    }

    #[derive(Debug, PartialEq, Serialize)]
    struct Response {
        message: String,
    }

    #[function]
    fn handle(Json(request): Json<Request>) -> Result<Json<Response>, std::fmt::Error> {
        Ok(Json(Response { message: format!("Hello, {}", request.name) }))
    }

    #[test]
    fn a_function_takes_json() {
        let response = handle(Json(Request { name: "Ada".into() })).unwrap();
        assert_eq!(response, Json(Response { message: "Hello, Ada".into() }));
    }

    plugsmith::export_plugin!(handle);
}

plugsmith::export_plugin!(shout, length, reverse, nothing, version, user, remember, recall);
