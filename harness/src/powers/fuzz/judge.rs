//! What is wrong with how a call ended, if anything.

use plugsmith::protocol::resp;
use serde::{Deserialize, Serialize};

use super::shape::Shape;
use crate::error::Error;
use crate::trace::outcome::Outcome;

/// What is wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Problem {
    /// The guest trapped.
    Trapped,
    /// The guest ran into a limit of fuel, time or memory.
    Exhausted,
    /// The output is not what its caller can read.
    BadOutput,
    /// The call failed with an empty error.
    SaysNothing,
    /// What the test's own check says does not hold.
    CheckFails,
    /// In two fresh guests, the same call gave two outputs, or used other fuel.
    Differs,
    /// A second call with the same input, and the same answers of the host, gave another output.
    Remembers,
    /// The same call over and over takes more and more memory.
    Grows,
    /// The fuel grows with the square of the input's length, or faster.
    Superlinear,
}

impl Problem {
    /// How a report says it, and what to do about it.
    pub(super) fn shown(self) -> &'static str {
        match self {
            Problem::Trapped => "the plugin trapped: check the input and return an error",
            Problem::Exhausted => "the plugin ran into a limit: bound the work and the memory that an input asks for",
            Problem::BadOutput => "the output cannot be read",
            Problem::SaysNothing => "the error is empty: say what failed",
            Problem::CheckFails => "the test's check fails",
            Problem::Differs => {
                "the same call in two fresh instances differs: do not depend on addresses or on the order of a hash map"
            }
            Problem::Remembers => {
                "the second call differs from the first, though input and host are the same: what an instance keeps in \
                 its memory is lost when the host restarts it; keep it in a variable or in storage"
            }
            Problem::Grows => "the same call over and over takes more and more memory: free what a call allocates",
            Problem::Superlinear => {
                "the fuel grows with the square of the input's length, or faster: avoid loops in loops over the input"
            }
        }
    }
}

/// A problem, in the words of its call.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    pub(super) problem: Problem,
    /// What exactly.
    pub(super) reason: String,
    /// What tells it from other problems of the kind: the place of a panic, as far as it is known.
    pub(super) place: String,
}

impl Judged {
    pub(super) fn new(problem: Problem, reason: String, place: String) -> Judged {
        Judged { problem, reason, place }
    }

    /// Whether it is the same fault as another.
    pub(super) fn is_like(&self, other: &Judged) -> bool {
        (self.problem, &self.place) == (other.problem, &other.place)
    }
}

/// What is wrong with this call by itself.
pub(super) fn judge(shape: &Shape, outcome: &Outcome<Vec<u8>>) -> Option<Judged> {
    let entry = &shape.entry;
    let error = match &outcome.result {
        Ok(output) => {
            // An output in JSON answers an input in JSON; none is null.
            let reads = !shape.answers_in_resp() || output.is_empty() || resp::decode(output).is_ok();
            let reason = || format!("neither RESP nor empty: {}", crate::trace::event::render_bytes(output));
            return (!reads).then(|| Judged::new(Problem::BadOutput, reason(), entry.clone()));
        }
        Err(error) => error,
    };
    let reason = error.to_string();
    match error {
        Error::Trapped { panic, reason: trap, .. } => {
            let place = panic.as_deref().and_then(place_of_panic).unwrap_or_else(|| format!("{entry}: {trap}"));
            Some(Judged::new(Problem::Trapped, reason, place))
        }
        Error::OutOfFuel { .. }
        | Error::OutOfHostCalls { .. }
        | Error::OutOfMemory { .. }
        | Error::TimedOut { .. }
        | Error::WaitsForClock { .. }
        | Error::OverBudget { .. }
        | Error::HostFull { .. }
        | Error::HostLimit { .. } => Some(Judged::new(Problem::Exhausted, reason, entry.clone())),
        Error::BadOutput { .. } => Some(Judged::new(Problem::BadOutput, reason, entry.clone())),
        Error::Plugin { message } if message.trim().is_empty() => {
            Some(Judged::new(Problem::SaysNothing, "the error is empty".to_owned(), entry.clone()))
        }
        _ => None,
    }
}

/// `src/lib.rs:7` in the message of a panic.
fn place_of_panic(message: &str) -> Option<String> {
    let end = message.rfind(".rs:")? + 4;
    let start = message[..end].rfind([' ', ',']).map_or(0, |space| space + 1);
    let digits = message[end..].find(|letter: char| !letter.is_ascii_digit()).unwrap_or(message.len() - end);
    Some(message[start..end + digits].to_owned())
}
