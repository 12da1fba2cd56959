//! `Json<T>` as an argument of a command, and as its reply.

use std::borrow::Cow;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::argument::{Argument, Element};
use super::reply::{Reply, ReplyElement, ReplyWriter};
use crate::error::CommandError;
use crate::protocol::Value;
use crate::text::join;
use crate::values::json::Json;

impl<'a, T: DeserializeOwned> Argument<'a> for Json<T> {
    const TYPE: &'static str = "json";
    const EXPECTED: &'static str = "JSON";

    fn from_value(value: &'a Value) -> Option<Json<T>> {
        serde_json::from_slice(value.as_bytes()?).ok().map(Json)
    }

    fn expected(value: &Value) -> Cow<'static, str> {
        match serde_json::from_slice::<T>(value.as_bytes().unwrap_or_default()) {
            Err(error) => join(&["JSON (", &error.to_string(), ")"]).into(),
            Ok(_) => Self::EXPECTED.into(),
        }
    }
}

impl<'a, T: DeserializeOwned> Element<'a> for Json<T> {}

impl<T: Serialize> Reply for Json<T> {
    /// A bulk string of JSON text in RESP, the JSON itself in JSON. A value that has no JSON
    /// form (a map with keys that are not text) becomes an error inside the reply.
    fn write(self, reply: &mut ReplyWriter) {
        match (serde_json::to_vec(&self.0), reply) {
            (Ok(text), ReplyWriter::Resp(writer)) => writer.bulk(&text),
            (Ok(text), ReplyWriter::Json(out)) => out.extend_from_slice(&text),
            (Err(error), reply) => Value::Error(CommandError::from(error).to_string()).write(reply),
        }
    }
}

impl<T: Serialize> ReplyElement for Json<T> {}
