//! How the host calls of a replay differ from those of the recording.

use super::player::{Made, Origin};
use super::session::HostCall;

/// The largest table of a comparison: beyond it, what is not the same at the start and at the end counts as
/// replaced.
const TABLE: usize = 4_000_000;

/// A host call in a comparison of two lists of them.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
#[non_exhaustive]
pub enum Line {
    /// Both have it.
    Same {
        /// The call and its answer.
        call: String,
    },
    /// The recording has it, the replay has not.
    Missing {
        /// The call and its answer.
        call: String,
    },
    /// The replay has it, the recording has not.
    Extra {
        /// The call and its answer.
        call: String,
    },
    /// The same function with other arguments; the answer is that of the recording.
    Changed {
        /// The call of the recording.
        recorded: String,
        /// The call of the replay.
        now: String,
    },
}

/// Both lists as one, with what is missing before what is extra.
pub(super) fn diff(recorded: &[HostCall], made: &[Made], redacted: bool) -> Vec<Line> {
    let is_same = |old: &HostCall, new: &Made| old.is(&new.call, redacted);
    let start = recorded.iter().zip(made).take_while(|(old, new)| is_same(old, new)).count();
    let (old, new) = (&recorded[start..], &made[start..]);
    let end = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| is_same(old, new)).count();
    let (old, new) = (&old[..old.len() - end], &new[..new.len() - end]);
    let mut lines: Vec<Line> = made[..start].iter().map(same).collect();
    lines.extend(middle(old, new, &is_same));
    lines.extend(made[made.len() - end..].iter().map(same));
    pair(lines)
}

fn same(made: &Made) -> Line {
    Line::Same { call: made.call.shown() }
}

fn missing(call: &HostCall) -> Line {
    Line::Missing { call: call.shown() }
}

fn extra(made: &Made) -> Line {
    let origin = match made.origin {
        Origin::Host => "  (not in the recording: answered by a host as it was at the start)",
        Origin::Again => "  (answered as in the recording, which has it less often)",
        Origin::Same | Origin::Changed => "",
    };
    Line::Extra { call: format!("{}{origin}", made.call.shown()) }
}

/// The longest common subsequence, and what is not in it.
fn middle(old: &[HostCall], new: &[Made], is_same: &impl Fn(&HostCall, &Made) -> bool) -> Vec<Line> {
    let width = new.len() + 1;
    if (old.len() + 1).saturating_mul(width) > TABLE {
        return old.iter().map(missing).chain(new.iter().map(extra)).collect();
    }
    let mut longest = vec![0_u32; (old.len() + 1) * width];
    for row in (0..old.len()).rev() {
        for column in (0..new.len()).rev() {
            longest[row * width + column] = if is_same(&old[row], &new[column]) {
                longest[(row + 1) * width + column + 1] + 1
            } else {
                longest[(row + 1) * width + column].max(longest[row * width + column + 1])
            };
        }
    }
    let (mut row, mut column, mut lines) = (0, 0, Vec::new());
    while row < old.len() && column < new.len() {
        if is_same(&old[row], &new[column]) {
            lines.push(same(&new[column]));
            (row, column) = (row + 1, column + 1);
        } else if longest[(row + 1) * width + column] >= longest[row * width + column + 1] {
            lines.push(missing(&old[row]));
            row += 1;
        } else {
            lines.push(extra(&new[column]));
            column += 1;
        }
    }
    lines.extend(old[row..].iter().map(missing));
    lines.extend(new[column..].iter().map(extra));
    lines
}

/// A call that is missing right before an extra one of the same function is one that has changed.
fn pair(lines: Vec<Line>) -> Vec<Line> {
    let name = |call: &str| call.split(' ').next().map(str::to_owned);
    let mut paired: Vec<Line> = Vec::with_capacity(lines.len());
    let mut waiting: std::collections::VecDeque<usize> = std::collections::VecDeque::new();
    for line in lines {
        match &line {
            Line::Missing { .. } => {
                waiting.push_back(paired.len());
                paired.push(line);
            }
            Line::Extra { call: now } => {
                let first = waiting.front().copied();
                match first.and_then(|at| {
                    if let Line::Missing { call } = &paired[at] { Some((at, call.clone())) } else { None }
                }) {
                    Some((at, recorded)) if name(&recorded) == name(now) => {
                        waiting.pop_front();
                        paired[at] = Line::Changed { recorded, now: now.clone() };
                    }
                    _ => paired.push(line),
                }
            }
            _ => {
                waiting.clear();
                paired.push(line);
            }
        }
    }
    paired
}
