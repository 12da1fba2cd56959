//! Contexts under any name: what a parameter is, its type says.

use plugsmith::{HookContext, HookResult, PluginContext, Value, hook, transformer};

#[hook(event = "OnKeyWrite")]
fn guard(c: &HookContext) -> HookResult {
    HookResult::Abort(c.key().to_owned())
}

/// `key` is a field of the event, and a context all the same.
#[hook(event = "OnKeyDelete")]
fn both(event: &HookContext, key: &PluginContext) {
    key.log().info(event.key());
}

#[hook(event = "OnServerStartup")]
fn started(_services: &PluginContext) {}

#[hook(event = "custom:StockLow")]
fn stock_low(cx: &PluginContext, item: &str) {
    cx.log().info(item);
}

#[transformer(on = "write", pattern = "a:*")]
fn logged(c: &PluginContext, value: Value) -> Value {
    c.log().info("written");
    value
}

#[transformer(on = "read", pattern = "a:*")]
fn whole(event: &HookContext) -> Result<Value, String> {
    event.value().cloned().ok_or_else(|| event.key().to_owned())
}

fn main() {}
