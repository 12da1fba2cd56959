//! The host that a unit test makes.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::answer::{Answer, FromAnswer};
use super::parameters::ToRequest;
use super::request::{RequestBuilder, to_value};
use super::route_call::RouteCall;
use crate::abi::orbis::HostHandle;
use crate::error::orbis::Error;
use crate::in_memory::http::{HttpMatch, HttpReply};
use crate::in_memory::orbis::{FakeHost, Statement};
use crate::in_memory::random::SeededRandom;
use crate::protocol::http::HttpRequest;
use crate::protocol::log::Line;

/// An Orbis host in memory, that a test can fill and look into.
///
/// While it lives, the free functions of this thread (`plugsmith::orbis::db()` ..) talk to it, and
/// so do the services of its requests.
///
/// ```
/// use plugsmith::orbis::{Error, route, state, testing::{MockHost, call}};
///
/// #[route(GET, "/api/greet/{name}", requires_auth = false)]
/// fn greet(name: &str, loud: Option<bool>) -> Result<String, Error> {
///     state().update("greeted", 0, |n| n + 1)?;
///     Ok(if loud == Some(true) { format!("HELLO {name}!") } else { format!("Hello, {name}.") })
/// }
///
/// let host = MockHost::new();
/// assert_eq!(greet("Ada", None)?, "Hello, Ada.");
/// let response = call!(greet, host.request("GET", "/api/greet/Ada").query("loud", "perhaps"));
/// assert_eq!(response.status(), 400);
/// assert_eq!(host.state::<u32>("greeted"), Some(1));
/// # Ok::<(), Error>(())
/// ```
#[derive(Debug)]
pub struct MockHost {
    host: HostHandle,
}

impl MockHost {
    /// A host without state, configuration, rows or HTTP. Unlike the shipped one, it lets the
    /// plugin use its database, HTTP and events.
    #[expect(clippy::new_without_default, reason = "a host is entered, not a value to default to")]
    pub fn new() -> MockHost {
        let host = HostHandle::new();
        host.enter();
        MockHost { host }
    }

    /// A host that refuses database, HTTP and events to everybody, as the shipped one does.
    pub fn as_shipped() -> MockHost {
        let mock = MockHost::new();
        mock.with(FakeHost::be_as_shipped);
        mock
    }

    /// A request without headers, query, body or user.
    ///
    /// # Panics
    /// A path with a query in it, which goes into [`RequestBuilder::query`].
    #[track_caller]
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder {
        RequestBuilder::new(self.host.clone(), method, path)
    }

    /// Runs the call that `get_item_call(..)` makes, natively; see [`RouteCall`].
    ///
    /// # Errors
    /// A parameter or a result that has no JSON form, and a refusal where the handler's type has no place for one.
    pub fn run<P: ToRequest, R: FromAnswer>(&self, call: RouteCall<P, R>) -> Result<R::Owned, String> {
        let body = call.body();
        let request = call.request()?;
        let mut builder = self.request(request.method, &request.path_with(str::to_owned));
        for (name, value) in &request.params {
            builder = builder.param(name, value);
        }
        for (name, value) in &request.query {
            builder = builder.query(name, value);
        }
        for (name, value) in &request.headers {
            builder = builder.header(name, value);
        }
        if let Some(body) = &request.body {
            builder = builder.json(body);
        }
        builder = match &request.user {
            Some(user) if user.is_admin => builder.admin(&user.id),
            Some(user) => builder.user(&user.id),
            None => builder,
        };
        let answer = builder.call(request.path, body).encode();
        RouteCall::<P, R>::read(Answer::of(serde_json::from_str(&answer).map_err(|error| error.to_string())?))
    }

    /// Answers a query by its SQL, or a glob of it, with rows: `&[json!({"id": 7})]`.
    /// A `bool` becomes 0 or 1, as in SQLite. `insert` is a query too, whose row is `{"id": 7}`.
    ///
    /// # Panics
    /// A row without a JSON form.
    #[track_caller]
    pub fn mock_query<T: Serialize>(&self, sql: &str, rows: &[T]) {
        let rows = rows.iter().map(to_value).collect();
        self.with(|host| host.database.mock_query(sql, Ok(rows)));
    }

    /// Answers a statement by its SQL, or a glob of it, with the number of rows that it changed.
    pub fn mock_execute(&self, sql: &str, rows: u64) {
        self.with(|host| host.database.mock_execute(sql, Ok(rows)));
    }

    /// Refuses a query or a statement by its SQL, or a glob of it, as a database does that fails.
    pub fn refuse_sql(&self, sql: &str) {
        self.with(|host| {
            host.database.mock_query(sql, Err(Error::refused("db_query")));
            host.database.mock_execute(sql, Err(Error::refused("db_execute")));
        });
    }

    /// Answers HTTP requests that match `"METHOD url-pattern"`, or an [`HttpMatch`] that looks at
    /// headers and body too; the newest match answers. What it answers with may be a response,
    /// several in sequence, a closure or a failure: see [`HttpReply`].
    ///
    /// # Panics
    /// A pattern without a method, and a status that no server sends.
    #[track_caller]
    pub fn mock_http(&self, requests: impl Into<HttpMatch>, reply: impl Into<HttpReply>) {
        let (requests, reply) = (requests.into(), reply.into());
        if let Err(reason) = self.with(|host| host.http.try_add(requests, reply)) {
            panic!("{reason}");
        }
    }

    /// The HTTP requests made so far, those that no mock answered among them.
    pub fn http_requests(&self) -> Vec<HttpRequest> {
        self.with(|host| host.http.requests().to_vec())
    }

    /// Sets a value of the configuration.
    ///
    /// # Panics
    /// A value without a JSON form.
    #[track_caller]
    pub fn set_config(&self, key: &str, value: &(impl Serialize + ?Sized)) {
        let value = to_value(value);
        self.with(|host| host.config.insert(key.to_owned(), value));
    }

    /// Sets a value of the state.
    ///
    /// # Panics
    /// A value without a JSON form.
    #[track_caller]
    pub fn set_state(&self, key: &str, value: &(impl Serialize + ?Sized)) {
        let value = to_value(value);
        self.with(|host| host.state.insert(key.to_owned(), value));
    }

    /// A value of the state; `None` where it is not set.
    ///
    /// # Panics
    /// A value of another type.
    #[track_caller]
    pub fn state<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        let value = self.with(|host| host.state.get(key).cloned())?;
        match serde_json::from_value(value) {
            Ok(value) => Some(value),
            Err(error) => panic!("state key '{key}': {error}"),
        }
    }

    /// Starts the random sequence of `seed`.
    pub fn seed_random(&self, seed: u64) {
        self.with(|host| host.random = SeededRandom::new(seed));
    }

    /// The statements run so far.
    pub fn statements(&self) -> Vec<Statement> {
        self.with(|host| host.database.seen().to_vec())
    }

    /// The events told so far.
    pub fn events(&self) -> Vec<(String, Value)> {
        self.with(|host| host.events.clone())
    }

    /// The lines logged so far.
    pub fn logs(&self) -> Vec<Line> {
        self.with(|host| host.logs.clone())
    }

    /// Works on the host itself.
    pub fn with<T>(&self, work: impl FnOnce(&mut FakeHost) -> T) -> T {
        self.host.with(work)
    }
}

impl Drop for MockHost {
    fn drop(&mut self) {
        self.host.leave();
    }
}
