//! The request of a typed call.

use serde::Serialize;
use serde_json::Value;

use crate::orbis::request::User;

/// A request of a route, as its parameters make it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteRequest {
    /// `GET`, `POST` ..
    pub method: &'static str,
    /// The route's path, with its parameters as `{name}`.
    pub path: &'static str,
    /// The parameters of the path.
    pub params: Vec<(String, String)>,
    /// The parameters of the query.
    pub query: Vec<(String, String)>,
    /// The body.
    pub body: Option<Value>,
    /// Who sends it.
    pub user: Option<User>,
    /// Names and values.
    pub headers: Vec<(String, String)>,
}

impl RouteRequest {
    /// The path with its parameters, each as `encode` writes it.
    pub fn path_with(&self, encode: impl Fn(&str) -> String) -> String {
        self.params
            .iter()
            .fold(self.path.to_owned(), |path, (name, value)| path.replace(&format!("{{{name}}}"), &encode(value)))
    }

    pub(super) fn set_body(&mut self, body: &impl Serialize) -> Result<(), String> {
        self.body = Some(serde_json::to_value(body).map_err(|error| format!("the body has no JSON form: {error}"))?);
        Ok(())
    }
}
