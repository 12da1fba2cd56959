//! `Json<T>`: a typed JSON value as argument, input, reply, output or host function value.

use std::borrow::Cow;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::entry::argument::{Argument, Element};
use crate::entry::function::{Input, Output};
use crate::entry::reply::{Reply, ReplyElement, ReplyWriter};
use crate::text::join;
use crate::{CommandError, Value};

/// A value that travels as JSON.
///
/// ```
/// use plugsmith::{function, Json};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Deserialize)]
/// struct Request { name: String }
/// #[derive(Serialize)]
/// struct Response { message: String }
///
/// #[function]
/// fn handle(Json(request): Json<Request>) -> Json<Response> {
///     Json(Response { message: format!("Hello, {}", request.name) })
/// }
/// assert_eq!(handle(Json(Request { name: "Ada".into() })).0.message, "Hello, Ada");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Json<T>(pub T);

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

impl<T: DeserializeOwned> Input<'_> for Json<T> {
    const TYPE: &'static str = "json";

    fn from_input(bytes: &[u8]) -> Result<Json<T>, String> {
        serde_json::from_slice(bytes).map(Json).map_err(|error| error.to_string())
    }
}

impl<T: Serialize> Output for Json<T> {
    const TYPE: &'static str = "json";

    fn into_output(self) -> Result<Vec<u8>, String> {
        serde_json::to_vec(&self.0).map_err(|error| error.to_string())
    }
}

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
