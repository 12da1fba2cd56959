//! The same echoes with Orbis' own SDK.

use orbis_plugin_api::prelude::*;
use orbis_plugin_api::sdk::ffi::orbis_allocators;

#[derive(Deserialize, Serialize)]
struct Item {
    id: u64,
    name: String,
    description: String,
    tags: Vec<String>,
}

fn echo_typed(context: Context) -> Result<Response> {
    Response::json(&context.body_as::<Vec<Item>>()?)
}

fn echo_any(context: Context) -> Result<Response> {
    Response::json(&context.body)
}

fn echo_words(context: Context) -> Result<Response> {
    Response::json(&context.body_as::<Vec<String>>()?)
}

fn echo_numbers(context: Context) -> Result<Response> {
    Response::json(&context.body_as::<Vec<f64>>()?)
}

fn echo_unread(_: Context) -> Result<Response> {
    Response::json(&true)
}

wrap_handler!(typed, echo_typed);
wrap_handler!(any, echo_any);
wrap_handler!(words, echo_words);
wrap_handler!(numbers, echo_numbers);
wrap_handler!(unread, echo_unread);
orbis_allocators!();
