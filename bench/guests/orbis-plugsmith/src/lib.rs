//! Echoes of a JSON body: as a type, and as any JSON.

use plugsmith::Json;
use plugsmith::orbis::{Request, Response, export_plugin, route};
use serde::{Deserialize, Serialize};

#[derive(Deserialize, Serialize)]
struct Item {
    id: u64,
    name: String,
    description: String,
    tags: Vec<String>,
}

#[route(POST, "/typed", requires_auth = false)]
fn typed(items: Json<Vec<Item>>) -> Json<Vec<Item>> {
    items
}

#[derive(Deserialize, Serialize)]
struct Borrowed<'a> {
    id: u64,
    #[serde(borrow)]
    name: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    description: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    tags: Vec<std::borrow::Cow<'a, str>>,
}

#[route(POST, "/borrowed", requires_auth = false)]
fn borrowed(req: &Request) -> Result<Response, plugsmith::orbis::Error> {
    Ok(Response::json(&req.json::<Vec<Borrowed>>()?))
}

#[route(POST, "/any", requires_auth = false)]
fn any(body: Json<serde_json::Value>) -> Json<serde_json::Value> {
    body
}

#[route(POST, "/words", requires_auth = false)]
fn words(words: Json<Vec<String>>) -> Json<Vec<String>> {
    words
}

#[route(POST, "/numbers", requires_auth = false)]
fn numbers(numbers: Json<Vec<f64>>) -> Json<Vec<f64>> {
    numbers
}

#[route(POST, "/unread", requires_auth = false)]
fn unread() -> bool {
    true
}

export_plugin!(typed, borrowed, any, words, numbers, unread);
