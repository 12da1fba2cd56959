//! Off wasm32 `FCALL` is as the shipped server has it: a clock and a log, and a store that is not connected.

use super::HostHandle;
use crate::protocol::log::Level;

pub(crate) fn time() -> i64 {
    i64::try_from(HostHandle::current().nanoseconds(0) / 1_000_000).unwrap_or(i64::MAX)
}

pub(crate) fn log(level: Level, text: &str) {
    HostHandle::current().log(level, text);
}

pub(crate) fn get(_key: &[u8], _buffer: &mut [u8]) -> i32 {
    -1
}

pub(crate) fn set(_key: &[u8], _value: &[u8]) -> i32 {
    0
}

pub(crate) fn del(_key: &[u8]) -> i32 {
    0
}

pub(crate) fn exists(_key: &[u8]) -> i32 {
    0
}

pub(crate) fn incr(_key: &[u8]) -> i64 {
    1
}

pub(crate) fn hget(_key: &[u8], _field: &[u8], _buffer: &mut [u8]) -> i32 {
    -1
}

pub(crate) fn hset(_key: &[u8], _field: &[u8], _value: &[u8]) -> i32 {
    1
}
