//! Mistakes in Orbis routes.

use plugsmith::Json;
use plugsmith::orbis::{Request, route};

#[route(GTE, "/api/items")]
fn misspelt_method() {}

#[route(GET)]
fn without_a_path() {}

#[route(GET, "api/items", requires_auth = "no", rate_limit = 0, permisions = [])]
fn many_mistakes() {}

#[route(GET, "/api/items/:id")]
fn colon(id: u64) {
    let _ = id;
}

#[route(GET, "/api/{id}/{id}//x{y}/*")]
fn odd_path(_req: &Request) {}

#[route(GET, "/api/items?page=1")]
fn query_in_path() {}

#[route(GET, "/api/items/{id}")]
fn unused_parameter(page: u32) {
    let _ = page;
}

#[route(GET, "/api/items")]
fn body_of_a_get(_body: Json<u8>) {}

#[route(POST, "/api/items")]
fn two_bodies(_a: Json<u8>, _b: Json<u8>) {}

#[route(POST, "/api/items", permissions = ["database:read", "database_write"])]
fn permissions_of_the_plugin() {}

#[route(GET, "/api/init")]
fn init() {}

#[route(GET, "/api/items/{id}")]
fn wrong_path_parameter(id: Option<u8>) {
    let _ = id;
}

#[route(GET, "/api/items")]
fn wrong_parameter(at: std::time::Duration) {
    let _ = at;
}

struct Item;

#[route(GET, "/api/item")]
fn wrong_result() -> Item {
    Item
}

#[route(GET, "/api/item")]
fn wrong_error() -> Result<u8, Item> {
    Err(Item)
}

#[route(GET, "/api/items")]
struct NoFunction;

#[route(GET, "/api/rate", rate = 3)]
fn cut_word() {}

#[route(GET, "/api/items/{id}", method = "DELETE", path = "/api/other")]
fn given_twice(id: i64) -> i64 {
    id
}

fn main() {}
