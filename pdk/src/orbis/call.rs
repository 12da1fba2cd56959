//! One call of a handler: the host's JSON in, the reply's JSON out, and never a trap on the way.

use super::request::Request;
use super::response::{Response, failed};
use crate::abi::orbis::HostHandle;
use crate::error::orbis::Error;

/// A handler as its export runs it.
pub type Body = fn(&Request) -> Result<Response, Error>;

/// Runs a handler on the host's JSON.
pub(crate) fn run(text: String, template: &'static str, host: HostHandle, body: Body) -> Response {
    match Request::decode(text, template, host) {
        Ok(request) => body(&request).unwrap_or_else(failed),
        Err(_) => failed(Error::bad_request("the request is not a JSON object")),
    }
}
