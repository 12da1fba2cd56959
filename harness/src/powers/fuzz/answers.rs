//! A host whose answers are part of the input.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use plugsmith::Value;
use plugsmith::protocol::host_functions::{HostValue, WireType};
use plugsmith::protocol::resp;

use super::input::{Answer, Answered};
use crate::engine::watch::{Passing, Verdict, Watch};
use crate::import::KERNEL;
use crate::powers::faults::faults_of;

/// Answers the host calls that an input names, and those that the test's host has nothing for.
#[derive(Default)]
pub(super) struct Answers {
    planned: Vec<Answer>,
    /// The functions that the host has nothing for.
    unmocked: BTreeSet<String>,
    next: AtomicUsize,
    /// Whether the last HTTP response is not the host's.
    is_made_up: AtomicBool,
}

impl Answers {
    pub(super) fn new(planned: &[Answer], unmocked: &BTreeSet<String>) -> Answers {
        Answers { planned: planned.to_vec(), unmocked: unmocked.clone(), ..Answers::default() }
    }
}

impl Watch for Answers {
    fn before(&self, call: &Passing<'_>) -> Verdict {
        // The status belongs to the response.
        if call.name == "http_status_code" && self.is_made_up.load(Ordering::Relaxed) {
            return Verdict::Answer(HostValue::I32(200));
        }
        if !call.can_fail || call.depth > 0 {
            return Verdict::Pass;
        }
        let place = self.next.fetch_add(1, Ordering::Relaxed);
        let planned = self.planned.iter().find(|answer| answer.place == place).map(|answer| &answer.what);
        let verdict = match planned {
            Some(Answered::Fault(number)) => {
                let faults = faults_of(call);
                let fault = usize::from(*number).checked_rem(faults.len()).and_then(|place| faults.get(place));
                fault.map(|fault| fault.verdict(call))
            }
            Some(Answered::Content(bytes)) => content(call, bytes),
            None => None,
        };
        let verdict = verdict.or_else(|| match self.unmocked.contains(call.name) {
            true => Some(content(call, b"").unwrap_or_else(|| nothing(call))),
            false => None,
        });
        if call.name == "http_request" {
            self.is_made_up.store(verdict.is_some(), Ordering::Relaxed);
        }
        verdict.unwrap_or(Verdict::Pass)
    }
}

/// This as the answer, where strangers decide on it: what other clients have stored, and what is fetched.
fn content(call: &Passing<'_>, bytes: &[u8]) -> Option<Verdict> {
    let block = |bytes: Vec<u8>| Some(Verdict::Answer(HostValue::Block(Some(bytes))));
    match (call.module, call.name) {
        (KERNEL, "http_request") => block(bytes.to_vec()),
        (KERNEL, _) => None,
        (_, "storage_get") => block(resp::encode(&Value::from_bytes(bytes.to_vec()))),
        (_, name) if name.starts_with("storage_") => None,
        (_, "kv_read") => block(bytes.to_vec()),
        ("env" | "wasi_snapshot_preview1", _) => None,
        _ => match call.answers {
            WireType::Resp => block(resp::encode(&Value::from_bytes(bytes.to_vec()))),
            WireType::Text => block(String::from_utf8_lossy(bytes).into_owned().into_bytes()),
            WireType::Bytes => block(bytes.to_vec()),
            _ => None,
        },
    }
}

/// What a function answers that has nothing to say.
fn nothing(call: &Passing<'_>) -> Verdict {
    Verdict::Answer(match call.answers.wasm() {
        None => HostValue::Nothing,
        Some("i32") => HostValue::I32(0),
        Some("f32") => HostValue::F32(0.0),
        Some("f64") => HostValue::F64(0.0),
        Some(_) if call.answers.is_block() => HostValue::Block(None),
        Some(_) => HostValue::I64(0),
    })
}
