//! The signatures on Orbis' page, which no real host has: replies without a length, and a `log_..` for each level.
//!
//! The page says neither where a reply ends nor who frees it. So a reply is JSON, which says itself
//! where it ends, with a NUL behind it for hosts that look for one; it is a block of `alloc`, and
//! `dealloc` frees it, whatever size it is given.

use super::{block_of, log_through, received};
use crate::protocol::log::Level;

/// The raw imports.
mod raw {
    #[link(wasm_import_module = "env")]
    unsafe extern "C" {
        pub(super) fn log_info(text: *const u8, length: usize);
        pub(super) fn log_error(text: *const u8, length: usize);
        pub(super) fn log_debug(text: *const u8, length: usize);
    }
}

/// One call of a handler: the input's text in, the address of the reply's JSON out.
pub(crate) fn export(input: i32, length: i32, body: impl FnOnce(String) -> Vec<u8>) -> i32 {
    begin();
    block_of(&body(received(input, length)), b"\0")
}

/// What every export does first.
pub(crate) fn begin() {
    log_through(log);
}

/// The page knows three levels: a warning is an error, and a trace is for debugging.
fn log(level: Level, text: &str) {
    let log = match level {
        Level::Error | Level::Warn => raw::log_error,
        Level::Info => raw::log_info,
        Level::Debug | Level::Trace => raw::log_debug,
    };
    // SAFETY: the host reads the text during the call.
    unsafe { log(text.as_ptr(), text.len()) };
}
