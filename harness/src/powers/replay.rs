//! Record and replay: what a plugin was called with and what its host answered, as a file and as a test.

mod diff;
pub(crate) mod failing;
mod player;
mod read;
mod recorder;
mod redact;
mod report;
mod session;
mod sessions;
mod value;

use std::sync::Arc;

use self::player::{Player, Step as OnHostCall};
use self::recorder::ending;
use crate::engine::guest::Guest;
use crate::text::{counted, sha256};
use crate::trace::event::render_line;

pub use diff::Line;
pub use recorder::Recorder;
pub use redact::Redact;
pub use report::{Difference, Report};
pub use session::{Call, End, Facts, HostCall, Session, Step};
pub use sessions::sessions;
pub use value::Value;

/// A replay of a session: its calls are made again, and every host call is answered from the session.
///
/// See [`Recorder`] for where a session comes from.
pub fn replay(session: Session) -> Replay {
    Replay { session, artifact: None, on_host_call: None }
}

/// See [`replay`](fn@replay).
#[must_use = "`check` makes the calls"]
pub struct Replay {
    session: Session,
    artifact: Option<String>,
    on_host_call: Option<OnHostCall>,
}

impl Replay {
    /// Warns in the report if the session was recorded with another artifact than this one.
    pub fn artifact(mut self, wasm: &[u8]) -> Replay {
        self.artifact = Some(sha256(wasm));
        self
    }

    /// Shows each call and each host call, once it is answered, as a line; `false` lets the rest run without it.
    pub fn on_host_call(mut self, show: impl FnMut(&str) -> bool + Send + 'static) -> Replay {
        self.on_host_call = Some(Box::new(show));
        self
    }

    /// Makes the calls of the session, and compares host calls and results with those of the recording.
    pub fn check(self, guest: &mut impl Guest) -> Report {
        let Replay { session, artifact, on_host_call } = self;
        let mut report = Report { warnings: warnings(&session, artifact.as_deref()), ..Report::default() };
        let redacted = session.facts.redacted;
        let player = Arc::new(Player::new(redacted, on_host_call));
        guest.watch(Some(player.clone()));
        for step in session.steps {
            let number = report.calls + 1;
            let Step::Call(call) = step else {
                if let Err(error) = guest.restart() {
                    report.differences.push(Difference::Restart { number, reason: error.to_string() });
                }
                continue;
            };
            report.calls = number;
            player.begin(call.host_calls.clone(), &call.shown());
            let input = match &call.input {
                Value::Block(Some(input)) => input.as_slice(),
                _ => b"",
            };
            let outcome = guest.call_raw(&call.entry, input);
            let made = player.end();
            report.host_calls += made.len();
            report.traces.push(outcome.trace());
            let lines = diff::diff(&call.host_calls, &made, redacted);
            if lines.iter().any(|line| !matches!(line, Line::Same { .. })) {
                report.differences.push(Difference::HostCalls { number, call: call.shown(), lines });
            }
            let now = ending(outcome.result.as_deref());
            if !call.end.is(&now, redacted) {
                let (recorded, now) = (call.end.shown(), now.shown());
                report.differences.push(Difference::Result { number, call: call.shown(), recorded, now });
            }
        }
        guest.watch(None);
        report
    }
}

impl std::fmt::Debug for Replay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Replay").field("session", &self.session).finish_non_exhaustive()
    }
}

fn warnings(session: &Session, artifact: Option<&str>) -> Vec<String> {
    let mut warnings = Vec::new();
    if let (Some(recorded), Some(now)) = (&session.facts.artifact, artifact)
        && !recorded.eq_ignore_ascii_case(now)
    {
        let (recorded, now) = (recorded.get(..12).unwrap_or(recorded), now.get(..12).unwrap_or(now));
        warnings.push(format!("recorded with another artifact ({recorded}.., now {now}..)"));
    }
    if session.left_out > 0 {
        let left_out = counted(session.left_out as u64, "call");
        warnings.push(format!("{left_out} before the first were not kept: the plugin's own memory may differ"));
    }
    if session.steps.is_empty() && session.client_lines > 0 {
        warnings.push(
            "it has what clients sent and no calls of a plugin: send it again to its server, with `App::replay` in Orbis"
                .to_owned(),
        );
    }
    warnings
}

impl End {
    fn is(&self, now: &End, redacted: bool) -> bool {
        match (self, now) {
            (End::Output(old), End::Output(new)) => old.is(new, redacted),
            (End::Error(old), End::Error(new)) => {
                let text = |text: &String| Value::Block(Some(text.clone().into_bytes()));
                text(old).is(&text(new), redacted)
            }
            // The recording did not see how it failed.
            (End::Unknown, End::Error(_)) => true,
            _ => false,
        }
    }

    fn shown(&self) -> String {
        match self {
            End::Output(output) => match output.shown() {
                text if text == "\"\"" || text == "none" => "nothing".to_owned(),
                text => text,
            },
            End::Error(error) => format!("error: {}", render_line(error)),
            End::Unknown => "it did not return".to_owned(),
        }
    }
}
