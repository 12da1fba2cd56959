//! `FCALL` of the shipped Ferrite server: the one path of it that runs wasm, in wasmtime itself.
//!
//! What the server does was read in its sources, FerriteLabs/ferrite: `src/wasm/{host,registry,runtime}.rs` and
//! `src/commands/handlers/wasm.rs` at 74984eb. A fresh instance answers each call, with ten million units of
//! fuel, numbers in and out, and a store that is not connected.

mod functions;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use plugsmith::Value;
use plugsmith::protocol::arguments;
use plugsmith::testing::calls::{FcallCall, FcallResult, ToNumbers};
use wasmparser::{ExternalKind, Parser, Payload};
use wasmtime::{Config, Engine, InstancePre, Store, Trap, Val, ValType, WasmBacktrace, WasmBacktraceDetails};

use self::functions::Running;
use crate::artifact::build::Features;
use crate::artifact::module::Module;
use crate::artifact::source::Source;
use crate::engine::alarm::Alarm;
use crate::engine::arguments::Arguments;
use crate::engine::failure::{TRAP, names_of_the_author};
use crate::engine::ledger::Ledger;
use crate::engine::subject::{Origin, Subject};
use crate::error::{Error, Result};
use crate::text::counted;
use crate::trace::again::Again;
use crate::trace::call::{Shown, What};
use crate::trace::event;
use crate::trace::outcome::Outcome;
use crate::trace::spent::Spent;

pub(crate) use self::functions::{MODULE, imports};

/// The fuel of one `FCALL`.
pub(crate) const FUEL: u64 = 10_000_000;

/// The most pages of 64 KiB; the server itself has no limit.
const PAGES: usize = 2048;

/// The longest a call may take; the server itself stops none.
const TIMEOUT: Duration = Duration::from_secs(10);

/// A function in the `FCALL` of the shipped Ferrite server: loaded once, a fresh instance for each call.
///
/// Store, log and clock are as the server has them: each key is absent, `set` reports success and is
/// forgotten, `incr` answers 1. The clock stands at 2025-01-01T00:00:00Z unless the test sets it.
///
/// ```
/// use plugsmith_harness::hosts::ferrite::Fcall;
///
/// let add = br#"(module (memory (export "memory") 1)
///   (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))"#;
/// let mut function = Fcall::load(&add[..])?;
/// assert_eq!(function.call([2, 40]).unwrap(), 42);
/// // FCALL hands over neither keys nor texts: each is a 0.
/// assert_eq!(function.call(["two", "40"]).unwrap(), 40);
/// # Ok::<(), plugsmith_harness::Error>(())
/// ```
pub struct Fcall {
    engine: Engine,
    linked: InstancePre<Running>,
    wasm: Arc<[u8]>,
    ledger: Ledger,
    entry: String,
    now: Duration,
    subject: Subject,
    origin: Origin,
}

impl Fcall {
    /// 2025-01-01T00:00:00Z.
    const TIME: Duration = Duration::from_secs(1_735_689_600);

    /// Loads an artifact as `FUNCTION LOAD` does.
    ///
    /// # Errors
    /// A missing file, an invalid module, imports that `FCALL` does not have, no function to call.
    pub fn load(source: impl Into<Source>) -> Result<Fcall> {
        let source = source.into();
        let subject = Subject::without_memory(Again::from(source.label()));
        let origin = Origin::of(&source);
        let wasm = source.read()?;
        let module = Module::parse(&wasm)?;
        module.refuse_excess()?;
        functions::fit(&module)?;
        let entry =
            entry(&wasm).ok_or_else(|| Error::MissingExport { name: "main".to_owned(), available: Vec::new() })?;
        let mut config = Config::new();
        config.consume_fuel(true).epoch_interruption(true).wasm_backtrace_details(WasmBacktraceDetails::Enable);
        let invalid = |error: wasmtime::Error| Error::InvalidModule { reason: format!("{error:#}") };
        let engine = Engine::new(&config).map_err(invalid)?;
        let compiled = wasmtime::Module::new(&engine, &wasm).map_err(invalid)?;
        let linked =
            functions::linker(&engine).and_then(|linker| linker.instantiate_pre(&compiled)).map_err(invalid)?;
        let wasm: Arc<[u8]> = wasm.into();
        let ledger = Ledger::of(&wasm, origin.file.as_deref());
        Ok(Fcall { engine, linked, wasm, ledger, entry, now: Fcall::TIME, subject, origin })
    }

    /// The function that `FCALL` runs: `main`, or the first that the module exports.
    pub fn entry(&self) -> &str {
        &self.entry
    }

    /// With this wall time, since 1970.
    #[must_use]
    pub fn clock(mut self, since_epoch: Duration) -> Fcall {
        self.now = since_epoch;
        self.is_called(self.subject.again.plugin.clone());
        self
    }

    /// Calls the function with what a client sends behind the number of keys: `FCALL name 0 2 40`. The keys
    /// and whatever is no number arrive as 0.
    pub fn call(&mut self, arguments: impl Arguments) -> Outcome<Value> {
        let arguments = arguments.into_values();
        let started = Instant::now();
        let mut running = Running::new(self.now, PAGES * 65536);
        let mut spent = (0, 0);
        let result = self.invoke(&arguments, &mut running, &mut spent);
        let crossed = std::mem::take(&mut running.crossed);
        let spent = Spent { fuel: spent.0, pages: spent.1, duration: started.elapsed(), crossed, ..Spent::default() };
        self.ledger.note(&self.entry, &result, &spent);
        let result = result.map(|value| {
            let shown = Shown::Text(event::render_value(&value));
            (value, shown)
        });
        let events = std::mem::take(&mut running.events).into_events();
        self.subject.finish(&self.entry, What::Command(arguments), result, events, spent)
    }

    /// Makes the call that `price_call(..)` stands for, which `#[fcall]` puts beside `fn price`.
    pub fn run<P: ToNumbers, R: FcallResult>(&mut self, call: FcallCall<P, R>) -> Outcome<R> {
        let entry = self.entry.clone();
        self.call(call.arguments()).then(&entry, |answer| FcallCall::<P, R>::read(&answer))
    }

    /// What happened in all calls so far; see [`Outcome::trace`].
    pub fn trace(&self) -> String {
        self.subject.trace()
    }

    /// Notes what a shell calls it.
    fn is_called(&mut self, plugin: String) {
        let mut again = Again::from(plugin);
        if self.now != Fcall::TIME {
            again.option("--clock", &self.now.as_secs().to_string());
        }
        self.subject.again = again.into();
    }

    fn invoke(&self, arguments: &[Value], running: &mut Running, spent: &mut (u64, u64)) -> Result<Value> {
        let mut store = Store::new(&self.engine, std::mem::take(running));
        store.limiter(|running| &mut running.bounds);
        store.set_epoch_deadline(1);
        let alarm = Alarm::set(&self.engine, TIMEOUT);
        let result = store
            .set_fuel(FUEL)
            .and_then(|()| self.linked.instantiate(&mut store))
            .map_err(|error| self.explain(&error, store.data()));
        let result = result.and_then(|instance| {
            let function = instance.get_func(&mut store, &self.entry).expect("the entry is an exported function");
            let ty = function.ty(&store);
            let values = self.values(arguments, &ty.params().collect::<Vec<_>>())?;
            let mut results = vec![Val::I32(0); ty.results().len()];
            let called = function.call(&mut store, &values, &mut results);
            spent.1 = instance.get_memory(&mut store, "memory").map_or(0, |memory| memory.size(&store));
            called.map_err(|error| self.explain(&error, store.data()))?;
            Ok(reply(&results))
        });
        drop(alarm);
        spent.0 = FUEL - store.get_fuel().unwrap_or(0);
        *running = store.into_data();
        result
    }

    /// As the server makes numbers of a client's words.
    fn values(&self, arguments: &[Value], types: &[ValType]) -> Result<Vec<Val>> {
        let bad = |reason: String| Error::BadInput { function: self.entry.clone(), reason };
        if arguments.len() != types.len() {
            return Err(bad(format!(
                "FCALL passes {}, and it takes {}",
                counted(arguments.len() as u64, "argument"),
                types.len()
            )));
        }
        let values = arguments.iter().zip(types).enumerate().map(|(index, (argument, ty))| {
            let bytes = arguments::encode_one(argument);
            let word = String::from_utf8_lossy(&bytes);
            let value = value(&word);
            match (&value, ty) {
                (Val::I32(_), ValType::I32) | (Val::I64(_), ValType::I64) | (Val::F64(_), ValType::F64) => Ok(value),
                _ => {
                    let passed = match value {
                        Val::I64(_) => "i64",
                        Val::F64(_) => "f64",
                        _ => "i32",
                    };
                    Err(bad(format!(
                        "FCALL passes {} as an {passed}, and parameter {} is an {ty}: {}",
                        event::render_value(&Value::from_bytes(bytes)),
                        index + 1,
                        advice(ty)
                    )))
                }
            }
        });
        values.collect()
    }

    fn explain(&self, error: &wasmtime::Error, running: &Running) -> Error {
        let root = error.root_cause().to_string();
        let reason = root.strip_prefix(TRAP).unwrap_or(&root).to_owned();
        match error.downcast_ref::<Trap>() {
            Some(Trap::OutOfFuel) => Error::OutOfFuel { limit: FUEL },
            Some(Trap::Interrupt) => Error::TimedOut { milliseconds: TIMEOUT.as_millis() as u64 },
            Some(_) => {
                let frames = error.downcast_ref::<WasmBacktrace>().map(WasmBacktrace::frames).unwrap_or_default();
                let addresses: Vec<u64> =
                    frames.iter().filter_map(|frame| frame.module_offset()).map(|offset| offset as u64).collect();
                let names = names_of_the_author(frames.iter().filter_map(|frame| frame.func_name()));
                let mut error = Error::Trapped { panic: running.last_words.clone(), reason, frames: names };
                self.origin.name_frames(&self.wasm, &mut error, &addresses);
                error
            }
            None => Error::InvalidModule { reason },
        }
    }

    /// Notes the crate that this is the function of.
    pub(crate) fn belongs_to(&mut self, folder: &Path, features: &Features) {
        if let Some(name) = self.origin.belongs_to(folder, features) {
            self.is_called(name);
        }
    }
}

impl std::fmt::Debug for Fcall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fcall")
            .field("plugin", &self.subject.again.plugin)
            .field("entry", &self.entry)
            .finish_non_exhaustive()
    }
}

/// What `FCALL` runs: `main`, or the first function that is exported.
pub(crate) fn entry(wasm: &[u8]) -> Option<String> {
    let mut functions = Parser::new(0)
        .parse_all(wasm)
        .filter_map(|payload| match payload {
            Ok(Payload::ExportSection(exports)) => Some(exports),
            _ => None,
        })
        .flatten()
        .filter_map(|export| Some(export.ok()?).filter(|export| export.kind == ExternalKind::Func))
        .map(|export| export.name.to_owned());
    let first = functions.next()?;
    let is_main = first == "main" || functions.any(|name| name == "main");
    Some(if is_main { "main".to_owned() } else { first })
}

/// What to do about a parameter that the server gives another type.
pub(crate) fn advice(ty: &ValType) -> &'static str {
    match ty {
        ValType::I32 => "it gets whole numbers of 32 bits",
        ValType::I64 => "it gets whole numbers beyond 32 bits only; take an i32",
        ValType::F64 => "it gets numbers that are not whole only: write `2.0`",
        _ => "FCALL has no value of this type; take an i32 or an f64",
    }
}

/// A client's word as the server reads it.
fn value(word: &str) -> Val {
    match (word.parse::<i64>(), word.parse::<f64>()) {
        (Ok(whole), _) => i32::try_from(whole).map_or(Val::I64(whole), Val::I32),
        (_, Ok(number)) => Val::F64(number.to_bits()),
        // It has the bytes, but no memory to put them into.
        _ => Val::I32(0),
    }
}

fn reply(results: &[Val]) -> Value {
    let one = |value: &Val| match value {
        Val::I32(number) => Value::Integer(i64::from(*number)),
        Val::I64(number) => Value::Integer(*number),
        Val::F32(bits) => Value::from(f32::from_bits(*bits).to_string()),
        Val::F64(bits) => Value::from(f64::from_bits(*bits).to_string()),
        _ => Value::Integer(0),
    };
    match results {
        [] => Value::Ok,
        [result] => one(result),
        results => Value::Array(results.iter().map(one).collect()),
    }
}
