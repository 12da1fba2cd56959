//! Typed JSON in and out.

use plugsmith::{Json, function};
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Request {
    name: String,
    times: u32,
}

#[derive(Serialize)]
struct Response {
    greeting: String,
    length: usize,
}

#[function]
fn handle(Json(request): Json<Request>) -> Json<Response> {
    let greeting = format!("Hello, {}! ", request.name).repeat(request.times as usize);
    Json(Response { length: greeting.len(), greeting })
}
