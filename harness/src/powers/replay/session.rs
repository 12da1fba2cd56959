//! A session: what a plugin was called with, and what its host answered, as a file of JSON lines.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use plugsmith::protocol::resp;
use serde_json::{Map, Value as Json, json};

use super::value::Value;
use crate::engine::host::Host;
use crate::error::{Error, Result};
use crate::text::sha256;
use crate::trace::event::{render_bytes, render_line};

/// The version of the format.
pub(super) const VERSION: u64 = 1;

/// The most memory, in pages of 64 KiB, and the most wall time of a call that a session may ask for.
const PAGES: u32 = 16_384;
const TIME: Duration = Duration::from_secs(60);

/// What a plugin was called with and what its host answered; see the page on record and replay for its file.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Session {
    /// What it was recorded in, and of.
    pub facts: Facts,
    /// What happened, in order.
    pub steps: Vec<Step>,
    /// How many calls before the first are missing: a recording keeps the last ones.
    pub left_out: usize,
    /// How many lines of the file are requests and commands of clients, which no replay of a plugin looks at.
    pub client_lines: usize,
}

/// What a session was recorded in, and of.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Facts {
    /// The plugin: a crate's folder or an artifact.
    pub plugin: Option<String>,
    /// The features that it was built with.
    pub features: Vec<String>,
    /// Whether it was built without the default features.
    pub no_default_features: bool,
    /// The SHA-256 of the artifact.
    pub artifact: Option<String>,
    /// The limits: fuel, pages of memory, milliseconds.
    pub limits: BTreeMap<String, u64>,
    /// The time at the start, in milliseconds since 1970.
    pub clock_ms: Option<u64>,
    /// The configuration.
    pub config: BTreeMap<String, String>,
    /// The keys of storage at the start, as the replies that carry them.
    pub storage: BTreeMap<String, Value>,
    /// What `kv_read` read at the start.
    pub kv: BTreeMap<String, Value>,
    /// The variables at the start.
    pub variables: BTreeMap<String, Value>,
    /// Whether something is masked: `*` stands for any byte.
    pub redacted: bool,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Step {
    /// A call of an export.
    Call(Call),
    /// A fresh instance took the place of the last.
    Restart,
}

/// A call of an export.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Call {
    /// The export.
    pub entry: String,
    /// The input.
    pub input: Value,
    /// The host calls, in order.
    pub host_calls: Vec<HostCall>,
    /// How it ended.
    pub end: End,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum End {
    /// With an output.
    Output(Value),
    /// With an error.
    Error(String),
    /// Not at all: it trapped or was stopped, where the recording could not see how.
    Unknown,
}

/// A call of a host function.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct HostCall {
    /// The import module.
    pub module: String,
    /// The import name.
    pub name: String,
    /// The arguments.
    pub arguments: Vec<Value>,
    /// The answer, or why there was none.
    pub answer: Result<Value, String>,
}

impl Session {
    /// The text of its file, a line for each step.
    pub fn to_text(&self) -> String {
        let mut lines = vec![self.facts.json(self.left_out)];
        lines.extend(self.steps.iter().map(Step::json));
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    /// Writes it to a file, whose folder is made where it is missing.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn write(&self, file: impl AsRef<Path>) -> Result<()> {
        let file = file.as_ref();
        let fail = |error: std::io::Error| Error::File { path: file.to_owned(), reason: error.to_string() };
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).map_err(fail)?;
        }
        std::fs::write(file, self.to_text()).map_err(fail)
    }

    /// A host with the configuration, keys, clock and limits of the recording: it answers the host calls that
    /// are not in the session. A session may be a stranger's, so no limit is beyond 1 GiB of memory and a minute of
    /// wall time.
    pub fn host(&self) -> Host {
        let facts = &self.facts;
        let mut host = Host::new();
        for (key, value) in &facts.config {
            host = host.config(key, value);
        }
        for (key, value) in &facts.storage {
            if let Value::Block(Some(bytes)) = value
                && let Ok(value) = resp::decode(bytes)
            {
                host = host.storage(key, value);
            }
        }
        let bytes = |value: &Value| if let Value::Block(Some(bytes)) = value { bytes.clone() } else { Vec::new() };
        for (key, value) in &facts.kv {
            host = host.kv(key, bytes(value));
        }
        for (key, value) in &facts.variables {
            host = host.var(key, bytes(value));
        }
        if let Some(milliseconds) = facts.clock_ms {
            host = host.clock(Duration::from_millis(milliseconds));
        }
        let limit = |name: &str| facts.limits.get(name).copied().filter(|limit| *limit > 0);
        if let Some(fuel) = limit("fuel") {
            host = host.fuel(fuel);
        }
        if let Some(pages) = limit("memory_pages").and_then(|pages| u32::try_from(pages).ok()) {
            host = host.memory_pages(pages.min(PAGES));
        }
        if let Some(milliseconds) = limit("timeout_ms") {
            host = host.timeout(Duration::from_millis(milliseconds).min(TIME));
        }
        host
    }

    /// The calls, without the restarts.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.steps.iter().filter_map(|step| if let Step::Call(call) = step { Some(call) } else { None })
    }
}

impl Facts {
    /// What is known of an artifact alone.
    pub fn of(wasm: &[u8]) -> Facts {
        Facts { artifact: Some(sha256(wasm)), ..Facts::default() }
    }

    fn json(&self, left_out: usize) -> Json {
        let mut line = Map::new();
        line.insert("session".to_owned(), json!(VERSION));
        let mut put = |name: &str, value: Json| {
            let is_unset = match &value {
                Json::Null | Json::Bool(false) => true,
                Json::Object(object) => object.is_empty(),
                Json::Array(list) => list.is_empty(),
                _ => false,
            };
            if !is_unset {
                line.insert(name.to_owned(), value);
            }
        };
        let values =
            |map: &BTreeMap<String, Value>| map.iter().map(|(key, value)| (key.clone(), value.json())).collect();
        put("plugin", json!(self.plugin));
        put("features", json!(self.features));
        put("no_default_features", json!(self.no_default_features));
        put("artifact", json!(self.artifact));
        put("limits", json!(self.limits));
        put("clock_ms", json!(self.clock_ms));
        put("config", json!(self.config));
        put("storage", Json::Object(values(&self.storage)));
        put("kv", Json::Object(values(&self.kv)));
        put("variables", Json::Object(values(&self.variables)));
        put("redacted", json!(self.redacted));
        put("left_out", json!((left_out > 0).then_some(left_out)));
        Json::Object(line)
    }
}

impl Step {
    pub(super) fn json(&self) -> Json {
        let Step::Call(call) = self else { return json!({"restart": true}) };
        let mut line = json!({"call": call.entry, "input": call.input.json()});
        if !call.host_calls.is_empty() {
            line["host_calls"] = call.host_calls.iter().map(HostCall::json).collect();
        }
        match &call.end {
            End::Output(output) => line["output"] = output.json(),
            End::Error(error) => line["error"] = json!(error),
            End::Unknown => {}
        }
        line
    }

    /// About the memory that it takes.
    pub(super) fn size(&self) -> usize {
        let Step::Call(call) = self else { return 1 };
        let host_calls = call.host_calls.iter().map(HostCall::size).sum::<usize>();
        let end = match &call.end {
            End::Output(output) => output.size(),
            End::Error(text) => text.len(),
            End::Unknown => 0,
        };
        128 + call.entry.len() + call.input.size() + host_calls + end
    }
}

impl Call {
    /// The call in one line: `GREET "Ada"`.
    pub(super) fn shown(&self) -> String {
        let entry = render_line(&self.entry);
        match &self.input {
            Value::Block(Some(input)) if !input.is_empty() => format!("{entry} {}", render_bytes(input)),
            _ => entry,
        }
    }
}

impl HostCall {
    fn json(&self) -> Json {
        let arguments: Vec<Json> = self.arguments.iter().map(Value::json).collect();
        let mut line = json!({"module": self.module, "name": self.name, "arguments": arguments});
        match &self.answer {
            Ok(Value::Nothing) => {}
            Ok(answer) => line["answer"] = answer.json(),
            Err(error) => line["error"] = json!(error),
        }
        line
    }

    pub(super) fn size(&self) -> usize {
        let answer = match &self.answer {
            Ok(value) => value.size(),
            Err(text) => text.len(),
        };
        96 + self.module.len()
            + self.name.len()
            + self.arguments.iter().map(|value| 32 + value.size()).sum::<usize>()
            + answer
    }

    /// The call without its answer, in one line.
    pub(super) fn asked(&self) -> String {
        let arguments = self.arguments.iter().map(|argument| format!(" {}", argument.shown()));
        format!("{}{}", render_line(&self.name), arguments.collect::<String>())
    }

    /// The call with its answer, in one line.
    pub(super) fn shown(&self) -> String {
        match &self.answer {
            Ok(Value::Nothing) => self.asked(),
            Ok(answer) => format!("{} -> {}", self.asked(), answer.shown()),
            Err(error) => format!("{} -> failed: {}", self.asked(), render_line(error)),
        }
    }

    pub(super) fn is(&self, now: &HostCall, redacted: bool) -> bool {
        self.module == now.module
            && self.name == now.name
            && self.arguments.len() == now.arguments.len()
            && self.arguments.iter().zip(&now.arguments).all(|(old, new)| old.is(new, redacted))
    }
}
