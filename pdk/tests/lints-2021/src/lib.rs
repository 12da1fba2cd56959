//! Every macro under every lint: what they emit gives no warning, on either target, in either edition.

#![forbid(unsafe_code)]
#![deny(warnings, future_incompatible, let_underscore, nonstandard_style, rust_2018_idioms, unused)]
#![deny(missing_docs, missing_debug_implementations, trivial_casts, trivial_numeric_casts, unreachable_pub)]
#![deny(unused_lifetimes, unused_qualifications, single_use_lifetimes, variant_size_differences)]
#![deny(clippy::all, clippy::pedantic, clippy::cargo_common_metadata)]
#![deny(clippy::allow_attributes_without_reason, clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![deny(clippy::undocumented_unsafe_blocks, clippy::multiple_unsafe_ops_per_block)]
#![allow(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    clippy::must_use_candidate,
    reason = "the author's own signatures"
)]
#![allow(clippy::missing_errors_doc, reason = "not what is tested here")]
#![allow(clippy::cargo_common_metadata, reason = "this crate is not published")]

use plugsmith::{
    command, export_plugin, function, host_functions, Bytes, CommandError, CommandResult, HostError, Json,
    PluginContext, Value,
};
use serde::{Deserialize, Serialize};

plugsmith::getrandom!();

/// A receipt.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Receipt {
    /// How much.
    pub cents: u64,
}

/// The bank.
#[host_functions(namespace = "bank", prefix = "bank_")]
pub trait Billing {
    /// Charges.
    fn charge(&self, user: &str, cents: u64) -> Result<Receipt, HostError>;
    /// Tells.
    fn note(&self, _: String);
    /// Asks.
    fn find(&self, user: &[u8], precise: bool) -> Option<Json<Receipt>>;
    /// Counts.
    #[import(name = "count.all")]
    fn count(&self, factor: f64) -> i32;
    /// Is only there on a feature that nobody sets.
    #[cfg(any())]
    fn never(&self);
}

/// A private trait that nothing uses but its stub.
#[host_functions]
trait Hidden {
    fn ping(&self) -> u32;
}

/// Greets.
#[command(flags = ["write"], first_key = 1)]
pub fn greet(
    ctx: &PluginContext,
    name: &str,
    times: Option<u32>,
    mut rest: Vec<Bytes>,
) -> Result<Vec<String>, CommandError> {
    ctx.storage().incr("greeted")?;
    rest.truncate(1);
    Ok(vec![format!("Hello, {name} and {}!", rest.len()); times.unwrap_or(1) as usize])
}

#[command(name = "RAW.ECHO", arity = -1)]
fn raw_echo(_ctx: &PluginContext, args: &[Value]) -> CommandResult {
    Ok(Value::Array(args.to_vec()))
}

#[command]
fn r#type(_: i64) {}

#[command]
fn echo(text: &str) -> &str {
    text
}

#[command]
fn pay(user: String, cents: u64) -> Result<Json<Receipt>, HostError> {
    BillingHost.note(user.clone());
    let _ = (BillingHost.find(user.as_bytes(), true), BillingHost.count(1.0), HiddenHost.ping());
    BillingHost.charge(&user, cents).map(Json)
}

#[function]
fn shout(text: String) -> String {
    text.to_uppercase()
}

#[function(name = "mirror")]
fn mirror_bytes(bytes: &[u8]) -> &[u8] {
    bytes
}

#[function]
fn nothing() {}

#[function]
fn handle(ctx: &PluginContext, Json(receipt): Json<Receipt>) -> Result<Json<Receipt>, HostError> {
    ctx.vars().set_int("cents", 7);
    Ok(Json(receipt))
}

#[function]
fn user(ctx: &PluginContext) -> Result<String, HostError> {
    ctx.config().require("user")
}

/// Entry points in a module of their own.
pub mod inner {
    /// Adds.
    #[plugsmith::command]
    pub fn add(numbers: Vec<i64>) -> i64 {
        numbers.iter().sum()
    }
}

export_plugin!(greet, raw_echo, r#type, echo, pay, shout, mirror_bytes, nothing, handle, user, inner::add);

/// An Orbis plugin.
pub mod orbis {
    use plugsmith::orbis::{Request, User, lifecycle, route};
    use plugsmith::Json;

    /// Everything.
    #[route(PUT, "/api/{id}/{name}", requires_auth = false, permissions = ["a"], rate_limit = 1, description = "x")]
    pub fn all(id: u8, name: &str, page: Option<u32>, _user: Option<User>, Json(x): Json<u8>, req: &Request) -> String {
        let _ = (id, page, x);
        format!("{name} {}", req.path())
    }

    /// Nothing.
    #[route(GET, "/")]
    fn nothing() {}

    #[lifecycle]
    fn init() {}

    fn sweep() -> i32 {
        0
    }

    plugsmith::orbis::export_plugin!(all, nothing, init, cleanup = sweep, permissions = ["network"]);
}
