//! One call of a handler: the host's JSON in, the reply's JSON out, and never a trap on the way.

use super::{Error, IntoResponse, Request, Response};
use crate::abi::orbis::HostHandle;
use crate::protocol::log::Level;

/// A handler as its export runs it.
pub type Body = fn(&Request) -> Result<Response, Error>;

/// Runs a handler on the host's JSON.
pub(crate) fn run(text: String, template: &'static str, host: HostHandle, body: Body) -> Response {
    match Request::decode(text, template, host) {
        Ok(request) => body(&request).unwrap_or_else(failed),
        Err(_) => failed(Error::bad_request("the request is no JSON object")),
    }
}

/// An error as a response. Whatever is the plugin's or the host's fault is in the host's log too.
pub(crate) fn failed(error: Error) -> Response {
    if error.status() >= 500 {
        HostHandle::current().log(Level::Error, error.message());
    }
    error.into_response()
}
