//! How a handler's parameters are read from its request: the signature is the contract.

use serde::de::DeserializeOwned;

use super::request::{Request, User};
use super::scalar::Parameter;
use crate::error::orbis::Error;
use crate::values::json::Json;

/// What of the request a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// All of it.
    Request,
    /// All of it by value, which is refused.
    OwnedRequest,
    /// A segment of the path.
    Path,
    /// A parameter of the query.
    Query,
    /// The body.
    Body,
    /// Who is logged in.
    User,
}

impl Kind {
    /// The kind in lower case, as metadata says it.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Request | Kind::OwnedRequest => "request",
            Kind::Path => "path",
            Kind::Query => "query",
            Kind::Body => "body",
            Kind::User => "user",
        }
    }
}

/// A parameter of a handler that is not in the route's path.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a handler's parameter",
    note = "parameters are `&Request`, `Json<T>` for the body (`T: DeserializeOwned`), `User`, `Option<User>`, and those of the \
            query by their names: `String`, `&str`, integers, floats, `bool`, types with `impl orbis::Parameter`, or an \
            `Option` of these"
)]
pub trait FromRequest<'a>: Sized {
    /// What of the request it takes.
    const KIND: Kind;
    /// The type's name in metadata.
    const TYPE: &'static str;

    /// Reads the parameter called `name`.
    ///
    /// # Errors
    /// The status and message for the client: something is missing, or is of another type.
    fn from_request(request: &'a Request, name: &str) -> Result<Self, Error>;
}

impl<'a> FromRequest<'a> for &'a Request {
    const KIND: Kind = Kind::Request;
    const TYPE: &'static str = "request";

    fn from_request(request: &'a Request, _: &str) -> Result<&'a Request, Error> {
        Ok(request)
    }
}

/// Refused when it is compiled, with the cure.
impl<'a> FromRequest<'a> for Request {
    const KIND: Kind = Kind::OwnedRequest;
    const TYPE: &'static str = "request";

    fn from_request(_: &'a Request, _: &str) -> Result<Request, Error> {
        Err(Error::internal("a request is passed by reference"))
    }
}

impl<'a> FromRequest<'a> for User {
    const KIND: Kind = Kind::User;
    const TYPE: &'static str = "required";

    fn from_request(request: &'a Request, _: &str) -> Result<User, Error> {
        request.user().cloned().ok_or_else(|| Error::unauthorized("log in to do this"))
    }
}

impl<'a> FromRequest<'a> for Option<User> {
    const KIND: Kind = Kind::User;
    const TYPE: &'static str = "optional";

    fn from_request(request: &'a Request, _: &str) -> Result<Option<User>, Error> {
        Ok(request.user().cloned())
    }
}

impl<'a, T: DeserializeOwned> FromRequest<'a> for Json<T> {
    const KIND: Kind = Kind::Body;
    const TYPE: &'static str = "json";

    fn from_request(request: &'a Request, _: &str) -> Result<Json<T>, Error> {
        request.json().map(Json)
    }
}

impl<'a, T: DeserializeOwned> FromRequest<'a> for Option<Json<T>> {
    const KIND: Kind = Kind::Body;
    const TYPE: &'static str = "json";

    fn from_request(request: &'a Request, _: &str) -> Result<Option<Json<T>>, Error> {
        if request.body() == "null" { Ok(None) } else { request.json().map(Json).map(Some) }
    }
}

impl<'a, T: Parameter<'a>> FromRequest<'a> for T {
    const KIND: Kind = Kind::Query;
    const TYPE: &'static str = T::TYPE;

    fn from_request(request: &'a Request, name: &str) -> Result<T, Error> {
        convert("query", name, request.query(name))
    }
}

impl<'a, T: Parameter<'a>> FromRequest<'a> for Option<T> {
    const KIND: Kind = Kind::Query;
    const TYPE: &'static str = T::TYPE;

    fn from_request(request: &'a Request, name: &str) -> Result<Option<T>, Error> {
        request.query(name).map(|text| convert("query", name, Some(text))).transpose()
    }
}

/// The parameter of the path called `name`.
///
/// # Errors
/// 400 where it is missing or of another type.
pub fn path_parameter<'a, T: Parameter<'a>>(request: &'a Request, name: &str) -> Result<T, Error> {
    convert("path", name, request.param(name))
}

fn convert<'a, T: Parameter<'a>>(place: &str, name: &str, text: Option<&'a str>) -> Result<T, Error> {
    text.and_then(T::from_text).ok_or_else(|| mismatch(place, name, T::EXPECTED, text))
}

/// The message for a parameter that is missing or of another type. Not generic, so that a guest holds it once.
#[cold]
fn mismatch(place: &str, name: &str, expected: &str, text: Option<&str>) -> Error {
    let mut message = [place, " parameter '", name, "': expected ", expected, ", got "].concat().into_bytes();
    match text {
        // `get`, because the panic of a slice that cuts a letter in two is 8 KB of a guest.
        Some(text) => {
            crate::protocol::json::write_string(&mut message, text.get(..text.floor_char_boundary(60)).unwrap_or(text))
        }
        None => message.extend_from_slice(b"none"),
    }
    Error::bad_request(String::from_utf8(message).unwrap_or_default())
}

/// Whether one of the parameters is the request itself.
pub const fn takes_the_request(kinds: &[Kind]) -> bool {
    count(kinds, Kind::Request) > 0
}

/// What is wrong with the parameter at `index`, if it takes the body.
pub const fn misplaced_body(method: &str, kinds: &[Kind], index: usize) -> Option<&'static str> {
    if matches!(kinds[index], Kind::OwnedRequest) {
        return Some("the request is passed by reference: add `&`");
    }
    if !matches!(kinds[index], Kind::Body) {
        return None;
    }
    if count(kinds.split_at(index).0, Kind::Body) > 0 {
        return Some("the request has one body: take it as one `Json<T>`");
    }
    match method.as_bytes() {
        b"POST" | b"PUT" | b"PATCH" => None,
        _ => Some("Orbis passes on the bodies of POST, PUT and PATCH only: take parameters of the query"),
    }
}

const fn count(kinds: &[Kind], kind: Kind) -> usize {
    let (mut index, mut count) = (0, 0);
    while index < kinds.len() {
        if kinds[index] as u8 == kind as u8 {
            count += 1;
        }
        index += 1;
    }
    count
}
