//! Typed JSON in and out, with extism-pdk.

use extism_pdk::{FnResult, Json, plugin_fn};
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

#[plugin_fn]
pub fn handle(Json(request): Json<Request>) -> FnResult<Json<Response>> {
    let greeting = format!("Hello, {}! ", request.name).repeat(request.times as usize);
    Ok(Json(Response { length: greeting.len(), greeting }))
}
