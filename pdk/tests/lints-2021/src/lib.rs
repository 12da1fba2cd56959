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
    command, data_type, export_plugin, function, hook, host_functions, peer, storage_backend, transformer, Bytes,
    CommandError, CommandResult, DataType, Encoding, HookContext, HookResult, HostError, Json, PluginContext,
    StorageBackend, Value,
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

/// Another plugin.
#[peer(name = "count-vowels")]
pub trait CountVowels {
    /// Counts.
    fn count_vowels(&self, text: &str) -> Result<Json<Receipt>, HostError>;
    /// Forgets.
    #[import(name = "RESET")]
    fn reset(&self) -> Result<(), HostError>;
    /// Echoes.
    fn echo(&self, _: Vec<u8>) -> Result<Option<Vec<u8>>, HostError>;
    /// Is only there on a feature that nobody sets.
    #[cfg(any())]
    fn never(&self) -> Result<(), HostError>;
}

/// A private one, in the other namespace.
#[peer(namespace = "env")]
trait Ping {
    fn ping(&self) -> Result<(), HostError>;
}

/// Uses it.
#[function]
pub fn ping() -> Result<(), HostError> {
    PingPeer::load()?.ping()
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

#[hook(event = "OnKeyWrite")]
fn guard(ctx: &HookContext) -> HookResult {
    match ctx.key() {
        "" => HookResult::Abort("no key".to_owned()),
        _ => HookResult::Continue,
    }
}

#[hook(event = "OnServerStartup", priority = 7)]
fn started() {}

#[hook(event = "custom:StockLow")]
pub(crate) fn stock_low(ctx: &PluginContext, item: &str, left: Option<u32>) -> Result<(), HostError> {
    ctx.storage().set(item, i64::from(left.unwrap_or_default()))
}

#[transformer(on = "write", pattern = "*")]
fn shorten(key: &str, value: &[u8]) -> Result<Vec<u8>, CommandError> {
    value.get(key.len()..).map(<[u8]>::to_vec).ok_or_else(|| "too short".into())
}

/// A store.
#[derive(Debug)]
pub struct Archive;

#[storage_backend(prefix = "archive:")]
impl StorageBackend for Archive {
    fn get(&self, ctx: &PluginContext, key: &str) -> Result<Option<Value>, CommandError> {
        Ok(ctx.kv().read(key).map(Value::from_bytes))
    }
}

/// A point.
#[data_type(version = 2, migrate = from_earlier)]
#[derive(Debug)]
pub struct Point {
    /// Where.
    pub x: i32,
}

fn from_earlier(version: u32, _bytes: &[u8]) -> Result<Point, String> {
    Err(format!("version {version} was never released"))
}

#[data_type(name = "MINE", encoding = "mine-v1")]
struct Mine(u8);

impl DataType for Mine {}

impl Encoding for Mine {
    fn encode(&self) -> Vec<u8> {
        vec![self.0]
    }

    fn decode(bytes: &[u8]) -> Result<Mine, String> {
        bytes.first().map(|byte| Mine(*byte)).ok_or_else(|| "empty".to_owned())
    }
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
export_plugin!(guard, started, stock_low, shorten, Archive);

/// An Orbis plugin.
pub mod orbis {
    use plugsmith::orbis::{lifecycle, route, Request, User};
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
