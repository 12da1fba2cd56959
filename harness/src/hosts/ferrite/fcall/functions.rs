//! The functions of the module `ferrite`, as the server has them without a store.

use std::time::Duration;

use plugsmith::log::{Level, Line};
use plugsmith::protocol::host_functions::HostValue;
use plugsmith::protocol::metadata;
use wasmtime::{Caller, Engine, Extern, Linker};

use crate::artifact::module::Module;
use crate::engine::bounds::Bounds;
use crate::error::{Error, Result};
use crate::import::{Import, Signature};
use crate::trace::cost::Crossed;
use crate::trace::event::{Event, Events, HostCall, render_bytes};

/// The module of `FCALL`'s functions.
pub(crate) const MODULE: &str = metadata::FCALL_MODULE;

/// A function's name, how many `i32` it takes, and what it answers.
const FUNCTIONS: &[(&str, usize, Option<&str>)] = &[
    ("log", 3, None),
    ("time", 0, Some("i64")),
    ("get", 4, Some("i32")),
    ("set", 4, Some("i32")),
    ("del", 2, Some("i32")),
    ("exists", 2, Some("i32")),
    ("incr", 2, Some("i64")),
    ("hget", 6, Some("i32")),
    ("hset", 6, Some("i32")),
];

/// What the host functions of one call see.
pub(super) struct Running {
    now: Duration,
    pub(super) bounds: Bounds,
    pub(super) events: Events,
    /// The host calls, without their bytes.
    pub(super) crossed: Crossed,
    /// The last thing that happened, if it was a line at level `error`: a panic's message.
    pub(super) last_words: Option<String>,
}

impl Default for Running {
    fn default() -> Running {
        Running::new(Duration::ZERO, 0)
    }
}

impl Running {
    pub(super) fn new(now: Duration, memory: usize) -> Running {
        let bounds = Bounds::new(memory);
        Running { now, bounds, events: Events::default(), crossed: Crossed::default(), last_words: None }
    }

    fn note(&mut self, name: &str, arguments: Vec<String>, result: Option<i64>) {
        self.last_words = None;
        self.crossed.count(MODULE, name, &[], Some(&HostValue::Nothing));
        self.events.push(Event::Call(HostCall {
            module: MODULE.to_owned(),
            name: name.to_owned(),
            arguments,
            result: Ok(result.map(|result| result.to_string())),
            typed_arguments: Vec::new(),
            typed_result: None,
            inside: Vec::new(),
        }));
    }
}

/// What `FUNCTION LOAD` and `FCALL` give a module.
pub(crate) fn imports() -> impl Iterator<Item = Import> {
    FUNCTIONS.iter().map(|(name, parameters, result)| Import {
        module: MODULE.to_owned(),
        name: (*name).to_owned(),
        signature: Signature {
            parameters: vec!["i32".to_owned(); *parameters],
            results: result.iter().map(|ty| (*ty).to_owned()).collect(),
        },
    })
}

/// Refuses a module with other imports.
pub(super) fn fit(module: &Module) -> Result<()> {
    for import in &module.imports {
        match imports().find(|own| own.module == import.module && own.name == import.name) {
            None => return Err(Error::MissingImport { import: import.clone() }),
            Some(own) if own.signature != import.signature => {
                return Err(Error::BadSignature {
                    artifact: import.signature.render(&import.name),
                    other: format!("the host has `{}`", own.signature.render(&own.name)),
                });
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// The functions; each counts for the fuel of a host call of its own.
pub(super) fn linker(engine: &Engine) -> wasmtime::Result<Linker<Running>> {
    let mut linker = Linker::new(engine);
    linker
        .func_wrap(MODULE, "time", |mut caller: Caller<'_, Running>| -> i64 {
            let now = i64::try_from(caller.data().now.as_millis()).unwrap_or(i64::MAX);
            caller.data_mut().note("time", Vec::new(), Some(now));
            now
        })?
        .func_wrap(MODULE, "log", |mut caller: Caller<'_, Running>, level: i32, text: i32, length: i32| {
            // The server drops what lies outside the memory.
            let Some(bytes) = bytes(&mut caller, text, length) else { return };
            let level = match level {
                0 => Level::Trace,
                1 => Level::Debug,
                2 => Level::Info,
                3 => Level::Warn,
                _ => Level::Error,
            };
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let running = caller.data_mut();
            running.last_words = (level == Level::Error).then(|| text.clone());
            running.crossed.count(MODULE, "log", &[], Some(&HostValue::Nothing));
            running.events.push(Event::Log(Line { level, text }));
        })?
        .func_wrap(MODULE, "get", |mut caller: Caller<'_, Running>, key: i32, length: i32, _: i32, _: i32| {
            answer(&mut caller, "get", &[(key, length)], -1, -2)
        })?
        .func_wrap(MODULE, "set", |mut caller: Caller<'_, Running>, key: i32, length: i32, value: i32, size: i32| {
            answer(&mut caller, "set", &[(key, length), (value, size)], 0, -1)
        })?
        .func_wrap(MODULE, "del", |mut caller: Caller<'_, Running>, key: i32, length: i32| {
            answer(&mut caller, "del", &[(key, length)], 0, -1)
        })?
        .func_wrap(MODULE, "exists", |mut caller: Caller<'_, Running>, key: i32, length: i32| {
            answer(&mut caller, "exists", &[(key, length)], 0, -1)
        })?
        .func_wrap(MODULE, "incr", |mut caller: Caller<'_, Running>, key: i32, length: i32| {
            answer(&mut caller, "incr", &[(key, length)], 1, i64::MIN)
        })?
        .func_wrap(
            MODULE,
            "hget",
            |mut caller: Caller<'_, Running>, key: i32, length: i32, field: i32, size: i32, _: i32, _: i32| {
                answer(&mut caller, "hget", &[(key, length), (field, size)], -1, -2)
            },
        )?
        .func_wrap(
            MODULE,
            "hset",
            |mut caller: Caller<'_, Running>, key: i32, length: i32, field: i32, size: i32, value: i32, end: i32| {
                answer(&mut caller, "hset", &[(key, length), (field, size), (value, end)], 1, -1)
            },
        )?;
    Ok(linker)
}

/// The answer without a store, and what there is where a text lies outside the memory.
fn answer<T: Into<i64> + Copy>(
    caller: &mut Caller<'_, Running>,
    name: &str,
    texts: &[(i32, i32)],
    absent: T,
    outside: T,
) -> T {
    let read = texts.iter().map(|(start, length)| bytes(caller, *start, *length)).collect::<Option<Vec<_>>>();
    let (shown, result) = match read {
        Some(texts) => (texts.iter().map(|bytes| render_bytes(bytes)).collect(), absent),
        None => (vec!["outside the memory".to_owned()], outside),
    };
    caller.data_mut().note(name, shown, Some(result.into()));
    result
}

fn bytes(caller: &mut Caller<'_, Running>, start: i32, length: i32) -> Option<Vec<u8>> {
    let Some(Extern::Memory(memory)) = caller.get_export("memory") else { return None };
    let start = start as u32 as usize;
    let bytes = memory.data(&*caller).get(start..start.checked_add(length as u32 as usize)?)?;
    Some(bytes.to_vec())
}
