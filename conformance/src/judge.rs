//! Holds a report against the table. A known difference is asserted like any other expectation:
//! one that is no longer there fails the run, so that the documentation cannot outlive it.

use crate::report::{Answer, Outcome, Report};
use crate::table::{Call, Case, Expectation, Host, Table};

/// How a host did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The cases that came out as the table says.
    pub passed: usize,
    /// A line about each that did not, and about what else is wrong.
    pub failures: Vec<String>,
}

/// Judges the report of a host.
pub fn judge(table: &Table, host: &Host, report: &Report) -> Verdict {
    let mut verdict = Verdict::default();
    if report.version != host.version {
        verdict.failures.push(format!("the driver found version {}, the table has {}", report.version, host.version));
    }
    for (index, case) in table.cases.iter().enumerate() {
        let result = match report.outcomes.get(index) {
            Some(outcome) if outcome.case == case.name => case.accept(host, outcome),
            Some(outcome) => Err(format!("the driver reports another case in its place: {}", outcome.case)),
            None => Err("the driver did not report it".to_owned()),
        };
        match result {
            Ok(()) => verdict.passed += 1,
            Err(why) => verdict.failures.push(format!("{}: {why}", case.name)),
        }
    }
    if let Some((prefix, name)) = &host.error_prefix {
        let mut answers = report.outcomes.iter().flat_map(|outcome| &outcome.calls);
        if !answers.any(|answer| matches!(answer, Answer::Error(text) if text.starts_with(prefix))) {
            verdict.failures.push(gone(name));
        }
    }
    verdict
}

/// That a host does now what the others do.
fn gone(name: &str) -> String {
    format!("the difference `{name}` is gone: take this host out of it in cases.json")
}

impl Case {
    fn accept(&self, host: &Host, outcome: &Outcome) -> Result<(), String> {
        let difference = self.difference(&host.id);
        let refused = difference.map_or(&self.refused, |difference| &difference.refused);
        match &outcome.refused {
            Some(message) if !refused.is_empty() => match refused.iter().find(|name| !message.contains(*name)) {
                Some(name) => Err(format!("the refusal does not name {name}: {message}")),
                None => Ok(()),
            },
            // Some hosts instantiate when they load, others at the first call.
            Some(message) => match self.calls.first() {
                Some(call) if call.expected(host).accepts(host, &Answer::Error(message.clone())) => Ok(()),
                _ => Err(format!("it does not load: {message}")),
            },
            None => match difference {
                Some(difference) => Err(gone(&difference.name)),
                None if !refused.is_empty() => Err("it loads, and should be refused".to_owned()),
                None if outcome.calls.len() != self.calls.len() => {
                    Err(format!("{} answers to {} calls", outcome.calls.len(), self.calls.len()))
                }
                None => {
                    let mut calls = self.calls.iter().zip(&outcome.calls).enumerate();
                    calls.try_for_each(|(index, (call, answer))| call.accept(host, index, answer))
                }
            },
        }
    }
}

impl Call {
    fn expected(&self, host: &Host) -> &Expectation {
        self.difference(&host.id).map_or(&self.expected, |difference| &difference.expected)
    }

    fn accept(&self, host: &Host, index: usize, answer: &Answer) -> Result<(), String> {
        if let Some(difference) = self.difference(&host.id)
            && self.expected.accepts(host, answer)
        {
            return Err(format!("call {index}, {}: {}", self.function, gone(&difference.name)));
        }
        let expected = self.expected(host);
        if expected.accepts(host, answer) {
            return Ok(());
        }
        let came = match answer {
            Answer::Output { text, .. } => format!("gave {}", excerpt(text)),
            Answer::Error(text) => format!("failed with {}", excerpt(text)),
        };
        Err(format!("call {index}, {}, {came}, expected {expected}", self.function))
    }
}

fn excerpt(text: &str) -> String {
    match text.char_indices().nth(300) {
        Some((end, _)) => format!("{:?}.. ({} bytes)", &text[..end], text.len()),
        None => format!("{text:?}"),
    }
}

impl Expectation {
    fn accepts(&self, host: &Host, answer: &Answer) -> bool {
        match (self, answer) {
            (Expectation { output: Some(text), .. }, Answer::Output { text: output, .. }) => output == text,
            (Expectation { output_starts: Some(text), .. }, Answer::Output { text: output, .. }) => {
                output.starts_with(text)
            }
            (Expectation { output_none_of: Some(texts), .. }, Answer::Output { text, .. }) => !texts.contains(text),
            (Expectation { output_length: Some(length), .. }, Answer::Output { bytes, .. }) => bytes == length,
            (Expectation { error: Some(text), .. }, Answer::Error(error)) => host.bare(error) == text,
            (Expectation { error_starts: Some(text), .. }, Answer::Error(error)) => host.bare(error).starts_with(text),
            (Expectation { fails: true, .. }, Answer::Error(_)) => true,
            _ => false,
        }
    }
}

impl Host {
    /// The guest's own text, without what the SDK puts before it.
    fn bare<'a>(&self, error: &'a str) -> &'a str {
        self.error_prefix.as_ref().and_then(|(prefix, _)| error.strip_prefix(prefix)).unwrap_or(error)
    }
}

impl std::fmt::Display for Expectation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Expectation { output: Some(text), .. } => write!(f, "{text:?}"),
            Expectation { output_starts: Some(text), .. } => write!(f, "{text:?}.."),
            Expectation { output_none_of: Some(texts), .. } => write!(f, "something other than {texts:?}"),
            Expectation { output_length: Some(length), .. } => write!(f, "{length} bytes"),
            Expectation { error: Some(text), .. } => write!(f, "the error {text:?}"),
            Expectation { error_starts: Some(text), .. } => write!(f, "the error {text:?}.."),
            Expectation { fails: true, .. } => write!(f, "an error"),
            _ => write!(f, "nothing, which is a mistake in the table"),
        }
    }
}
