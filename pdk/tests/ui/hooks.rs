//! Mistakes in hooks and data types.

use plugsmith::{HookContext, HookResult, data_type, hook};

#[hook(event = "OnKeyWrit")]
fn misspelt(_ctx: &HookContext) -> HookResult {
    HookResult::Continue
}

#[hook]
fn without_an_event(_ctx: &HookContext) -> HookResult {
    HookResult::Continue
}

#[hook(event = "OnKeyExpiry", priority = "high")]
fn two_mistakes(value: String) -> HookResult {
    let _ = value;
    HookResult::Continue
}

#[hook(event = "custom:")]
fn nameless() {}

#[hook(event = "OnKeyDelete")]
fn wrong_result(key: &str) -> u8 {
    key.len() as u8
}

#[hook(event = "OnKeyDelete")]
fn wrong_parameter(key: std::time::Duration) {
    let _ = key;
}

#[hook(event = "OnKeyDelete")]
fn nameless_parameter(_: &str) {}

#[hook(event = "OnKeyExpiry")]
fn no_such_field(ctx: &HookContext, value: String) {
    let _ = (ctx, value);
}

#[hook(event = "OnServerStartup")]
fn no_fields(key: Option<&str>) {
    let _ = key;
}

#[data_type(name = "hash", version = 0)]
struct BuiltIn(u8);

#[data_type(name = "MINE", encoding = "mine-v1", version = 2)]
struct BothVersions(u8);

#[data_type(name = "THEIRS", encoding = "theirs-v1")]
struct WithoutImpls(u8);

#[data_type(name = "GENERIC")]
struct Generic<T>(T);

#[data_type(name = "TWICE", commands = ["T.ADD", "T.GET", "T.ADD"])]
struct Twice(u8);

#[data_type(name = "BARE", commands = "T.ADD")]
struct Bare(u8);

fn main() {}
