//! The traces of the calls so far: all of a test, and the last of a server that runs for days.

use std::collections::VecDeque;

use super::call::Past;

/// The traces of the calls so far.
#[derive(Debug, Default)]
pub(crate) struct History {
    calls: VecDeque<Past>,
    bytes: usize,
    forgotten: usize,
}

impl History {
    /// The bytes that are kept: earlier calls are forgotten.
    const BYTES: usize = 64 * 1024 * 1024;

    pub(crate) fn push(&mut self, past: Past) {
        self.bytes += past.size();
        self.calls.push_back(past);
        while self.bytes > History::BYTES && self.calls.len() > 1 {
            self.bytes -= self.calls.pop_front().map_or(0, |past| past.size());
            self.forgotten += 1;
        }
    }

    /// How many calls there were.
    pub(crate) fn len(&self) -> usize {
        self.forgotten + self.calls.len()
    }

    pub(crate) fn render(&self) -> String {
        let mut parts: Vec<String> = self.calls.iter().map(Past::render).collect();
        if self.forgotten > 0 {
            parts.insert(0, format!(".. {} earlier calls, which are no longer kept", self.forgotten));
        }
        parts.join("\n\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_calls_are_kept_and_the_others_counted() {
        let mut history = History::default();
        for number in 0..100 {
            history.push(Past::Told(format!("{number}{}", " ".repeat(1024 * 1024))));
        }
        let text = history.render();
        assert!(text.len() < History::BYTES + 1024, "{}", text.len());
        assert!(text.starts_with(".. 37 earlier calls, which are no longer kept\n\n37 "), "{}", &text[..60]);
    }
}
