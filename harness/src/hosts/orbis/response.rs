//! What a client is answered.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use super::mode::Mode;
use crate::error::{Error, Result};
use crate::trace::event::render_json;
use crate::trace::outcome::Outcome;

/// A response.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Names in lower case, and values; without those that every response has.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: Json,
}

impl Response {
    /// The host's own word: an error, in the shape that all of its errors have.
    ///
    /// ```
    /// use plugsmith_harness::hosts::orbis::Response;
    ///
    /// let response = Response::refusal(404, "NOT_FOUND", "no such plugin");
    /// assert_eq!(response.body["error"]["code"], "NOT_FOUND");
    /// ```
    pub fn refusal(status: u16, code: &str, message: &str) -> Response {
        let body = json!({ "success": false, "error": { "code": code, "message": message } });
        Response { status, headers: BTreeMap::new(), body }
    }

    /// What the host makes of a handler's answer.
    ///
    /// # Errors
    /// As documented, a status or headers that HTTP does not have.
    pub(super) fn of(mode: Mode, answer: Json) -> Result<Response, String> {
        let plain = |body| Response { status: 200, headers: BTreeMap::new(), body };
        if mode == Mode::Shipped {
            return Ok(plain(json!({ "success": true, "data": answer })));
        }
        let Json::Object(mut members) = answer else { return Ok(plain(answer)) };
        // `{"status": "ok"}` is what many a health check says, and no response.
        let is_response =
            members.get("status").is_some_and(|status| status.is_number() || members.contains_key("body"))
                && members.keys().all(|name| matches!(name.as_str(), "status" | "body" | "headers"));
        if !is_response {
            return Ok(plain(Json::Object(members)));
        }
        let status = match members["status"].as_u64().and_then(|status| u16::try_from(status).ok()) {
            Some(status) if (200..=599).contains(&status) => status,
            _ if members.contains_key("body") => {
                return Err(format!("{} is no status from 200 to 599", members["status"]));
            }
            _ => {
                return Err(format!(
                    "{} is no status from 200 to 599; if it is the body, answer {{\"status\": 200, \"body\": ..}}",
                    members["status"]
                ));
            }
        };
        let headers = match members.remove("headers") {
            None | Some(Json::Null) => BTreeMap::new(),
            Some(Json::Object(headers)) => headers.iter().map(header).collect::<Result<_, _>>()?,
            Some(other) => return Err(format!("the headers {other} are no JSON object")),
        };
        Ok(Response { status, headers, body: members.remove("body").unwrap_or(Json::Null) })
    }

    /// What a client is answered where the plugin failed.
    pub fn of_error(error: &Error) -> Response {
        Response::refusal(500, "PLUGIN_ERROR", &error.to_string())
    }

    /// The body as a type.
    ///
    /// ```
    /// use plugsmith_harness::hosts::orbis::Response;
    ///
    /// # fn example(response: Response) -> Result<(), serde_json::Error> {
    /// let (id, name): (u64, String) = response.json()?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A body of another shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(&self.body)
    }

    /// The body as bytes: text where the handler says that it is some, otherwise JSON; none for a
    /// status that has none.
    pub fn bytes(&self) -> Vec<u8> {
        let is_text = self.headers.get("content-type").is_some_and(|ty| !ty.contains("json"));
        // Only the server says it of itself: a handler that does is refused.
        let is_empty = self.headers.get("content-length").is_some_and(|length| length == "0");
        match &self.body {
            Json::Null if is_empty || matches!(self.status, 204 | 205 | 304) => Vec::new(),
            Json::String(text) if is_text => text.clone().into_bytes(),
            body => body.to_string().into_bytes(),
        }
    }

    /// `201 location: "/items/7" {"id":7}`.
    pub(super) fn shown(&self) -> String {
        let mut text = self.status.to_string();
        for (name, value) in &self.headers {
            text.push_str(&format!(" {name}: {value:?}"));
        }
        if !self.body.is_null() {
            text.push_str(&format!(" {}", render_json(&self.body)));
        }
        text
    }
}

impl Outcome<Response> {
    /// What a client is answered, also where the plugin failed.
    pub fn response(&self) -> Response {
        match &self.result {
            Ok(response) => response.clone(),
            Err(error) => Response::of_error(error),
        }
    }
}

/// Headers that say how a message is sent. A server that took them from a plugin would send a
/// broken one: a body cut short, or an end that the client waits for.
const THE_SERVERS: [&str; 8] =
    ["connection", "content-length", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"];

fn header((name, value): (&String, &Json)) -> Result<(String, String), String> {
    let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(format!("{name:?} is no header's name"));
    }
    if THE_SERVERS.iter().any(|header| header.eq_ignore_ascii_case(name)) {
        return Err(format!(
            "the header {name} is the server's, which alone knows how it sends the body: leave it out"
        ));
    }
    match value.as_str() {
        Some(value) if value.bytes().all(|b| b >= b' ' && b != 127) => {
            Ok((name.to_ascii_lowercase(), value.to_owned()))
        }
        _ => Err(format!("the header {name} is {value}, and no text without control characters")),
    }
}
