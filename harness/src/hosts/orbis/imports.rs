//! The functions that Orbis gives a plugin, all of module `env`.
//!
//! Each counts towards the limit of host calls and looks at the clock, then asks for its permission,
//! and only then looks at its arguments, as in the real host. What goes wrong is told by the word for
//! "no" of each function, 0 or -1, and the plugin runs on.

pub(super) mod page;

use std::sync::{LazyLock, MutexGuard};

use plugsmith::HttpRequest;
use plugsmith::log::{Level, Line};
use serde_json::Value as Json;
use wasmtime::{Caller, Extern, Linker};

use super::engine;
use super::memory::{self, Allocator, Slice};
use super::permission::Permission;
use super::running::Running;
use super::services::{self, Emitted, Refusal, Services};
use crate::trace::event::{self, Event, HostCall, render_bytes};

/// What a host function answers, and how a trace shows it.
enum Reply {
    /// A block of the ABI.
    Block(Vec<u8>, String),
    /// The null pointer, for what is not there.
    Absent,
    /// A number, shown.
    Number(i32),
    /// A number that only says that it worked.
    Done,
}

/// All functions, for every plugin.
pub(super) static LINKER: LazyLock<Linker<Running>> = LazyLock::new(|| {
    let mut linker = Linker::new(engine::get());
    define(&mut linker).expect("each function is defined once");
    linker
});

fn define(linker: &mut Linker<Running>) -> wasmtime::Result<()> {
    type Guest<'a> = Caller<'a, Running>;
    linker.func_wrap("env", "state_get", |guest: Guest<'_>, key: i32, length: i32| {
        answer(guest, "state_get", 0, |call| {
            let key = call.text(Slice::new(key, length))?;
            let value = call.services().state.get(&key).cloned();
            Ok(value.map_or(Reply::Absent, json))
        })
    })?;
    linker.func_wrap(
        "env",
        "state_set",
        |guest: Guest<'_>, key: i32, length: i32, value: i32, value_length: i32| {
            answer(guest, "state_set", 0, |call| {
                let key = call.text(Slice::new(key, length))?;
                call.guest.data_mut().keep(value_length)?;
                let value = call.json(Slice::new(value, value_length))?;
                call.services().state.set(key, value);
                Ok(Reply::Done)
            })
        },
    )?;
    linker.func_wrap("env", "state_remove", |guest: Guest<'_>, key: i32, length: i32| {
        answer(guest, "state_remove", 0, |call| {
            let key = call.text(Slice::new(key, length))?;
            call.services().state.remove(&key);
            Ok(Reply::Done)
        })
    })?;
    linker.func_wrap("env", "log", log)?;
    // They are there, and do nothing: the plugin's own are its exports.
    linker.func_wrap("env", "allocate", |size: i32| size)?;
    linker.func_wrap("env", "deallocate", |_: i32, _: i32| {})?;
    linker.func_wrap(
        "env",
        "db_query",
        |guest: Guest<'_>, sql: i32, length: i32, params: i32, params_length: i32| {
            answer(guest, "db_query", 0, |call| {
                call.services().allow("database_read", "database:read")?;
                let sql = call.text(Slice::new(sql, length))?;
                let params = call.parameters(Slice::new(params, params_length))?;
                let rows = call.services().query(&sql, &params)?;
                Ok(json(rows))
            })
        },
    )?;
    linker.func_wrap(
        "env",
        "db_execute",
        |guest: Guest<'_>, sql: i32, length: i32, params: i32, params_length: i32| {
            answer(guest, "db_execute", -1, |call| {
                call.services().allow("database_write", "database:write")?;
                let sql = call.text(Slice::new(sql, length))?;
                let params = call.parameters(Slice::new(params, params_length))?;
                let rows = call.services().execute(&sql, &params)?;
                Ok(Reply::Number(rows))
            })
        },
    )?;
    linker.func_wrap("env", "http_request", http_request)?;
    linker.func_wrap(
        "env",
        "emit_event",
        |guest: Guest<'_>, event: i32, length: i32, payload: i32, payload_length: i32| {
            answer(guest, "emit_event", 0, |call| {
                call.services().allow(Permission::EVENTS, Permission::EVENTS)?;
                let event = call.text(Slice::new(event, length))?;
                call.guest.data_mut().keep(payload_length)?;
                let payload = call.json(Slice::new(payload, payload_length))?;
                call.services().emitted.push(Emitted { event, payload });
                Ok(Reply::Done)
            })
        },
    )?;
    linker.func_wrap("env", "get_config", |guest: Guest<'_>, key: i32, length: i32| {
        answer(guest, "get_config", 0, |call| {
            let key = call.text(Slice::new(key, length))?;
            let value = call.services().config(&key).cloned();
            Ok(value.map_or(Reply::Absent, json))
        })
    })?;
    linker.func_wrap("env", "crypto_hash", |guest: Guest<'_>, algorithm: i32, data: i32, length: i32| {
        answer(guest, "crypto_hash", 0, |call| {
            let data = call.bytes(Slice::new(data, length))?;
            let name = ["sha256", "sha512"].get(algorithm as usize).map(|name| (*name).to_owned());
            call.arguments = vec![name.unwrap_or_else(|| algorithm.to_string()), render_bytes(&data)];
            Ok(hexadecimal(services::hash(algorithm, &data)?))
        })
    })?;
    linker.func_wrap("env", "crypto_random", |guest: Guest<'_>, length: i32| {
        answer(guest, "crypto_random", 0, |call| {
            call.arguments.push((length as u32).to_string());
            Ok(hexadecimal(call.services().random(length as u32)?))
        })
    })?;
    Ok(())
}

fn log(guest: Caller<'_, Running>, level: i32, pointer: i32, length: i32) {
    let level = match level {
        0 => Level::Error,
        1 => Level::Warn,
        2 => Level::Info,
        3 => Level::Debug,
        _ => Level::Trace,
    };
    note(guest, "log", level, Slice::new(pointer, length));
}

/// Takes down a line of the log, from the function `name`.
fn note(mut guest: Caller<'_, Running>, name: &str, level: Level, text: Slice) {
    let read = match guest.data_mut().count() {
        Err(refusal) => Err(refusal),
        Ok(()) => memory::of_caller(&mut guest).map_err(Refusal::from).and_then(|memory| {
            let bytes = text.read(memory.data(&guest))?;
            Ok(String::from_utf8_lossy(bytes).into_owned())
        }),
    };
    let running = guest.data_mut();
    match read {
        Ok(text) => {
            running.last_words = (level == Level::Error).then(|| text.clone());
            running.events.push(Event::Log(Line { level, text }));
        }
        Err(refusal) => record(running, name, Vec::new(), Err(told(refusal))),
    }
}

#[expect(clippy::too_many_arguments, reason = "the signature is the real host's")]
fn http_request(
    guest: Caller<'_, Running>,
    method: i32,
    method_length: i32,
    url: i32,
    url_length: i32,
    headers: i32,
    headers_length: i32,
    body: i32,
    body_length: i32,
) -> wasmtime::Result<i32> {
    answer(guest, "http_request", 0, |call| {
        call.services().allow("network", "network:http")?;
        let method = call.text(Slice::new(method, method_length))?;
        let url = call.text(Slice::new(url, url_length))?;
        let headers = call.json(Slice::new(headers, headers_length))?;
        let headers =
            serde_json::from_value(headers).map_err(|_| "the headers are no JSON object of texts".to_owned())?;
        let body = call.bytes(Slice::new(body, body_length))?;
        call.http(HttpRequest { method, url, headers, body })
    })
}

/// A host function at work.
struct Call<'a, 'b> {
    guest: &'a mut Caller<'b, Running>,
    /// What a trace shows of its arguments.
    arguments: Vec<String>,
}

impl Call<'_, '_> {
    fn services(&self) -> MutexGuard<'_, Services> {
        self.guest.data().services()
    }

    fn bytes(&mut self, slice: Slice) -> Result<Vec<u8>, Refusal> {
        let memory = memory::of_caller(self.guest)?;
        Ok(slice.read(memory.data(&*self.guest))?.to_vec())
    }

    fn text(&mut self, slice: Slice) -> Result<String, Refusal> {
        let text = String::from_utf8(self.bytes(slice)?).map_err(|_| "the text is not UTF-8")?;
        self.arguments.push(render_bytes(text.as_bytes()));
        Ok(text)
    }

    fn json(&mut self, slice: Slice) -> Result<Json, Refusal> {
        let bytes = self.bytes(slice)?;
        match serde_json::from_slice(&bytes) {
            Ok(json) => {
                self.arguments.push(event::render_json(&json));
                Ok(json)
            }
            Err(error) => {
                self.arguments.push(render_bytes(&bytes));
                Err(format!("no JSON: {error}").into())
            }
        }
    }

    /// The parameters of a statement: the trace shows the list, wherever the guest puts it.
    fn parameters(&mut self, slice: Slice) -> Result<Json, Refusal> {
        let json = self.json(slice)?;
        if let Some(params) = json.as_object().and_then(|request| request.get("params")) {
            self.arguments.pop();
            self.arguments.push(event::render_json(params));
        }
        Ok(json)
    }

    /// The response to a request over HTTP.
    fn http(&mut self, request: HttpRequest) -> Result<Reply, Refusal> {
        self.arguments = vec![format!("{} {}", request.method, request.url)];
        if !request.body.is_empty() {
            self.arguments.push(render_bytes(&request.body));
        }
        let (response, json) = self.services().request(&request)?;
        let shown = format!("{} {}", response.status, render_bytes(&response.body));
        Ok(Reply::Block(json.to_string().into_bytes(), shown))
    }

    fn deliver(&mut self, reply: Reply) -> Result<(i32, Option<String>), Refusal> {
        Ok(match reply {
            Reply::Absent => (0, Some("none".to_owned())),
            Reply::Number(number) => (number, Some(number.to_string())),
            Reply::Done => (1, None),
            Reply::Block(bytes, shown) => {
                let abi = self.guest.data().abi;
                let block = (abi.block)(bytes)?;
                let name = abi.allocate;
                let trapped = |error: wasmtime::Error| format!("`{name}` trapped: {:#}", error.root_cause());
                let memory = memory::of_caller(self.guest)?;
                let function = self.guest.get_export(name).and_then(Extern::into_func);
                let allocator = Allocator::of(name, function, &*self.guest).map_err(trapped)?;
                let pointer = allocator.copy_in(&mut *self.guest, &memory, &block).map_err(trapped)??;
                if pointer == 0 {
                    return Err(format!("`{name}({})` answered 0", block.len()).into());
                }
                (pointer as i32, Some(shown))
            }
        })
    }
}

/// Runs a host function, notes it, and answers the guest.
fn answer(
    mut guest: Caller<'_, Running>,
    name: &str,
    refused: i32,
    work: impl FnOnce(&mut Call<'_, '_>) -> Result<Reply, Refusal>,
) -> wasmtime::Result<i32> {
    let counted = guest.data_mut().count();
    let mut call = Call { guest: &mut guest, arguments: Vec::new() };
    let result = counted.and_then(|()| work(&mut call)).and_then(|reply| call.deliver(reply));
    let arguments = std::mem::take(&mut call.arguments);
    let running = guest.data_mut();
    match result {
        Ok((value, shown)) => {
            record(running, name, arguments, Ok(shown));
            Ok(value)
        }
        Err(Refusal::Refused(reason)) => {
            record(running, name, arguments, Err(reason));
            Ok(refused)
        }
        Err(Refusal::Fatal(error)) => {
            record(running, name, arguments, Err(told(Refusal::Fatal(error.clone()))));
            running.failure.get_or_insert(*error);
            Err(wasmtime::Error::msg("the test does not expect this call"))
        }
    }
}

fn record(running: &mut Running, name: &str, arguments: Vec<String>, result: Result<Option<String>, String>) {
    let call = HostCall { module: "env".to_owned(), name: name.to_owned(), arguments, result, inside: Vec::new() };
    running.events.push(Event::Call(call));
}

fn told(refusal: Refusal) -> String {
    match refusal {
        Refusal::Refused(reason) => reason,
        Refusal::Fatal(_) => "the test does not expect it".to_owned(),
    }
}

fn json(value: Json) -> Reply {
    let shown = event::render_json(&value);
    Reply::Block(value.to_string().into_bytes(), shown)
}

fn hexadecimal(bytes: Vec<u8>) -> Reply {
    let shown = bytes.iter().take(32).map(|byte| format!("{byte:02x}")).collect::<String>();
    let shown = if bytes.len() > 32 { format!("{shown}.. ({} bytes)", bytes.len()) } else { shown };
    Reply::Block(bytes, shown)
}
