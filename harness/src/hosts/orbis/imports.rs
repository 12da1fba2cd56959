//! The functions that Orbis gives a plugin, all of module `env`.
//!
//! Each counts towards the limit of host calls and looks at the clock, then asks for its permission,
//! and only then looks at its arguments, as in the real host. What goes wrong is told by the word for
//! "no" of each function, 0 or -1, and the plugin runs on.

mod page;

use std::sync::{LazyLock, MutexGuard};

use plugsmith::HttpRequest;
use plugsmith::log::Level;
use plugsmith::protocol::host_functions::{HostValue, WireType};
use serde_json::Value as Json;
use wasmtime::{Caller, Extern, Linker};

use super::abi::{Abi, Kind};
use super::engine;
use super::memory::{self, Allocator, Slice};
use super::permission::Permission;
use super::running::Running;
use super::services::{self, Emitted, Refusal, Services};
use crate::engine::door::{self, Asked, Noted, Passes, Stop};
use crate::engine::watch::Watched;
use crate::error::Error;
use crate::text;
use crate::trace::cost::Crossed;
use crate::trace::event::Event;
use crate::trace::render::Dialect;

/// All functions of an ABI.
pub(super) fn linker(abi: &Abi) -> &'static Linker<Running> {
    match abi.kind {
        Kind::Shipped => &LINKER,
        Kind::Page => &page::LINKER,
    }
}

/// Those of the shipped host, for every plugin.
static LINKER: LazyLock<Linker<Running>> = LazyLock::new(|| {
    let mut linker = Linker::new(engine::get());
    define(&mut linker).expect("each function is defined once");
    linker
});

fn define(linker: &mut Linker<Running>) -> wasmtime::Result<()> {
    type Guest<'a> = Caller<'a, Running>;
    linker.func_wrap("env", "state_get", |guest: Guest<'_>, key: i32, length: i32| {
        answer(guest, "state_get", 0, |call| {
            let key = call.text(Slice::new(key, length))?;
            call.pass(WireType::Json, |call| Ok(call.services().state.get(&key).map_or(ABSENT, json)))
        })
    })?;
    linker.func_wrap(
        "env",
        "state_set",
        |guest: Guest<'_>, key: i32, length: i32, value: i32, value_length: i32| {
            answer(guest, "state_set", 0, |call| {
                let key = call.text(Slice::new(key, length))?;
                let (value, bytes) = call.kept("state_set", &key, Slice::new(value, value_length))?;
                call.pass(WireType::Nothing, |call| {
                    call.guest.data().set_state(key, value, bytes)?;
                    Ok(HostValue::Nothing)
                })
            })
        },
    )?;
    linker.func_wrap("env", "state_remove", |guest: Guest<'_>, key: i32, length: i32| {
        answer(guest, "state_remove", 0, |call| {
            let key = call.text(Slice::new(key, length))?;
            call.pass(WireType::Nothing, |call| {
                call.services().state.remove(&key);
                Ok(HostValue::Nothing)
            })
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
                let params = call.json(Slice::new(params, params_length))?;
                call.pass(WireType::Json, |call| Ok(json(&call.guest.data().query(&sql, &params)?)))
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
                let params = call.json(Slice::new(params, params_length))?;
                call.pass(WireType::I32, |call| Ok(HostValue::I32(call.guest.data().execute(&sql, &params)?)))
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
                let (payload, bytes) = call.kept("emit_event", &event, Slice::new(payload, payload_length))?;
                call.pass(WireType::Nothing, |call| {
                    call.services().emitted.push(Emitted { event, payload }, bytes);
                    Ok(HostValue::Nothing)
                })
            })
        },
    )?;
    linker.func_wrap("env", "get_config", |guest: Guest<'_>, key: i32, length: i32| {
        answer(guest, "get_config", 0, |call| {
            let key = call.text(Slice::new(key, length))?;
            call.pass(WireType::Json, |call| Ok(call.services().config(&key).map_or(ABSENT, json)))
        })
    })?;
    linker.func_wrap("env", "crypto_hash", |guest: Guest<'_>, algorithm: i32, data: i32, length: i32| {
        answer(guest, "crypto_hash", 0, |call| {
            let data = call.read(Slice::new(data, length))?;
            call.takes(WireType::I32, HostValue::I32(algorithm));
            call.takes(WireType::Bytes, HostValue::Block(Some(data.clone())));
            call.pass(WireType::Bytes, |_| Ok(HostValue::Block(Some(services::hash(algorithm, &data)?))))
        })
    })?;
    linker.func_wrap("env", "crypto_random", |guest: Guest<'_>, length: i32| {
        answer(guest, "crypto_random", 0, |call| {
            call.takes(WireType::I32, HostValue::I32(length));
            call.pass(WireType::Bytes, |call| Ok(HostValue::Block(Some(call.services().random(length as u32)?))))
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
fn note(mut guest: Caller<'_, Running>, name: &'static str, level: Level, text: Slice) {
    let counted = guest.data_mut().count();
    let mut call = Call::new(&mut guest, name, Noted::Line(level));
    let read = counted.and_then(|()| call.bytes(text));
    let passed = match read {
        Ok(_) => call.pass(WireType::Nothing, |_| Ok(HostValue::Nothing)),
        Err(refusal) => {
            call.refuse(refusal);
            return;
        }
    };
    if passed.is_ok() && level == Level::Error {
        let text = call.arguments.first().map(|argument| match argument {
            HostValue::Block(Some(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
            _ => String::new(),
        });
        guest.data_mut().last_words = text;
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
        call.http(&HttpRequest { method, url, headers, body })
    })
}

/// What is not there: the null pointer.
const ABSENT: HostValue = HostValue::Block(None);

/// A host function at work.
struct Call<'a, 'b> {
    guest: &'a mut Caller<'b, Running>,
    name: &'static str,
    noted: Noted,
    /// The arguments that were read so far.
    parameters: Vec<WireType>,
    arguments: Vec<HostValue>,
    /// What the guest gets, once the answer lies in its memory.
    delivered: Option<i32>,
    has_passed: bool,
}

impl<'a, 'b> Call<'a, 'b> {
    fn new(guest: &'a mut Caller<'b, Running>, name: &'static str, noted: Noted) -> Call<'a, 'b> {
        let (parameters, arguments) = (Vec::new(), Vec::new());
        Call { guest, name, noted, parameters, arguments, delivered: None, has_passed: false }
    }

    fn services(&self) -> MutexGuard<'_, Services> {
        self.guest.data().services()
    }

    fn takes(&mut self, ty: WireType, value: HostValue) {
        self.parameters.push(ty);
        self.arguments.push(value);
    }

    fn read(&mut self, slice: Slice) -> Result<Vec<u8>, Refusal> {
        let memory = memory::of_caller(self.guest)?;
        Ok(slice.read(memory.data(&*self.guest))?.to_vec())
    }

    fn bytes(&mut self, slice: Slice) -> Result<Vec<u8>, Refusal> {
        let bytes = self.read(slice)?;
        self.takes(WireType::Bytes, HostValue::Block(Some(bytes.clone())));
        Ok(bytes)
    }

    fn text(&mut self, slice: Slice) -> Result<String, Refusal> {
        let text = String::from_utf8(self.read(slice)?).map_err(|_| "the text is not UTF-8")?;
        self.takes(WireType::Text, HostValue::Block(Some(text.clone().into_bytes())));
        Ok(text)
    }

    fn json(&mut self, slice: Slice) -> Result<Json, Refusal> {
        let bytes = self.read(slice)?;
        self.guest.data().fits(self.name, text::json_weight(&bytes))?;
        let json = serde_json::from_slice(&bytes).map_err(|error| format!("no JSON: {error}").into());
        self.takes(WireType::Json, HostValue::Block(Some(bytes)));
        json
    }

    /// JSON that the host keeps under a name, and about the bytes that both take.
    fn kept(&mut self, function: &str, name: &str, slice: Slice) -> Result<(Json, usize), Refusal> {
        const NAME: usize = 64;
        let memory = memory::of_caller(self.guest)?;
        let bytes = NAME + name.len() + text::json_weight(slice.read(memory.data(&*self.guest))?);
        self.guest.data_mut().keep(function, bytes)?;
        Ok((self.json(slice)?, bytes))
    }

    /// The response to a request over HTTP.
    fn http(&mut self, request: &HttpRequest) -> Result<(), Refusal> {
        let headers = request.headers.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        let bytes = request.url.len() + headers + request.body.len();
        self.guest.data_mut().keep("http_request", bytes)?;
        self.pass(WireType::Json, |call| Ok(json(&call.services().request(request)?.1)))
    }

    /// Lets the call through the door, now that its arguments are read, and gives the guest the answer.
    fn pass(
        &mut self,
        answers: WireType,
        work: impl FnOnce(&mut Self) -> Result<HostValue, Refusal>,
    ) -> Result<(), Refusal> {
        self.has_passed = true;
        let (parameters, arguments) = (std::mem::take(&mut self.parameters), std::mem::take(&mut self.arguments));
        let asked = asked(self.name, self.noted, &parameters, &arguments, answers);
        let mut fatal = None;
        let passed = door::pass(self, &asked, |call| {
            let answered = work(call).and_then(|value| call.deliver(&value).map(|()| value));
            answered.map_err(|refusal| stop(refusal, &mut fatal))
        });
        let result = match (passed, fatal) {
            (_, Some(error)) => Err(Refusal::Fatal(error)),
            // The answer is a watch's, and has not reached the guest yet.
            (Ok(value), None) if self.delivered.is_none() => self.deliver(&value),
            (Ok(_), None) => Ok(()),
            (Err(Stop::Told(message)), None) => Err(Refusal::Refused(message)),
            (Err(Stop::Fails(error)), None) => Err(Refusal::Fatal(Box::new(error))),
            (Err(Stop::Unexpected(unexpected)), None) => Err(Refusal::Fatal(Box::new(unexpected.into()))),
        };
        self.arguments = arguments;
        result
    }

    /// Notes a call that came to nothing before it was whole.
    fn refuse(&mut self, refusal: Refusal) -> Refusal {
        let (parameters, arguments) = (std::mem::take(&mut self.parameters), std::mem::take(&mut self.arguments));
        let asked = asked(self.name, self.noted, &parameters, &arguments, WireType::Nothing);
        let mut fatal = None;
        door::refuse(self, &asked, stop(refusal.clone(), &mut fatal));
        refusal
    }

    /// Puts an answer into the guest's memory.
    fn deliver(&mut self, value: &HostValue) -> Result<(), Refusal> {
        self.delivered = Some(match value {
            HostValue::Block(None) => 0,
            HostValue::I32(number) => *number,
            HostValue::Block(Some(bytes)) => {
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
                pointer as i32
            }
            // It only says that it worked.
            _ => 1,
        });
        Ok(())
    }
}

impl Passes for Call<'_, '_> {
    fn watched(&self) -> Option<Watched> {
        self.guest.data().watched.clone()
    }

    fn inside(&mut self) -> Vec<Event> {
        Vec::new()
    }

    fn status(&self) -> u16 {
        0
    }

    fn note(&mut self, event: Event) {
        self.guest.data_mut().events.push(event);
    }

    fn count(&mut self, count: impl FnOnce(&mut Crossed)) {
        count(&mut self.guest.data_mut().crossed);
    }
}

/// Runs a host function, notes it, and answers the guest: `refused` is its word for "no".
fn answer(
    mut guest: Caller<'_, Running>,
    name: &'static str,
    refused: i32,
    work: impl FnOnce(&mut Call<'_, '_>) -> Result<(), Refusal>,
) -> wasmtime::Result<i32> {
    let counted = guest.data_mut().count();
    let mut call = Call::new(&mut guest, name, Noted::Call);
    let result = counted.and_then(|()| work(&mut call));
    let result = result.map_err(|refusal| if call.has_passed { refusal } else { call.refuse(refusal) });
    let delivered = call.delivered;
    match result {
        Ok(()) => Ok(delivered.unwrap_or(1)),
        Err(Refusal::Refused(_)) => Ok(refused),
        Err(Refusal::Fatal(error)) => {
            guest.data_mut().failure.get_or_insert(*error);
            Err(wasmtime::Error::msg("the test does not expect this call"))
        }
    }
}

fn asked<'a>(
    name: &'a str,
    noted: Noted,
    parameters: &'a [WireType],
    arguments: &'a [HostValue],
    answers: WireType,
) -> Asked<'a> {
    Asked { dialect: Dialect::Orbis, module: "env", name, parameters, arguments, answers, noted }
}

/// A refusal as a trace shows it; what ends the guest's call is kept in `fatal`.
fn stop(refusal: Refusal, fatal: &mut Option<Box<Error>>) -> Stop {
    match refusal {
        Refusal::Refused(reason) => Stop::Told(reason),
        Refusal::Fatal(error) => {
            *fatal = Some(error);
            Stop::Told("the test does not expect it".to_owned())
        }
    }
}

fn json(value: &Json) -> HostValue {
    HostValue::Block(Some(value.to_string().into_bytes()))
}
