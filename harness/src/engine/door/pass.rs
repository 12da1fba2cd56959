//! The door itself: every host call of every ABI passes here, typed, on its way from the guest to
//! whatever answers it.

use plugsmith::Value;
use plugsmith::log::{Level, Line};
use plugsmith::protocol::host_functions::{HostValue, WireType};
use plugsmith::protocol::resp;

use crate::engine::watch::{Passing, Verdict, Watched};
use crate::error::{Error, Unexpected};
use crate::trace::cost::Crossed;
use crate::trace::event::{Event, HostCall, Typed};
use crate::trace::render::{Dialect, Shown};

/// A host call, once its arguments have left the guest's memory.
pub(crate) struct Asked<'a> {
    pub(crate) dialect: Dialect,
    pub(crate) module: &'a str,
    pub(crate) name: &'a str,
    pub(crate) parameters: &'a [WireType],
    pub(crate) arguments: &'a [HostValue],
    /// What the answer is.
    pub(crate) answers: WireType,
    pub(crate) noted: Noted,
}

/// What a trace keeps of a host call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Noted {
    /// The call.
    Call,
    /// Nothing: it only asks for what another call has brought, and cannot fail.
    Nothing,
    /// Its argument, as a line of the log.
    Line(Level),
}

/// Why a host function does not answer.
#[derive(Clone, Debug)]
pub(crate) enum Stop {
    /// The guest gets this error where its ABI has a way to report one; otherwise its call ends with it.
    Told(String),
    /// The test does not expect the call, which ends the guest's.
    Unexpected(Unexpected),
    /// The guest's call ends with this.
    Fails(Error),
}

/// The call of a guest, as far as the door needs it: each engine has its own.
pub(crate) trait Passes {
    /// Who watches it.
    fn watched(&self) -> Option<Watched>;
    /// What happened inside of the host call that ends now.
    fn inside(&mut self) -> Vec<Event>;
    /// The status of the last HTTP response.
    fn status(&self) -> u16;
    /// Keeps what happened.
    fn note(&mut self, event: Event);
    /// Counts what crosses the boundary.
    fn count(&mut self, count: impl FnOnce(&mut Crossed));
}

/// Lets a host call through to `work`, unless a watch answers it, and notes what came of it.
///
/// # Errors
/// Why there is no answer: `work`'s reason, or a watch's.
pub(crate) fn pass<P: Passes>(
    through: &mut P,
    asked: &Asked<'_>,
    work: impl FnOnce(&mut P) -> Result<HostValue, Stop>,
) -> Result<HostValue, Stop> {
    let watched = through.watched();
    let verdict = watched.as_ref().map_or(Verdict::Pass, |watched| watched.watch.before(&asked.passing(watched.depth)));
    let is_interfered = verdict != Verdict::Pass;
    let result = match verdict {
        Verdict::Pass => work(through),
        Verdict::Answer(value) if is_of_type(&value, asked.answers) => Ok(value),
        Verdict::Answer(value) => {
            let (name, answers) = (asked.name, asked.answers);
            Err(Stop::Told(format!("a watch answers `{name}` with {value:?}, whose type is not {answers:?}")))
        }
        Verdict::Refuse(message) if asked.answers == WireType::Resp => {
            Ok(HostValue::Block(Some(resp::encode(&Value::Error(message)))))
        }
        Verdict::Refuse(message) => Err(Stop::Told(message)),
    };
    through.count(|crossed| crossed.is_interfered |= is_interfered);
    settle(through, asked, watched.as_ref(), &result);
    result
}

/// Notes a host call that was refused before its arguments were whole: no watch may answer it.
#[cfg(feature = "orbis")]
pub(crate) fn refuse<P: Passes>(through: &mut P, asked: &Asked<'_>, stop: Stop) -> Stop {
    let watched = through.watched();
    let result = Err(stop.clone());
    settle(through, asked, watched.as_ref(), &result);
    stop
}

fn settle<P: Passes>(through: &mut P, asked: &Asked<'_>, watched: Option<&Watched>, result: &Result<HostValue, Stop>) {
    through.count(|crossed| crossed.count(asked.module, asked.name, asked.arguments, result.as_ref().ok()));
    if let Some(watched) = watched {
        let text = result.as_ref().err().map(Stop::text);
        let answer = result.as_ref().map_err(|_| text.as_deref().unwrap_or_default());
        watched.watch.after(&asked.passing(watched.depth), &answer);
    }
    let event = match (asked.noted, result) {
        (Noted::Nothing, Ok(_)) => return,
        (Noted::Line(level), Ok(_)) => Event::Log(asked.line(level)),
        _ => {
            let inside = through.inside();
            Event::Call(asked.call(through.status(), inside, result))
        }
    };
    through.note(event);
}

/// The longest line of the log and the longest error that are kept, in bytes.
pub(super) const LINE: usize = 1024 * 1024;

impl Asked<'_> {
    fn passing(&self, depth: usize) -> Passing<'_> {
        Passing {
            module: self.module,
            name: self.name,
            parameters: self.parameters,
            arguments: self.arguments,
            answers: self.answers,
            can_fail: self.noted == Noted::Call,
            depth,
        }
    }

    fn line(&self, level: Level) -> Line {
        let bytes = self.arguments.iter().find_map(|argument| match argument {
            HostValue::Block(Some(bytes)) => Some(bytes.as_slice()),
            _ => None,
        });
        let bytes = bytes.unwrap_or_default();
        let text = match bytes.len() {
            0..=LINE => String::from_utf8_lossy(bytes).into_owned(),
            length => format!("{}.. ({length} bytes)", String::from_utf8_lossy(&bytes[..LINE])),
        };
        Line { level, text }
    }

    /// The arguments, as a trace shows them.
    pub(crate) fn shown(&self) -> Vec<String> {
        self.shown_with(0, true).arguments()
    }

    fn shown_with(&self, status: u16, is_expected: bool) -> Shown<'_> {
        Shown {
            dialect: self.dialect,
            module: self.module,
            name: self.name,
            parameters: self.parameters,
            arguments: self.arguments,
            answers: self.answers,
            status,
            is_expected,
        }
    }

    fn call(&self, status: u16, inside: Vec<Event>, result: &Result<HostValue, Stop>) -> HostCall {
        let shown = self.shown_with(status, !matches!(result, Err(Stop::Unexpected(_))));
        HostCall {
            module: self.module.to_owned(),
            name: self.name.to_owned(),
            arguments: shown.arguments(),
            result: result.as_ref().map(|value| shown.result(value)).map_err(Stop::text),
            typed_arguments: self
                .parameters
                .iter()
                .zip(self.arguments)
                .map(|(ty, value)| Typed::of(*ty, value))
                .collect(),
            typed_result: result.as_ref().ok().map(|value| Typed::of(self.answers, value)),
            inside,
        }
    }
}

impl Stop {
    /// As a trace shows it.
    fn text(&self) -> String {
        match self {
            Stop::Told(message) => message.clone(),
            Stop::Unexpected(_) => "unexpected".to_owned(),
            Stop::Fails(error) => error.to_string(),
        }
    }
}

/// Whether a value is on the wire what this type is.
fn is_of_type(value: &HostValue, ty: WireType) -> bool {
    let wasm = match value {
        HostValue::Nothing => None,
        HostValue::I32(_) => Some("i32"),
        HostValue::I64(_) | HostValue::Block(_) => Some("i64"),
        HostValue::F32(_) => Some("f32"),
        HostValue::F64(_) => Some("f64"),
    };
    wasm == ty.wasm()
}
