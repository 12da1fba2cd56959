//! The Orbis host: plain functions of the module `env`, and blocks that it asks this guest for.
//!
//! Mirrors crates/orbis-plugin/src/runtime.rs of cyberpath-HQ/orbis 3b5a6e6. Whatever the host
//! hands over lies in a block that it got from `allocate`: the input as it is, every answer with
//! its length in front. The host frees the input, this guest the answers.

#![expect(unsafe_code, reason = "the raw imports of the Orbis host and the memory it shares")]

pub(crate) mod page;

use std::cell::Cell;

use super::blocks;
use crate::error::orbis::Error;
use crate::protocol::http::HttpRequest;
use crate::protocol::log::Level;
use crate::text::{decimal, join};

/// The raw imports.
mod raw {
    #[link(wasm_import_module = "env")]
    unsafe extern "C" {
        pub(super) fn log(level: i32, text: *const u8, length: usize);
        pub(super) fn state_get(key: *const u8, length: usize) -> *mut u8;
        pub(super) fn state_set(key: *const u8, length: usize, value: *const u8, value_length: usize) -> i32;
        pub(super) fn state_remove(key: *const u8, length: usize) -> i32;
        pub(super) fn get_config(key: *const u8, length: usize) -> *mut u8;
        pub(super) fn crypto_hash(algorithm: i32, bytes: *const u8, length: usize) -> *mut u8;
        pub(super) fn crypto_random(length: usize) -> *mut u8;
        pub(super) fn db_query(
            sql: *const u8,
            length: usize,
            parameters: *const u8,
            parameters_length: usize,
        ) -> *mut u8;
        pub(super) fn db_execute(sql: *const u8, length: usize, parameters: *const u8, parameters_length: usize)
        -> i32;
        pub(super) fn emit_event(event: *const u8, length: usize, payload: *const u8, payload_length: usize) -> i32;
        pub(super) fn http_request(
            method: *const u8,
            method_length: usize,
            url: *const u8,
            url_length: usize,
            headers: *const u8,
            headers_length: usize,
            body: *const u8,
            body_length: usize,
        ) -> *mut u8;
    }
}

/// The host of this guest: there is one, and it is reached by imports, so nothing is held.
#[derive(Clone, Debug)]
pub(crate) struct HostHandle;

impl HostHandle {
    pub(crate) fn current() -> HostHandle {
        HostHandle
    }

    pub(crate) fn log(&self, level: Level, text: &str) {
        if let Some(log) = LOG.get() {
            log(level, text);
        }
    }

    pub(crate) fn state_get(&self, key: &str) -> Result<Option<String>, Error> {
        // SAFETY: the host reads the key during the call.
        text(unsafe { raw::state_get(key.as_ptr(), key.len()) })
    }

    pub(crate) fn state_set(&self, key: &str, json: &str) -> Result<(), Error> {
        // SAFETY: the host reads the key and the value during the call.
        done("state_set", unsafe { raw::state_set(key.as_ptr(), key.len(), json.as_ptr(), json.len()) })
    }

    pub(crate) fn state_remove(&self, key: &str) -> Result<(), Error> {
        // SAFETY: the host reads the key during the call.
        done("state_remove", unsafe { raw::state_remove(key.as_ptr(), key.len()) })
    }

    pub(crate) fn config(&self, key: &str) -> Result<Option<String>, Error> {
        // SAFETY: the host reads the key during the call.
        text(unsafe { raw::get_config(key.as_ptr(), key.len()) })
    }

    pub(crate) fn hash(&self, algorithm: i32, bytes: &[u8]) -> Result<Vec<u8>, Error> {
        // SAFETY: the host reads the bytes during the call.
        let block = unsafe { raw::crypto_hash(algorithm, bytes.as_ptr(), bytes.len()) };
        blocks::take(block).ok_or_else(|| Error::refused("crypto_hash"))
    }

    pub(crate) fn random(&self, length: usize) -> Result<Vec<u8>, Error> {
        // SAFETY: the host is given a number, and answers a block of ours.
        let block = unsafe { raw::crypto_random(length) };
        blocks::take(block).ok_or_else(|| Error::refused("crypto_random"))
    }

    pub(crate) fn db_query(&self, sql: &str, parameters: &str) -> Result<String, Error> {
        // SAFETY: the host reads both texts during the call.
        let block = unsafe { raw::db_query(sql.as_ptr(), sql.len(), parameters.as_ptr(), parameters.len()) };
        text(block)?.ok_or_else(|| Error::refused("db_query"))
    }

    pub(crate) fn db_execute(&self, sql: &str, parameters: &str) -> Result<u64, Error> {
        // SAFETY: the host reads both texts during the call.
        let rows = unsafe { raw::db_execute(sql.as_ptr(), sql.len(), parameters.as_ptr(), parameters.len()) };
        u64::try_from(rows).map_err(|_| Error::refused("db_execute"))
    }

    pub(crate) fn emit(&self, event: &str, payload: &str) -> Result<(), Error> {
        // SAFETY: the host reads both texts during the call.
        let code = unsafe { raw::emit_event(event.as_ptr(), event.len(), payload.as_ptr(), payload.len()) };
        done("emit_event", code)
    }

    /// The response's JSON.
    pub(crate) fn http(&self, request: &HttpRequest) -> Result<String, Error> {
        let (method, url, body) = (&request.method, &request.url, &request.body);
        let headers = crate::protocol::http::headers_to_json(&request.headers);
        // SAFETY: the host reads the four texts during the call.
        let block = unsafe {
            raw::http_request(
                method.as_ptr(),
                method.len(),
                url.as_ptr(),
                url.len(),
                headers.as_ptr(),
                headers.len(),
                body.as_ptr(),
                body.len(),
            )
        };
        text(block)?.ok_or_else(|| Error::refused("http_request"))
    }
}

fn done(import: &str, code: i32) -> Result<(), Error> {
    if code == 1 { Ok(()) } else { Err(Error::refused(import)) }
}

/// The text that the host answered; `None` for the address 0.
fn text(block: *mut u8) -> Result<Option<String>, Error> {
    let Some(bytes) = blocks::take(block) else { return Ok(None) };
    String::from_utf8(bytes).map(Some).map_err(|_| Error::internal("the host's answer is not UTF-8"))
}

/// A block of `size` bytes for the host to write to, never at address 0.
pub(crate) fn allocate(size: i32) -> i32 {
    // A negative size is one above 2 GiB to the host.
    blocks::allocate(size as u32 as usize).expose_provenance() as i32
}

/// Frees a block of [`allocate`].
pub(crate) fn deallocate(block: i32) {
    blocks::release(std::ptr::with_exposed_provenance_mut(block as usize));
}

/// One call of a handler: the input's text in, a block with the reply's bytes behind their length out.
pub(crate) fn export(input: i32, length: i32, body: impl FnOnce(String) -> Vec<u8>) -> i32 {
    begin();
    let reply = body(received(input, length));
    block_of(&(reply.len() as u32).to_le_bytes(), &reply)
}

/// What every export does first.
pub(crate) fn begin() {
    log_through(log);
}

fn log(level: Level, text: &str) {
    let level = match level {
        Level::Error => 0,
        Level::Warn => 1,
        Level::Info => 2,
        Level::Debug => 3,
        Level::Trace => 4,
    };
    // SAFETY: the host reads the text during the call.
    unsafe { raw::log(level, text.as_ptr(), text.len()) };
}

/// The text that the host has written for a handler.
fn received(input: i32, length: i32) -> String {
    let start: *const u8 = std::ptr::with_exposed_provenance(input as usize);
    if start.is_null() {
        return String::new();
    }
    // SAFETY: the host has written so many bytes there, and frees them after the call. A host that lies
    // about the length reads beyond what it wrote, at worst beyond the memory, which is a trap; what
    // lies there is this guest's own.
    let bytes = unsafe { std::slice::from_raw_parts(start, length as u32 as usize) };
    // A host that sends no UTF-8 sends no JSON either, so the call goes on to that mistake.
    core::str::from_utf8(bytes).unwrap_or_default().to_owned()
}

/// A block of these bytes, one behind the other.
fn block_of(first: &[u8], second: &[u8]) -> i32 {
    let block = allocate((first.len() + second.len()) as i32);
    let start: *mut u8 = std::ptr::with_exposed_provenance_mut(block as usize);
    // SAFETY: the block was made with room for both, and they lie elsewhere.
    unsafe { start.copy_from_nonoverlapping(first.as_ptr(), first.len()) };
    // SAFETY: `first` ends within the block, or at its end.
    let rest = unsafe { start.add(first.len()) };
    // SAFETY: as above.
    unsafe { rest.copy_from_nonoverlapping(second.as_ptr(), second.len()) };
    block
}

type Log = fn(Level, &str);

thread_local! {
    /// How this artifact logs: its exports say, so that it imports the functions of its own ABI only.
    static LOG: Cell<Option<Log>> = const { Cell::new(None) };
}

/// Logs by this function from now on, and sends a panic's message and place there: the host's log
/// otherwise sees nothing but `unreachable`.
fn log_through(log: Log) {
    if LOG.replace(Some(log)).is_some() {
        return;
    }
    std::panic::set_hook(Box::new(|info| {
        let message = info.payload_as_str().unwrap_or("panic");
        let text = match info.location() {
            Some(place) => join(&[message, ", ", place.file(), ":", &decimal(place.line().into())]),
            None => message.to_owned(),
        };
        HostHandle.log(Level::Error, &text);
    }));
}
