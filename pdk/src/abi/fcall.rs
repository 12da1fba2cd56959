//! `FCALL` of the shipped Ferrite server: plain functions of the module `ferrite`, which read and write this
//! guest's memory.
//!
//! Mirrors src/wasm/host.rs of FerriteLabs/ferrite 4db6a20, `register_host_functions`.

#![expect(unsafe_code, reason = "the raw imports of FCALL and the memory they read and write")]

use crate::protocol::log::Level;
use crate::text::{decimal, join};

/// The raw imports.
mod raw {
    #[link(wasm_import_module = "ferrite")]
    unsafe extern "C" {
        pub(super) safe fn time() -> i64;
        pub(super) fn log(level: i32, text: *const u8, length: usize);
        pub(super) fn get(key: *const u8, length: usize, buffer: *mut u8, capacity: usize) -> i32;
        pub(super) fn set(key: *const u8, length: usize, value: *const u8, value_length: usize) -> i32;
        pub(super) fn del(key: *const u8, length: usize) -> i32;
        pub(super) fn exists(key: *const u8, length: usize) -> i32;
        pub(super) fn incr(key: *const u8, length: usize) -> i64;
        pub(super) fn hget(
            key: *const u8,
            length: usize,
            field: *const u8,
            field_length: usize,
            buffer: *mut u8,
            capacity: usize,
        ) -> i32;
        pub(super) fn hset(
            key: *const u8,
            length: usize,
            field: *const u8,
            field_length: usize,
            value: *const u8,
            value_length: usize,
        ) -> i32;
    }
}

pub(crate) fn time() -> i64 {
    raw::time()
}

pub(crate) fn log(level: Level, text: &str) {
    let level = match level {
        Level::Trace => 0,
        Level::Debug => 1,
        Level::Info => 2,
        Level::Warn => 3,
        Level::Error => 4,
    };
    // SAFETY: the host reads the text during the call.
    unsafe { raw::log(level, text.as_ptr(), text.len()) };
}

pub(crate) fn get(key: &[u8], buffer: &mut [u8]) -> i32 {
    // SAFETY: the host reads the key and writes at most as many bytes as the buffer has, during the call.
    unsafe { raw::get(key.as_ptr(), key.len(), buffer.as_mut_ptr(), buffer.len()) }
}

pub(crate) fn set(key: &[u8], value: &[u8]) -> i32 {
    // SAFETY: the host reads the key and the value during the call.
    unsafe { raw::set(key.as_ptr(), key.len(), value.as_ptr(), value.len()) }
}

pub(crate) fn del(key: &[u8]) -> i32 {
    // SAFETY: the host reads the key during the call.
    unsafe { raw::del(key.as_ptr(), key.len()) }
}

pub(crate) fn exists(key: &[u8]) -> i32 {
    // SAFETY: the host reads the key during the call.
    unsafe { raw::exists(key.as_ptr(), key.len()) }
}

pub(crate) fn incr(key: &[u8]) -> i64 {
    // SAFETY: the host reads the key during the call.
    unsafe { raw::incr(key.as_ptr(), key.len()) }
}

pub(crate) fn hget(key: &[u8], field: &[u8], buffer: &mut [u8]) -> i32 {
    // SAFETY: the host reads the key and the field and writes at most as many bytes as the buffer has, during
    // the call.
    unsafe { raw::hget(key.as_ptr(), key.len(), field.as_ptr(), field.len(), buffer.as_mut_ptr(), buffer.len()) }
}

pub(crate) fn hset(key: &[u8], field: &[u8], value: &[u8]) -> i32 {
    // SAFETY: the host reads the key, the field and the value during the call.
    unsafe { raw::hset(key.as_ptr(), key.len(), field.as_ptr(), field.len(), value.as_ptr(), value.len()) }
}

/// Sends a panic's message and place to the server's log: its reply says nothing but that the call trapped.
pub(crate) fn begin() {
    std::panic::set_hook(Box::new(|info| {
        let message = info.payload_as_str().unwrap_or("panic");
        match info.location() {
            Some(place) => {
                log(Level::Error, &join(&[message, ", ", place.file(), ":", &decimal(place.line().into())]));
            }
            None => log(Level::Error, message),
        }
    }));
}
