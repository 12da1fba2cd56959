//! The plugin features of the Extism guide, one by one, in Rust.

#![forbid(unsafe_code)]

use plugsmith::{HostError, HttpRequest, Json, function, host_functions, http, kv, log, vars};
use serde::{Deserialize, Serialize};

/// Configuration access.
///
/// # Errors
/// `'user' config required`.
#[function]
pub fn greet() -> Result<String, &'static str> {
    let user = plugsmith::config().get("user").ok_or("'user' config required")?;
    Ok(format!("Hello, {user}!"))
}

/// Variables, which live as long as the instance.
///
/// # Errors
/// A `count` that somebody set to what is no integer.
#[function]
pub fn count() -> Result<String, HostError> {
    let n = vars().get_int("count")? + 1;
    vars().set_int("count", n);
    Ok(n.to_string())
}

/// HTTP requests, to the hosts that the manifest allows.
///
/// # Errors
/// A status other than 200.
#[function]
pub fn fetch() -> Result<Vec<u8>, HostError> {
    let response = http().send(&data_request())?;
    match response.status {
        200 => Ok(response.body),
        status => Err(HostError::new(format!("the API answered {status}"))),
    }
}

fn data_request() -> HttpRequest {
    HttpRequest::new("GET", "https://api.example.com/data").header("Authorization", "Bearer token")
}

/// The host functions of the guide's key-value store, declared by the plugin itself.
#[host_functions]
pub trait KeyValueStore {
    /// The value of `key`.
    fn kv_read(&self, key: &str) -> Option<Vec<u8>>;
}

/// Calling a host function: what `kv_read` answers for `my-key`, nothing where it has nothing.
#[function]
pub fn process() -> Vec<u8> {
    KeyValueStoreHost.kv_read("my-key").unwrap_or_default()
}

/// The same two host functions ready-made: writes the input to `my-key`, and says what was there.
#[function]
pub fn replace(value: &[u8]) -> String {
    let old = kv().read("my-key");
    kv().write("my-key", value);
    match old {
        None => "there was nothing".to_owned(),
        Some(old) => format!("there were {} bytes", old.len()),
    }
}

/// Error handling: an `Err` becomes the host's error, with a code that is not zero.
///
/// # Errors
/// Text that is no number, a number whose square is too large.
#[function]
pub fn square(number: &str) -> Result<String, String> {
    let n: i64 = number.trim().parse().map_err(|error| format!("{number:?}: {error}"))?;
    n.checked_mul(n).map(|n| n.to_string()).ok_or_else(|| format!("the square of {n} is too large"))
}

/// What a bug becomes: the panic's message and line reach the host.
#[function]
pub fn third(items: &str) -> String {
    let items: Vec<_> = items.split(',').collect();
    items[2].to_owned()
}

/// What `handle` takes.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Request {
    /// Whom to greet.
    pub name: String,
}

/// What `handle` gives.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Response {
    /// The greeting.
    pub message: String,
}

/// JSON handling.
#[function]
pub fn handle(Json(request): Json<Request>) -> Json<Response> {
    Json(Response { message: format!("Hello, {}", request.name) })
}

/// Logging.
#[function]
pub fn announce(message: &str) {
    match message {
        "" => log().error("Error occurred"),
        message => log().info(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugsmith::HttpResponse;
    use plugsmith::testing::MockContext;

    #[test]
    fn a_greeting_needs_the_user() {
        let ctx = MockContext::new();
        assert_eq!(greet(), Err("'user' config required"));
        ctx.set_config("user", "Ada");
        assert_eq!(greet().as_deref(), Ok("Hello, Ada!"));
    }

    #[test]
    fn a_count_goes_on() {
        let _ctx = MockContext::new();
        assert_eq!([count().unwrap(), count().unwrap()], ["1", "2"]);
    }

    #[test]
    fn a_count_that_is_no_integer_is_an_error() {
        let ctx = MockContext::new();
        ctx.vars().set("count", "many").unwrap();
        assert_eq!(count().unwrap_err().message(), "the variable 'count' is not an integer");
    }

    #[test]
    fn a_request_carries_the_token() {
        assert_eq!(data_request().headers["Authorization"], "Bearer token");
    }

    #[test]
    fn only_status_200_is_data() {
        let ctx = MockContext::new();
        ctx.mock_http("GET https://api.example.com/data", HttpResponse::new(200, "data"));
        assert_eq!(fetch().as_deref(), Ok(&b"data"[..]));
        ctx.mock_http("GET https://api.example.com/data", HttpResponse::new(404, ""));
        assert_eq!(fetch().unwrap_err().message(), "the API answered 404");
    }

    #[test]
    fn a_host_function_is_mocked_by_its_trait() {
        struct OneKey;
        impl KeyValueStore for OneKey {
            fn kv_read(&self, key: &str) -> Option<Vec<u8>> {
                (key == "my-key").then(|| b"value".to_vec())
            }
        }
        let _mock = KeyValueStoreHost::mock(OneKey);
        assert_eq!(process(), b"value");
    }

    #[test]
    fn a_value_is_replaced() {
        let _ctx = MockContext::new();
        assert_eq!([replace(b"value"), replace(b"")], ["there was nothing", "there were 5 bytes"]);
    }

    #[test]
    fn what_has_no_square_is_an_error() {
        assert_eq!(square("-12").as_deref(), Ok("144"));
        assert_eq!(square("twelve").unwrap_err(), "\"twelve\": invalid digit found in string");
        assert_eq!(square("9000000000").unwrap_err(), "the square of 9000000000 is too large");
    }

    #[test]
    fn a_request_is_handled() {
        let Json(response) = handle(Json(Request { name: "Ada".into() }));
        assert_eq!(response.message, "Hello, Ada");
    }

    #[test]
    fn an_empty_announcement_is_an_error_in_the_log() {
        let ctx = MockContext::new();
        announce("An info message");
        announce("");
        let lines = ctx.logs().iter().map(|line| line.text.clone()).collect::<Vec<_>>();
        assert_eq!(lines, ["An info message", "Error occurred"]);
    }
}
