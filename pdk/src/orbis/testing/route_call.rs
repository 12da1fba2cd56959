//! Typed calls of routes, for tests.

use std::marker::PhantomData;

use super::answer::{Answer, FromAnswer};
use super::parameters::{Place, ToRequest};
use super::route_request::RouteRequest;
use crate::orbis::call::Body;
use crate::orbis::request::User;

/// A call of a `#[route]` with the parameters `P`, whose handler returns an `R`: what `get_item_call(7)` makes.
///
/// The harness sends it to the built artifact (`app.run(get_item_call(7))`), a [`MockHost`](super::MockHost) runs it
/// natively. Path, query and body follow from the parameters; users and headers, which a handler may take from its
/// `&Request`, are added to the call.
///
/// ```
/// use plugsmith::orbis::{Error, User, route, testing::MockHost};
///
/// /// Says hello.
/// #[route(GET, "/api/greet/{name}")]
/// pub fn greet(name: &str, loud: Option<bool>, user: Option<User>) -> Result<String, Error> {
///     let from = user.ok_or_else(|| Error::unauthorized("who are you?"))?.id;
///     Ok(format!("{from} says: hello, {name}{}", if loud == Some(true) { "!" } else { "." }))
/// }
///
/// let host = MockHost::new();
/// assert_eq!(host.run(greet_call("Ada", Some(true), None).user("bob"))?, Ok("bob says: hello, Ada!".to_string()));
/// let refused = host.run(greet_call("Ada", None, None))?.unwrap_err();
/// assert_eq!((refused.status(), refused.message()), (401, "who are you?"));
/// # Ok::<(), String>(())
/// ```
#[derive(Debug)]
#[must_use = "a call does nothing until it is run"]
pub struct RouteCall<P, R> {
    method: &'static str,
    path: &'static str,
    /// Each parameter's name, and whether it is in the path.
    names: &'static [(&'static str, Place)],
    body: Body,
    parameters: P,
    user: Option<User>,
    headers: Vec<(String, String)>,
    result: PhantomData<fn() -> R>,
}

impl<P, R> RouteCall<P, R> {
    #[doc(hidden)]
    pub fn new(
        method: &'static str,
        path: &'static str,
        names: &'static [(&'static str, Place)],
        body: Body,
        parameters: P,
    ) -> RouteCall<P, R> {
        RouteCall { method, path, names, body, parameters, user: None, headers: Vec::new(), result: PhantomData }
    }

    /// From this user, who is logged in.
    pub fn user(mut self, id: &str) -> RouteCall<P, R> {
        self.user = Some(User { id: id.to_owned(), is_admin: false });
        self
    }

    /// From this user, who is an admin.
    pub fn admin(mut self, id: &str) -> RouteCall<P, R> {
        self.user = Some(User { id: id.to_owned(), is_admin: true });
        self
    }

    /// With one more header.
    pub fn header(mut self, name: &str, value: &str) -> RouteCall<P, R> {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl<P: ToRequest, R: FromAnswer> RouteCall<P, R> {
    /// The request that a client sends.
    ///
    /// # Errors
    /// Why a parameter has no such form.
    pub fn request(self) -> Result<RouteRequest, String> {
        let mut request = RouteRequest {
            method: self.method,
            path: self.path,
            params: Vec::new(),
            query: Vec::new(),
            body: None,
            user: None,
            headers: self.headers,
        };
        self.parameters.write(self.names, &mut request)?;
        request.user = self.user.or(request.user);
        Ok(request)
    }

    /// The result in what a client is answered.
    ///
    /// # Errors
    /// Why it is no such value.
    pub fn read(answer: Answer) -> Result<R::Owned, String> {
        R::from_answer(answer)
    }

    /// What runs natively.
    pub(super) fn body(&self) -> Body {
        self.body
    }
}
