//! From what a client is answered to the type that the handler returns.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::orbis::Error;
use crate::orbis::response::Response;
use crate::values::json::Json;

/// What a client is answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Value,
}

impl Answer {
    /// The answer in a handler's JSON: `{"status": .., "headers": .., "body": ..}`, or the body alone.
    pub fn of(json: Value) -> Answer {
        let Value::Object(mut members) = json else {
            return Answer { status: 200, headers: Vec::new(), body: json };
        };
        let is_whole = members.keys().all(|name| matches!(name.as_str(), "status" | "headers" | "body"));
        match members.get("status").and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok()) {
            Some(status) if is_whole => {
                let headers = match members.remove("headers") {
                    Some(Value::Object(headers)) => headers.into_iter().collect::<Vec<_>>(),
                    _ => Vec::new(),
                };
                let headers = headers
                    .into_iter()
                    .map(|(name, value)| (name, value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
                Answer { status, headers: headers.collect(), body: members.remove("body").unwrap_or_default() }
            }
            _ => Answer { status: 200, headers: Vec::new(), body: Value::Object(members) },
        }
    }

    /// The message of an error, the handler's or the host's.
    fn message(&self) -> String {
        let message = self.body.get("message").or_else(|| self.body.get("error")?.get("message"));
        message.and_then(Value::as_str).map_or_else(|| self.body.to_string(), str::to_owned)
    }

    /// The error, if it is one.
    fn error(&self) -> Option<Error> {
        (self.status >= 400).then(|| {
            let error = Error::new(self.status, self.message());
            match self.body.get("details") {
                Some(details) => error.with_details(details),
                None => error,
            }
        })
    }

    fn value<T: DeserializeOwned>(self) -> Result<T, String> {
        if let Some(error) = self.error() {
            return Err(format!("answered {}: {}", error.status(), error.message()));
        }
        let shown = self.body.to_string();
        serde_json::from_value(self.body).map_err(|error| format!("{error}: {shown}"))
    }
}

/// What a handler returns, read from what the client is answered: the reverse of
/// [`IntoResponse`](crate::orbis::IntoResponse). Implement it for an `IntoResponse` of your own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a response",
    note = "`T` of a `Json<T>` needs `Deserialize`; a type with `impl IntoResponse` needs `impl orbis::testing::FromAnswer`"
)]
pub trait FromAnswer {
    /// The value, owned; a `Result` has a status from 400 on as its error.
    type Owned;

    /// The value in an answer.
    ///
    /// # Errors
    /// Why it is no such value.
    fn from_answer(answer: Answer) -> Result<Self::Owned, String>;
}

impl FromAnswer for Response {
    type Owned = Response;

    fn from_answer(answer: Answer) -> Result<Response, String> {
        let response = Response::json(&answer.body).with_status(answer.status);
        Ok(answer.headers.iter().fold(response, |response, (name, value)| response.with_header(name, value)))
    }
}

impl FromAnswer for () {
    type Owned = ();

    fn from_answer(answer: Answer) -> Result<(), String> {
        answer.error().map_or(Ok(()), |error| Err(format!("answered {}: {}", error.status(), error.message())))
    }
}

impl<T: FromAnswer> FromAnswer for Option<T> {
    type Owned = Option<T::Owned>;

    fn from_answer(answer: Answer) -> Result<Self::Owned, String> {
        if answer.status == 404 { Ok(None) } else { T::from_answer(answer).map(Some) }
    }
}

impl<T: FromAnswer, E> FromAnswer for Result<T, E> {
    type Owned = Result<T::Owned, Error>;

    fn from_answer(answer: Answer) -> Result<Self::Owned, String> {
        match answer.error() {
            Some(error) => Ok(Err(error)),
            None => T::from_answer(answer).map(Ok),
        }
    }
}

impl<T: FromAnswer> FromAnswer for (u16, T) {
    type Owned = (u16, T::Owned);

    fn from_answer(answer: Answer) -> Result<Self::Owned, String> {
        Ok((answer.status, T::from_answer(answer)?))
    }
}

impl<T: DeserializeOwned> FromAnswer for Json<T> {
    type Owned = Json<T>;

    fn from_answer(answer: Answer) -> Result<Json<T>, String> {
        answer.value().map(Json)
    }
}

impl<T: DeserializeOwned> FromAnswer for Vec<T> {
    type Owned = Vec<T>;

    fn from_answer(answer: Answer) -> Result<Vec<T>, String> {
        answer.value()
    }
}

impl<K: DeserializeOwned + Ord, V: DeserializeOwned> FromAnswer for BTreeMap<K, V> {
    type Owned = BTreeMap<K, V>;

    fn from_answer(answer: Answer) -> Result<BTreeMap<K, V>, String> {
        answer.value()
    }
}

impl<K, V, S> FromAnswer for HashMap<K, V, S>
where
    K: DeserializeOwned + Eq + Hash,
    V: DeserializeOwned,
    S: BuildHasher + Default,
{
    type Owned = HashMap<K, V, S>;

    fn from_answer(answer: Answer) -> Result<HashMap<K, V, S>, String> {
        answer.value()
    }
}

macro_rules! values {
    ($($type:ty => $owned:ty;)*) => {$(
        impl FromAnswer for $type {
            type Owned = $owned;

            fn from_answer(answer: Answer) -> Result<$owned, String> {
                answer.value()
            }
        }
    )*};
}
values! {
    &str => String;
    String => String;
    Cow<'_, str> => String;
    bool => bool;
    i8 => i8;
    i16 => i16;
    i32 => i32;
    i64 => i64;
    u8 => u8;
    u16 => u16;
    u32 => u32;
    u64 => u64;
    usize => usize;
    f32 => f32;
    f64 => f64;
    Value => Value;
}
