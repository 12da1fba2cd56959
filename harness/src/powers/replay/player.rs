//! Answers a guest's host calls from a session.

use std::sync::{Mutex, MutexGuard, PoisonError};

use plugsmith::protocol::host_functions::{HostValue, WireType};

use super::recorder::{is_recorded, seen};
use super::session::HostCall;
use super::value::Value;
use crate::engine::watch::{Answered, Passing, Verdict, Watch};

/// Hears of each host call once it is answered; `false` lets the rest run without it.
pub(super) type Step = Box<dyn FnMut(&str) -> bool + Send>;

/// What a watch says of a host call whose text is this where the recording has none.
const UNEXPECTED: &str = "unexpected";

/// The host of a replay.
pub(super) struct Player {
    playing: Mutex<Playing>,
}

struct Playing {
    recorded: Vec<HostCall>,
    used: Vec<bool>,
    /// The first that is not used.
    front: usize,
    redacted: bool,
    made: Vec<Made>,
    /// How the host call that is on its way is answered.
    answered: Origin,
    step: Option<Step>,
}

/// A host call of the replay, and where its answer came from.
pub(super) struct Made {
    pub(super) call: HostCall,
    pub(super) origin: Origin,
}

/// Where an answer came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The same call in the recording.
    Same,
    /// The call of the recording that was next, with other arguments.
    Changed,
    /// The same call, which the recording has less often.
    Again,
    /// The host of the replay: the recording has nothing like it.
    Host,
}

impl Player {
    pub(super) fn new(redacted: bool, step: Option<Step>) -> Player {
        let playing = Playing {
            recorded: Vec::new(),
            used: Vec::new(),
            front: 0,
            redacted,
            made: Vec::new(),
            answered: Origin::Host,
            step,
        };
        Player { playing: Mutex::new(playing) }
    }

    /// A call begins, in which these are the host calls of the recording.
    pub(super) fn begin(&self, recorded: Vec<HostCall>, shown: &str) {
        let mut playing = self.playing();
        playing.show(shown);
        playing.used = vec![false; recorded.len()];
        playing.recorded = recorded;
        playing.front = 0;
        playing.made.clear();
    }

    /// The call has ended: the host calls that it has made.
    pub(super) fn end(&self) -> Vec<Made> {
        std::mem::take(&mut self.playing().made)
    }

    fn playing(&self) -> MutexGuard<'_, Playing> {
        self.playing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Playing {
    /// The recorded call that answers this one. The order is that of the recording, but a call that was moved
    /// finds its answer, too; how the orders differ is for the report.
    fn find(&self, now: &HostCall) -> Option<(usize, Origin)> {
        let is_same = |index: &usize| self.recorded[*index].is(now, self.redacted);
        let unused = || (self.front..self.recorded.len()).filter(|index| !self.used[*index]);
        if let Some(index) = unused().find(is_same) {
            return Some((index, Origin::Same));
        }
        let is_function = |index: &usize| {
            let recorded = &self.recorded[*index];
            recorded.module == now.module && recorded.name == now.name
        };
        if let Some(index) = unused().next().filter(is_function) {
            return Some((index, Origin::Changed));
        }
        if let Some(index) = (0..self.recorded.len()).rev().find(is_same) {
            return Some((index, Origin::Again));
        }
        unused().find(is_function).map(|index| (index, Origin::Changed))
    }

    /// Shows a line, if somebody wants to see it.
    fn show(&mut self, line: &str) {
        if let Some(mut step) = self.step.take()
            && step(line)
        {
            self.step = Some(step);
        }
    }

    fn take(&mut self, index: usize) {
        self.used[index] = true;
        while self.used.get(self.front) == Some(&true) {
            self.front += 1;
        }
    }
}

impl Watch for Player {
    fn before(&self, call: &Passing<'_>) -> Verdict {
        if !is_recorded(call) {
            return Verdict::Pass;
        }
        let now = seen(call, &Err(""));
        let mut playing = self.playing();
        let found = playing.find(&now);
        playing.answered = found.map_or(Origin::Host, |(_, origin)| origin);
        let Some((index, origin)) = found else {
            // What has no result needs no answer.
            let is_needed = call.answers != WireType::Nothing;
            return if is_needed { Verdict::Pass } else { Verdict::Answer(HostValue::Nothing) };
        };
        if origin != Origin::Again {
            playing.take(index);
        }
        match &playing.recorded[index].answer {
            // The strict host of a test refused it, and does so again.
            Err(reason) if reason == UNEXPECTED => Verdict::Pass,
            Err(reason) => Verdict::Refuse(reason.clone()),
            Ok(answer) => match answer.answer(call.answers) {
                Some(answer) => Verdict::Answer(answer),
                None => {
                    let Value::Cut { length } = answer else { return Verdict::Pass };
                    Verdict::Refuse(format!(
                        "the recording has not the {length} bytes of this answer: record with a higher --max-bytes"
                    ))
                }
            },
        }
    }

    fn after(&self, call: &Passing<'_>, answer: &Answered<'_>) {
        if !is_recorded(call) {
            return;
        }
        let call = seen(call, answer);
        let mut playing = self.playing();
        let origin = playing.answered;
        if playing.step.is_some() {
            let mark = match origin {
                Origin::Same => ' ',
                Origin::Changed => '~',
                Origin::Again | Origin::Host => '+',
            };
            playing.show(&format!("{mark} {}", call.shown()));
        }
        playing.made.push(Made { call, origin });
    }
}
