//! A request under construction.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::abi::orbis::HostHandle;
use crate::orbis::call::{self, Body};
use crate::orbis::request::Request;
use crate::orbis::response::Response;

/// A request under construction, in the shipped host's form; the page's with [`RequestBuilder::documented`].
#[derive(Clone, Debug)]
pub struct RequestBuilder {
    host: HostHandle,
    members: Map<String, Value>,
}

impl RequestBuilder {
    #[track_caller]
    pub(super) fn new(host: HostHandle, method: &str, path: &str) -> RequestBuilder {
        if let Some((path, query)) = path.split_once('?') {
            let (name, value) = query.split_once('=').unwrap_or((query, ""));
            panic!(
                "the host takes the query off the path: write request({method:?}, {path:?}).query({name:?}, {value:?})"
            );
        }
        let members = json!({
            "method": method, "path": path, "headers": {}, "query": {}, "body": null, "user_id": null, "is_admin": false,
        });
        RequestBuilder { host, members: members.as_object().cloned().unwrap_or_default() }
    }

    /// With a parameter of the query.
    #[must_use]
    pub fn query(self, name: &str, value: impl ToString) -> RequestBuilder {
        self.pair("query", name, value.to_string().into())
    }

    /// With a header.
    #[must_use]
    pub fn header(self, name: &str, value: &str) -> RequestBuilder {
        self.pair("headers", name, value.into())
    }

    /// With a parameter of the path, as a host sends it that matches paths itself.
    #[must_use]
    pub fn param(self, name: &str, value: impl ToString) -> RequestBuilder {
        self.pair("params", name, value.to_string().into())
    }

    /// With a JSON body.
    ///
    /// # Panics
    /// A value without a JSON form.
    #[must_use]
    #[track_caller]
    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> RequestBuilder {
        self.members.insert("body".to_owned(), to_value(body));
        self
    }

    /// With a user.
    #[must_use]
    pub fn user(mut self, id: &str) -> RequestBuilder {
        self.members.insert("user_id".to_owned(), id.into());
        self
    }

    /// With a user who is an admin.
    #[must_use]
    pub fn admin(mut self, id: &str) -> RequestBuilder {
        self.members.insert("is_admin".to_owned(), true.into());
        self.user(id)
    }

    /// In the page's form: no method, no path, and the user as an object.
    #[must_use]
    pub fn documented(mut self) -> RequestBuilder {
        let [id, is_admin] = ["user_id", "is_admin"].map(|name| self.members.remove(name).unwrap_or_default());
        let user = if id.is_null() { Value::Null } else { json!({ "id": id, "is_admin": is_admin }) };
        self.members.insert("user".to_owned(), user);
        self.members.remove("method");
        self.members.remove("path");
        self.members.entry("params").or_insert_with(|| json!({}));
        self
    }

    /// The request, for a handler that takes `&Request` and is called as a plain function.
    ///
    /// Parameters of the path are those of [`RequestBuilder::param`]: only `call!` knows the route's path.
    pub fn build(self) -> Request {
        Request::decode(self.text(), "", self.host).expect("an object's text is an object")
    }

    /// The JSON that a host sends.
    pub fn text(&self) -> String {
        Value::Object(self.members.clone()).to_string()
    }

    pub(crate) fn call(self, template: &'static str, body: Body) -> Response {
        call::run(self.text(), template, self.host, body)
    }

    fn pair(mut self, member: &str, name: &str, value: Value) -> RequestBuilder {
        let pairs = self.members.entry(member).or_insert_with(|| json!({}));
        if let Some(pairs) = pairs.as_object_mut() {
            pairs.insert(name.to_owned(), value);
        }
        self
    }
}

#[track_caller]
pub(super) fn to_value(value: &(impl Serialize + ?Sized)) -> Value {
    match serde_json::to_value(value) {
        Ok(value) => value,
        Err(error) => panic!("the value has no JSON form: {error}"),
    }
}
