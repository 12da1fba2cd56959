//! A mistake in an attribute is the only error: lists, calls and types that use the item find it.

#![allow(dead_code)]

use plugsmith::orbis::testing::{MockHost, call};
use plugsmith::orbis::{lifecycle, route};
use plugsmith::{
    CommandError, HookContext, HookResult, HostError, PluginContext, StorageBackend, Value, command, data_type,
    export_plugin, function, hook, host_functions, peer, storage_backend, transformer,
};

#[command(nam = "GREET")]
fn greet(name: &str) -> String {
    format!("Hello, {name}")
}

#[function(nam = "x")]
fn echo(text: String) -> String {
    text
}

#[hook(event = "OnKeyWrote")]
fn guard(_: &HookContext) -> HookResult {
    HookResult::Continue
}

#[transformer(on = "writes", pattern = "*")]
fn pass(value: Value) -> Value {
    value
}

struct Archive;

#[storage_backend(prefiks = "a:")]
impl StorageBackend for Archive {
    fn get(&self, _: &PluginContext, _: &str) -> Result<Option<Value>, CommandError> {
        Ok(None)
    }
}

export_plugin!(greet, echo, guard, pass, Archive);

#[data_type(nam = "POINT")]
struct Point {
    x: i32,
}

fn store(ctx: &PluginContext) -> Result<(), HostError> {
    ctx.storage().set_typed("point", &Point { x: 1 })
}

#[host_functions(namespac = "bank")]
trait Billing {
    #[import(name = "charge.it")]
    fn charge(&self, user: &str) -> Result<String, HostError>;
}

#[peer(nam = "vowels")]
trait Vowels {
    fn count(&self, text: &str) -> Result<String, HostError>;
}

fn uses() -> Result<String, HostError> {
    BillingHost.charge("ada")?;
    VowelsPeer::load()?.count("ada")
}

mod orbis {
    use super::*;

    #[route(GETT, "/a")]
    fn handler() {}

    #[route(GET, "b")]
    fn other() {}

    #[lifecycle(x)]
    fn init() {}

    plugsmith::orbis::export_plugin!(handler, other, init);

    fn calls(host: MockHost) {
        call!(handler, host.request("GET", "/a"));
    }
}

fn main() {}
