//! How calls of the tested plugin failed since the last assertion. A suite may fail a hundred thousand
//! of them, by a name as large as its memory: equal ones are one line, and of many the first are kept.

use crate::error::Error;
use crate::trace::event::shorten_to;

/// The most lines before an assertion.
const LINES: usize = 20;
/// The most letters of a function's name, and of an error.
const WIDTH: (usize, usize) = (200, 2000);

/// How calls failed since the last assertion.
#[derive(Default)]
pub(super) struct Notes {
    /// Each line, and how often it came.
    lines: Vec<(String, usize)>,
    /// How many calls failed besides.
    more: usize,
}

impl Notes {
    /// Notes a failure: the bytes that it takes to keep it.
    pub(super) fn push(&mut self, function: &str, error: &Error) -> usize {
        let line = told(function, error);
        if let Some((_, times)) = self.lines.iter_mut().find(|(known, _)| *known == line) {
            *times += 1;
            return 0;
        }
        if self.lines.len() == LINES {
            self.more += 1;
            return 0;
        }
        let length = line.len();
        self.lines.push((line, 1));
        length
    }

    /// A line for each that differs.
    pub(super) fn into_lines(self) -> Vec<String> {
        let line = |(line, times)| if times == 1 { line } else { format!("{line} ({times} times)") };
        let mut lines: Vec<String> = self.lines.into_iter().map(line).collect();
        if self.more > 0 {
            lines.push(format!(".. {} more calls failed", self.more));
        }
        lines
    }
}

/// `echo failed: ..`, without what is too long to be read.
pub(super) fn told(function: &str, error: &Error) -> String {
    format!("{} failed: {}", shorten_to(WIDTH.0, function), shorten_to(WIDTH.1, &error.to_string()))
}
