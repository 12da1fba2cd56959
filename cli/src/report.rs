//! What came of a call, for a person on standard error, or as one JSON object.

use plugsmith_harness::{Error, Outcome, TraceEvent, grouped};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::error::{self, message};
use crate::terminal::{self, DIM, styled};

/// One call, as `--json` prints it.
#[derive(Serialize)]
struct Report<'a> {
    /// The command or function.
    call: &'a str,
    /// The arguments of a command, or the input of a function; bytes that are no text as
    /// `{"$bytes": "<base64>"}`.
    #[serde(flatten)]
    input: Input,
    /// The reply or output, in the JSON mapping of `plugsmith::protocol::json`; null with an error.
    reply: Option<&'a RawValue>,
    error: Option<Failure<'a>>,
    host_calls: Vec<HostCall<'a>>,
    logs: Vec<Log<'a>>,
    trace: String,
    fuel: u64,
    pages: u64,
    duration_us: u64,
}

/// What went in.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Input {
    Arguments(Vec<Box<RawValue>>),
    Input(Box<RawValue>),
}

#[derive(Serialize)]
struct Failure<'a> {
    kind: &'a str,
    message: String,
    /// The frames of the author's code in a trap, innermost first.
    frames: &'a [String],
}

#[derive(Serialize)]
struct HostCall<'a> {
    module: &'a str,
    name: &'a str,
    arguments: &'a [String],
    result: Option<&'a str>,
    error: Option<&'a str>,
    /// The host calls of the plugin that this call called.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    inside: Vec<HostCall<'a>>,
}

impl<'a> HostCall<'a> {
    fn of(call: &'a plugsmith_harness::HostCall) -> HostCall<'a> {
        let inside = call.inside.iter().filter_map(|event| match event {
            TraceEvent::Call(call) => Some(HostCall::of(call)),
            _ => None,
        });
        HostCall {
            module: &call.module,
            name: &call.name,
            arguments: &call.arguments,
            result: call.result.as_ref().ok().and_then(Option::as_deref),
            error: call.result.as_ref().err().map(String::as_str),
            inside: inside.collect(),
        }
    }
}

#[derive(Serialize)]
struct Log<'a> {
    level: &'a str,
    text: &'a str,
}

/// The outcome as one line of JSON.
pub(crate) fn json<T>(call: &str, input: Input, outcome: &Outcome<T>, reply: Option<&RawValue>) -> Vec<u8> {
    let report = Report {
        call,
        input,
        reply,
        error: outcome.result.as_ref().err().map(|error| Failure {
            kind: error.kind(),
            message: message(error),
            frames: frames(error),
        }),
        host_calls: outcome.host_calls().into_iter().map(HostCall::of).collect(),
        logs: outcome.logs().into_iter().map(|line| Log { level: line.level.name(), text: &line.text }).collect(),
        trace: outcome.trace(),
        fuel: outcome.fuel,
        pages: outcome.pages,
        duration_us: u64::try_from(outcome.duration.as_micros()).unwrap_or(u64::MAX),
    };
    let mut line = serde_json::to_vec(&report).expect("a report has a JSON form");
    line.push(b'\n');
    line
}

/// JSON that the protocol has written, as it is.
pub(crate) fn raw(write: impl FnOnce(&mut Vec<u8>)) -> Box<RawValue> {
    let mut json = Vec::new();
    write(&mut json);
    String::from_utf8(json)
        .ok()
        .and_then(|json| RawValue::from_string(json).ok())
        .expect("the protocol writes valid JSON")
}

/// Prints the error, if the call failed otherwise than by answering so, and the trace.
pub(crate) fn print<T>(outcome: &Outcome<T>, quiet: bool) {
    if let Err(error) = &outcome.result
        && !is_answer(error)
    {
        let mut text = message(error);
        for frame in frames(error) {
            text.push_str(&format!("\n  in {frame}"));
        }
        terminal::error(&text);
    }
    if quiet {
        return;
    }
    // A call that its timeout has ended has lost count.
    let fuel = match &outcome.result {
        Err(Error::TimedOut { .. }) if outcome.fuel == 0 => "fuel not known".to_owned(),
        _ => format!("{} fuel", grouped(outcome.fuel)),
    };
    let usage = format!("{fuel}, {} pages, {:.1} ms", outcome.pages, outcome.duration.as_secs_f64() * 1000.0);
    terminal::note(&format!("\n{}\n{}", trace(outcome), styled(DIM, usage)));
}

/// The trace; the fix for an error is in the error's own line.
fn trace<T>(outcome: &Outcome<T>) -> String {
    let trace = outcome.trace();
    match &outcome.result {
        Err(Error::UnexpectedHostCall { call, .. }) => match trace.rsplit_once("=> error: ") {
            Some((before, _)) => format!("{before}=> error: unexpected host call {call}"),
            None => trace,
        },
        _ => trace,
    }
}

/// Whether the plugin itself answered with this error.
pub(crate) fn is_answer(error: &Error) -> bool {
    matches!(error, Error::Plugin { .. } | Error::Denied { .. })
}

/// The exit code of a call.
pub(crate) fn code<T>(outcome: &Outcome<T>) -> u8 {
    outcome.result.as_ref().err().map_or(0, error::code)
}

fn frames(error: &Error) -> &[String] {
    match error {
        Error::Trapped { frames, .. } => frames,
        _ => &[],
    }
}
