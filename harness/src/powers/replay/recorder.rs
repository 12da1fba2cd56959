//! Records what a guest is called with and what its host answers.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;

use plugsmith::protocol::host_functions::WireType;

use super::redact::Redact;
use super::session::{Call, End, Facts, HostCall, Session, Step};
use super::value::Value;
use crate::engine::guest::Guest;
use crate::engine::watch::{Answered, Passing, Watch};
use crate::error::Error;

/// About the most memory that a recording takes: then it forgets its first calls.
const BYTES: usize = 16 * 1024 * 1024;
/// The most host calls of a call that are kept.
const HOST_CALLS: usize = 10_000;

/// A recording of a guest's calls, from [`Recorder::start`] on. It is the guest's watch, so whoever watches it next
/// ends the recording.
///
/// ```
/// use plugsmith_harness::powers::replay::{Recorder, Redact, replay};
/// use plugsmith_harness::{Guest, Host, Plugin};
///
/// let asks = br#"(module
///   (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
///   (import "extism:host/env" "store_u8" (func $store (param i64 i32)))
///   (import "extism:host/env" "length" (func $length (param i64) (result i64)))
///   (import "extism:host/env" "output_set" (func $output (param i64 i64)))
///   (import "extism:host/env" "config_get" (func $get (param i64) (result i64)))
///   (func (export "user") (local $key i64)
///     (local.set $key (call $alloc (i64.const 1)))
///     (call $store (local.get $key) (i32.const 117))
///     (local.set $key (call $get (local.get $key)))
///     (call $output (local.get $key) (call $length (local.get $key)))))"#;
/// let mut plugin = Plugin::load_in(&asks[..], Host::new().config("u", "Ada"))?;
/// let recorder = Recorder::start(&mut plugin);
/// assert_eq!(plugin.call::<String>("user", "").unwrap(), "Ada");
/// let session = recorder.session(&Redact::new());
///
/// // Its host has no configuration: the session answers.
/// let mut plugin = Plugin::load(&asks[..])?;
/// replay(session).check(&mut plugin).assert();
/// # Ok::<(), plugsmith_harness::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Recorder {
    recording: Mutex<Recording>,
}

#[derive(Debug, Default)]
struct Recording {
    facts: Facts,
    steps: VecDeque<Step>,
    bytes: usize,
    left_out: usize,
    /// Whether its header was taken.
    is_taken: bool,
    /// The calls that have begun; a server makes several at once, each in its thread.
    open: Vec<Open>,
}

/// A call that has begun.
#[derive(Debug)]
struct Open {
    thread: ThreadId,
    call: Call,
    /// About the memory that its host calls take.
    bytes: usize,
}

impl Recorder {
    /// Records the calls of a guest from now on.
    pub fn start(guest: &mut impl Guest) -> Arc<Recorder> {
        let recorder = Arc::new(Recorder::default());
        guest.watch(Some(recorder.clone()));
        recorder
    }

    pub(super) fn with(facts: Facts) -> Recorder {
        Recorder { recording: Mutex::new(Recording { facts, ..Recording::default() }) }
    }

    /// What was recorded so far, without its secrets.
    pub fn session(&self, redact: &Redact) -> Session {
        let recording = self.recording();
        let mut session = recording.session();
        session.steps.extend(recording.open.iter().map(|open| Step::Call(open.call.clone())));
        drop(recording);
        redact.apply(&mut session);
        session
    }

    /// The lines of the calls since the last time, without their secrets, for a server that appends them to a
    /// file; the first time with the header.
    pub fn take_lines(&self, redact: &Redact) -> String {
        let mut recording = self.recording();
        let mut session = recording.session();
        let is_first = !std::mem::replace(&mut recording.is_taken, true);
        recording.steps.clear();
        (recording.bytes, recording.left_out) = (0, 0);
        drop(recording);
        redact.apply(&mut session);
        // Whatever comes later may be masked, and the header is written once.
        (session.left_out, session.facts.redacted) = (0, true);
        let text = session.to_text();
        if is_first { text } else { text.split_once('\n').map_or_else(String::new, |(_, steps)| steps.to_owned()) }
    }

    fn recording(&self) -> MutexGuard<'_, Recording> {
        self.recording.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recording {
    /// The calls that have ended.
    fn session(&self) -> Session {
        Session {
            facts: self.facts.clone(),
            steps: self.steps.iter().cloned().collect(),
            left_out: self.left_out,
            client_lines: 0,
        }
    }

    /// The innermost call of this thread.
    fn innermost(&self) -> Option<usize> {
        let thread = std::thread::current().id();
        self.open.iter().rposition(|open| open.thread == thread)
    }

    fn push(&mut self, step: Step) {
        self.bytes += step.size();
        self.steps.push_back(step);
        while self.bytes > BYTES && self.steps.len() > 1 {
            self.bytes -= self.steps.pop_front().map_or(0, |step| step.size());
            self.left_out += 1;
        }
    }
}

impl Watch for Recorder {
    fn after(&self, call: &Passing<'_>, answer: &Answered<'_>) {
        if !is_recorded(call) {
            return;
        }
        let host_call = seen(call, answer);
        let mut recording = self.recording();
        let Some(index) = recording.innermost() else { return };
        let open = &mut recording.open[index];
        let held = open.bytes + host_call.size();
        // Of an endless loop, the start is enough.
        if open.call.host_calls.len() < HOST_CALLS && held <= BYTES {
            open.call.host_calls.push(host_call);
            open.bytes = held;
        }
    }

    fn enters(&self, entry: &str, input: &[u8], depth: usize) {
        if depth == 0 {
            let call = Call {
                entry: entry.to_owned(),
                input: Value::Block(Some(input.to_vec())),
                host_calls: Vec::new(),
                end: End::Unknown,
            };
            self.recording().open.push(Open { thread: std::thread::current().id(), call, bytes: 0 });
        }
    }

    fn leaves(&self, result: Result<&[u8], &Error>, depth: usize) {
        if depth > 0 {
            return;
        }
        let mut recording = self.recording();
        let Some(index) = recording.innermost() else { return };
        let mut call = recording.open.remove(index).call;
        call.end = ending(result);
        recording.push(Step::Call(call));
    }

    fn restarts(&self) {
        self.recording().push(Step::Restart);
    }
}

/// How a call ended, as a recording keeps it.
pub(super) fn ending(result: Result<&[u8], &Error>) -> End {
    match result {
        Ok(output) if output.len() > BYTES => End::Output(Value::Cut { length: output.len() as u64 }),
        Ok(output) => End::Output(Value::Block(Some(output.to_vec()))),
        Err(error) => End::Error(error.to_string()),
    }
}

/// Whether a session has this host call: one of the watched guest itself that asks for something, or may fail.
/// Lines of the log are not part of what a plugin does.
pub(super) fn is_recorded(call: &Passing<'_>) -> bool {
    call.depth == 0 && (call.can_fail || call.answers != WireType::Nothing)
}

pub(super) fn seen(call: &Passing<'_>, answer: &Answered<'_>) -> HostCall {
    HostCall {
        module: call.module.to_owned(),
        name: call.name.to_owned(),
        arguments: call.arguments.iter().map(Value::of).collect(),
        answer: match answer {
            Ok(value) => Ok(Value::of(value)),
            Err(reason) => Err((*reason).to_owned()),
        },
    }
}
