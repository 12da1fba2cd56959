//! What came of a call: as JavaScript sees it, and with its cause.

use std::fmt;

use super::options::TYPE_ERROR;
use crate::error::Error;
use crate::text::printable;
use crate::trace::outcome::Outcome;

/// What came of a call of `plugin(..)`.
#[derive(Clone, Debug)]
#[must_use = "the call may have failed: unwrap it, or look at what JavaScript sees"]
pub struct Answer {
    call: String,
    result: Result<String, Failure>,
    /// What happened in the plugin; `None` where it never ran.
    outcome: Option<Outcome<String>>,
}

/// Why a call gave no output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Before the plugin was touched: a `SyntaxError` or `TypeError`, which JavaScript can catch.
    Exception(Error),
    /// In the plugin: the server's thread panics, and the request is answered with a 500.
    Crash(Error),
}

/// A call's end as JavaScript sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JavaScript {
    /// The output.
    Returned(String),
    /// An exception with this message, which `try` catches.
    Threw(String),
    /// Nothing: no line after the call runs, no `catch` either. The client gets [`JavaScript::response`].
    Crashed,
}

impl JavaScript {
    /// Status and body of the HTTP response that this call settles; `None` where it is the
    /// script that answers.
    pub fn response(&self) -> Option<(u16, &'static str)> {
        match self {
            JavaScript::Crashed => Some((500, "")),
            JavaScript::Returned(_) | JavaScript::Threw(_) => None,
        }
    }
}

impl Answer {
    pub(super) fn new<'a>(
        arguments: impl Iterator<Item = Option<&'a str>>,
        called: Result<Outcome<String>, Failure>,
    ) -> Answer {
        let arguments: Vec<_> = arguments.map(|argument| argument.map_or("null".to_owned(), text)).collect();
        let call = format!("plugin({})", arguments.join(", "));
        match called {
            Ok(outcome) => {
                Answer { call, result: outcome.result.clone().map_err(Failure::Crash), outcome: Some(outcome) }
            }
            Err(failure) => Answer { call, result: Err(failure), outcome: None },
        }
    }

    /// What JavaScript sees of it.
    pub fn javascript(&self) -> JavaScript {
        match &self.result {
            Ok(output) => JavaScript::Returned(output.clone()),
            Err(Failure::Exception(error)) => JavaScript::Threw(exception(error)),
            Err(Failure::Crash(_)) => JavaScript::Crashed,
        }
    }

    /// The output.
    ///
    /// # Panics
    /// There is none: with the cause, the author's frames and the last host calls.
    #[track_caller]
    pub fn unwrap(self) -> String {
        match (&self.result, &self.outcome) {
            (Ok(output), _) => output.clone(),
            (Err(Failure::Crash(_)), Some(outcome)) => {
                panic!("{}", printable(&format!("{}\n{}", self.call, outcome.report())))
            }
            (Err(failure), _) => panic!("{}", printable(&format!("{}\n{failure}", self.call))),
        }
    }

    /// The cause of the failure.
    ///
    /// # Panics
    /// The call succeeded.
    #[track_caller]
    pub fn unwrap_err(self) -> Error {
        match self.result {
            Err(Failure::Exception(error) | Failure::Crash(error)) => error,
            Ok(output) => panic!("{} gave {}, where a failure was expected", self.call, text(&output)),
        }
    }

    /// The output, or why there is none.
    ///
    /// # Errors
    /// The failure.
    pub fn result(&self) -> Result<&str, &Failure> {
        self.result.as_ref().map(String::as_str)
    }

    /// What happened in the plugin: host calls, log, fuel; `None` where it never ran.
    pub fn outcome(&self) -> Option<&Outcome<String>> {
        self.outcome.as_ref()
    }

    /// The call, what happened in the plugin, and what JavaScript sees, a line each.
    pub fn trace(&self) -> String {
        let mut lines = vec![self.call.clone()];
        let events = self.outcome.iter().flat_map(|outcome| &outcome.events);
        lines.extend(events.map(|event| format!("  {event}")));
        lines.push(match &self.result {
            Ok(output) => format!("=> {}", text(output)),
            Err(failure) => failure.to_string(),
        });
        lines.join("\n")
    }
}

/// An answer prints as its trace.
impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.trace())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Exception(Error::BadManifest { place, reason }) if place == TYPE_ERROR => {
                write!(f, "=> throws {place}: {reason}")
            }
            Failure::Exception(error) => write!(f, "=> throws SyntaxError: {}", exception(error)),
            Failure::Crash(error) => {
                write!(f, "=> HTTP 500 without a body, JavaScript cannot catch it\n   cause: {error}")
            }
        }
    }
}

/// The message of the exception: the server puts SQLite's and serde's own words into it.
fn exception(error: &Error) -> String {
    match error {
        Error::MissingPlugin { .. } => "Error: Query returned no rows".to_owned(),
        Error::BadManifest { place, reason } if place == TYPE_ERROR => format!("{place}: {reason}"),
        Error::BadManifest { reason, .. } => format!("Error: {reason}"),
        other => format!("Error: {other}"),
    }
}

fn text(text: &str) -> String {
    crate::trace::event::render_bytes(text.as_bytes())
}
