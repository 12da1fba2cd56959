//! Contexts that lack their `&`, in every macro that passes one.

#![allow(unused)]

use plugsmith::orbis::{Request, route};
use plugsmith::{HookContext, PluginContext, Value, command, function, hook, transformer};

#[command]
fn greet(ctx: PluginContext, name: &str) {}

#[function]
fn user(ctx: PluginContext) -> String {
    String::new()
}

#[function]
fn two(ctx: PluginContext, text: String) {}

#[hook(event = "OnKeyWrite")]
fn guard(ctx: HookContext) {}

#[hook(event = "OnKeyWrite")]
fn watch(key: &str, services: PluginContext) {}

#[transformer(on = "write", pattern = "*")]
fn pass(ctx: PluginContext, value: Value) -> Value {
    value
}

#[route(GET, "/a")]
fn handler(request: Request) {}

fn main() {}
