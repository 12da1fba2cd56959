//! What the macros' output calls. Not for people: it may change in any release.

pub use crate::entry::argument::{Call, FromCall, Kind};
pub use crate::entry::command::{
    BY_REFERENCE, Body, Parameter, Signature, arity, arity_message, has_argument, has_keys, has_step, is_raw, misplaced,
};
pub use crate::entry::function::{Context, FunctionOutput, Sole};
pub use crate::entry::reply::{CommandOutput, ReplyWriter};
pub use crate::entry::usage::{usage, usage_text};
pub use crate::ferrite::hook::{EventContext, FromEvent, HookOutput, Takes};
#[cfg(target_arch = "wasm32")]
pub use crate::ferrite::round_trip::round_trip;
pub use crate::ferrite::round_trip::{Shown, ViaDebug, ViaNoDebug, fields};
pub use crate::ferrite::transformer::TransformerOutput;
pub use crate::host_function::{HostArgument, HostResult, Via, ViaJson, ViaNothing, ViaReply};
pub use crate::protocol::wire::WireType;
pub use crate::values::whole::Input;
#[cfg(feature = "data-types")]
pub use serde;
/// For crates without `std` in their prelude of crates.
pub extern crate std;

#[cfg(target_arch = "wasm32")]
pub use crate::host_function::Lowered;
#[cfg(not(target_arch = "wasm32"))]
pub use crate::host_function::{implementation, lift_argument, missing, slot};
#[cfg(not(target_arch = "wasm32"))]
pub use crate::testing::calls::{CommandCall, FcallCall, FunctionCall};

/// Puts a peer into the host of this thread's context-free functions, until the guard is dropped.
#[cfg(not(target_arch = "wasm32"))]
pub fn mock_peer(name: &'static str, peer: crate::testing::MockPeer) -> crate::testing::MockGuard {
    let host = crate::abi::HostHandle::current();
    let before = host.with(|host| host.peers.insert(name, peer));
    crate::testing::MockGuard::new(move || host.with(|host| host.peers.restore(name, before)))
}

/// Where the PDK's own sources lie, as they stand in an artifact's line tables.
#[cfg(not(target_arch = "wasm32"))]
pub const SOURCE_FOLDER: &str = env!("CARGO_MANIFEST_DIR");

/// What an entry point is, for `export_plugin!`.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The name of its export, as JSON.
    pub export: &'static str,
    /// Whether the order of the list is that in which it runs.
    pub listed: bool,
}

/// Whether an entry point has the export of one before it.
pub const fn is_repeated(entries: &[Entry], index: usize) -> bool {
    let mut earlier = 0;
    while earlier < index {
        if is_same(entries[earlier].export.as_bytes(), entries[index].export.as_bytes()) {
            return true;
        }
        earlier += 1;
    }
    false
}

const fn is_same(a: &[u8], b: &[u8]) -> bool {
    let mut index = 0;
    while index < a.len() && index < b.len() && a[index] == b[index] {
        index += 1;
    }
    index == a.len() && index == b.len()
}

/// The length of the record of the order of entry points; 0 where the order of none matters.
pub const fn order_length(entries: &[Entry]) -> usize {
    let mut length = 0;
    let mut index = 0;
    while index < entries.len() {
        if entries[index].listed {
            length += entries[index].export.len() + 1;
        }
        index += 1;
    }
    // The comma after the last export is the bracket.
    if length == 0 { 0 } else { ORDER.len() + length + "}\n".len() }
}

/// The record of the order of entry points: `{"kind":"order","exports":["hook:OnKeyWrite:protect"]}`.
pub const fn order<const N: usize>(entries: &[Entry]) -> [u8; N] {
    let mut out = [0; N];
    if N == 0 {
        return out;
    }
    let mut at = append(&mut out, 0, ORDER);
    let mut index = 0;
    while index < entries.len() {
        if entries[index].listed {
            at = append(&mut out, at, entries[index].export);
            at = append(&mut out, at, ",");
        }
        index += 1;
    }
    append(&mut out, at - 1, "]}\n");
    out
}

/// The length of the record of all that a list names.
pub const fn list_length(start: &str, entries: &[Entry]) -> usize {
    let mut length = start.len() + "]}\n".len();
    let mut index = 0;
    while index < entries.len() {
        length += entries[index].export.len() + if index == 0 { 0 } else { 1 };
        index += 1;
    }
    length
}

/// The record of all that a list names: `{"kind":"list","module":"mine","exports":["GREET"]}`.
pub const fn list<const N: usize>(start: &str, entries: &[Entry]) -> [u8; N] {
    let mut out = [0; N];
    let mut at = append(&mut out, 0, start);
    let mut index = 0;
    while index < entries.len() {
        if index > 0 {
            at = append(&mut out, at, ",");
        }
        at = append(&mut out, at, entries[index].export);
        index += 1;
    }
    append(&mut out, at, "]}\n");
    out
}

const ORDER: &str = "{\"kind\":\"order\",\"exports\":[";

const fn append<const N: usize>(out: &mut [u8; N], mut at: usize, text: &str) -> usize {
    let text = text.as_bytes();
    let mut index = 0;
    while index < text.len() {
        out[at] = text[index];
        at += 1;
        index += 1;
    }
    at
}

/// The length of a metadata record.
pub const fn record_length(parts: &[&str]) -> usize {
    let mut length = 0;
    let mut index = 0;
    while index < parts.len() {
        length += parts[index].len();
        index += 1;
    }
    length
}

/// A metadata record, joined at compile time.
pub const fn record<const N: usize>(parts: &[&str]) -> [u8; N] {
    let mut out = [0; N];
    let mut at = 0;
    let mut index = 0;
    while index < parts.len() {
        at = append(&mut out, at, parts[index]);
        index += 1;
    }
    out
}

/// A parameter's kind, as metadata says it.
pub const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Context | Kind::OwnedContext => "context",
        Kind::Required => "required",
        Kind::Optional => "optional",
        Kind::Rest => "rest",
    }
}

/// An arity as text, for metadata.
pub const fn arity_text(arity: i32) -> Decimal {
    decimal(arity as i64)
}

/// The version of an encoding as text, for metadata.
pub const fn version_text(version: u32) -> Decimal {
    decimal(version as i64)
}

const fn decimal(n: i64) -> Decimal {
    let mut digits = [0; 20];
    let mut start = digits.len();
    let mut rest = n.unsigned_abs();
    loop {
        start -= 1;
        digits[start] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if n < 0 {
        start -= 1;
        digits[start] = b'-';
    }
    Decimal { digits, start }
}

/// A number as text, made by rustc.
#[derive(Clone, Copy, Debug)]
pub struct Decimal {
    digits: [u8; 20],
    start: usize,
}

impl Decimal {
    /// The text.
    pub const fn as_str(&self) -> &str {
        match core::str::from_utf8(self.digits.split_at(self.start).1) {
            Ok(text) => text,
            Err(_) => "",
        }
    }
}

/// Trailing blanks off a compile-time message.
pub const fn message(padded: &[u8; 96]) -> &str {
    match core::str::from_utf8(padded.trim_ascii_end()) {
        Ok(text) => text,
        Err(_) => "",
    }
}

/// One call of a command's export.
pub fn export_command(signature: &Signature, body: Body) -> i32 {
    export(|context, input| crate::entry::command::call(signature, context, input, body))
}

/// One call of a command as its export makes it, for fuzzing: bytes in, the reply or the error's text out.
#[cfg(not(target_arch = "wasm32"))]
pub fn call_command(
    signature: &Signature,
    context: &crate::context::PluginContext,
    input: &[u8],
    body: Body,
) -> Result<Vec<u8>, String> {
    crate::entry::command::call(signature, context, input, body)
}

/// One call of a hook as its export makes it, for tests: an event in, the verdict or the error's text out.
#[cfg(not(target_arch = "wasm32"))]
pub fn call_hook(
    event: &str,
    context: &crate::context::PluginContext,
    input: &[u8],
    body: fn(
        &crate::ferrite::hook::HookContext,
    ) -> Result<crate::protocol::event::HookResult, crate::error::CommandError>,
) -> Result<Vec<u8>, String> {
    crate::ferrite::hook::call(event, context.clone(), input, body)
}

/// One call of a function's export.
pub fn export_function(body: fn(&crate::context::PluginContext, &[u8]) -> Result<Vec<u8>, String>) -> i32 {
    export(body)
}

pub use crate::ferrite::fcall::{FcallArgument, FcallOutput};

/// One call of a `#[fcall]` function's export.
pub fn export_fcall<R: FcallOutput>(body: impl FnOnce() -> R) -> R::Wasm {
    #[cfg(target_arch = "wasm32")]
    crate::abi::fcall::begin();
    body().into_wasm()
}

/// One call of a hook's export.
pub fn export_hook(
    event: &str,
    body: fn(
        &crate::ferrite::hook::HookContext,
    ) -> Result<crate::protocol::event::HookResult, crate::error::CommandError>,
) -> i32 {
    export(|context, input| crate::ferrite::hook::call(event, context.clone(), input, body))
}

/// One call of a transformer's export.
pub fn export_transformer(
    body: fn(&crate::ferrite::hook::HookContext) -> Result<crate::protocol::Value, crate::error::CommandError>,
) -> i32 {
    export(|context, input| crate::ferrite::transformer::call(context.clone(), input, body))
}

/// One call of a storage backend's export.
pub fn export_backend(backend: &impl crate::ferrite::storage_backend::StorageBackend) -> i32 {
    export(|context, input| crate::ferrite::storage_backend::call(backend, context, input))
}

#[cfg(target_arch = "wasm32")]
fn export(body: impl FnOnce(&crate::context::PluginContext, &[u8]) -> Result<Vec<u8>, String>) -> i32 {
    let context = crate::context::PluginContext::new(crate::abi::HostHandle);
    crate::abi::export(|input| body(&context, input))
}

/// Nothing calls an export natively; it is compiled there so that rustc judges its types.
#[cfg(not(target_arch = "wasm32"))]
fn export(body: impl FnOnce(&crate::context::PluginContext, &[u8]) -> Result<Vec<u8>, String>) -> i32 {
    let _ = body;
    -1
}

#[cfg(target_arch = "wasm32")]
pub use crate::abi::fill_for_getrandom;
