//! The functions that the listings on Orbis' page declare, which no real host has.
//!
//! They do what those of the shipped ABI do, and ask for the same permissions. The page knows no
//! parameters of statements and no headers of requests.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use plugsmith::HttpRequest;
use plugsmith::log::Level;
use plugsmith::protocol::host_functions::{HostValue, WireType};
use serde_json::json;
use wasmtime::{Caller, Linker};

use super::{Running, answer, note};
use crate::hosts::orbis::engine;
use crate::hosts::orbis::memory::Slice;

/// All functions, for every plugin.
pub(super) static LINKER: LazyLock<Linker<Running>> = LazyLock::new(|| {
    let mut linker = Linker::new(engine::get());
    define(&mut linker).expect("each function is defined once");
    linker
});

fn define(linker: &mut Linker<Running>) -> wasmtime::Result<()> {
    type Guest<'a> = Caller<'a, Running>;
    linker.func_wrap("env", "db_query", |guest: Guest<'_>, sql: i32, length: i32| {
        answer(guest, "db_query", 0, |call| {
            call.services().allow("database_read", "database:read")?;
            let sql = call.text(Slice::new(sql, length))?;
            call.pass(WireType::Json, |call| Ok(super::json(&call.guest.data().query(&sql, &json!([]))?)))
        })
    })?;
    linker.func_wrap("env", "db_execute", |guest: Guest<'_>, sql: i32, length: i32| {
        answer(guest, "db_execute", -1, |call| {
            call.services().allow("database_write", "database:write")?;
            let sql = call.text(Slice::new(sql, length))?;
            call.pass(WireType::I32, |call| Ok(HostValue::I32(call.guest.data().execute(&sql, &json!([]))?)))
        })
    })?;
    for (name, level) in [("log_info", Level::Info), ("log_error", Level::Error), ("log_debug", Level::Debug)] {
        linker.func_wrap("env", name, move |guest: Guest<'_>, text: i32, length: i32| {
            note(guest, name, level, Slice::new(text, length));
        })?;
    }
    linker
        .func_wrap(
            "env",
            "http_request",
            |guest: Guest<'_>,
             method: i32,
             method_length: i32,
             url: i32,
             url_length: i32,
             body: i32,
             body_length: i32| {
                answer(guest, "http_request", 0, |call| {
                    call.services().allow("network", "network:http")?;
                    let method = call.text(Slice::new(method, method_length))?;
                    let url = call.text(Slice::new(url, url_length))?;
                    let body = call.bytes(Slice::new(body, body_length))?;
                    call.http(&HttpRequest { method, url, headers: BTreeMap::new(), body })
                })
            },
        )
        .map(|_| ())
}
