//! What a driver reports: what came of every case, judged by nobody yet. One JSON object a line,
//! so that a driver in any language writes it with what its language brings along.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::table::{Case, Table};

/// What a host made of the cases.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The version that it says it is.
    pub version: String,
    /// The cases, in the table's order.
    pub outcomes: Vec<Outcome>,
}

/// What a host made of one case.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Outcome {
    /// The case's name.
    pub case: String,
    /// Why the host did not load the artifact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// The answers to the calls, in order.
    #[serde(default)]
    pub calls: Vec<Answer>,
}

/// What a host gave its user for one call.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The output, in bytes and as text.
    Output {
        /// The text; bytes that are none are replaced.
        text: String,
        /// How many bytes there are.
        bytes: usize,
    },
    /// The error's text.
    Error(String),
}

impl Answer {
    /// The answer of these bytes.
    pub fn output(output: &[u8]) -> Answer {
        Answer::Output { text: String::from_utf8_lossy(output).into_owned(), bytes: output.len() }
    }
}

/// The first line of a report.
#[derive(Deserialize, Serialize)]
struct Head {
    version: String,
}

/// A host under test, with one plugin in it.
pub trait Loaded {
    /// Calls an export: its output, or the error's text.
    ///
    /// # Errors
    /// The text that the host gives its user.
    fn call(&mut self, function: &str, input: &[u8]) -> Result<Vec<u8>, String>;
}

/// Runs the table in a host that `load` makes; `http` is the address of the HTTP server.
pub fn drive<L: Loaded>(table: &Table, version: &str, http: &str, load: impl Fn(&Case) -> Result<L, String>) -> Report {
    let outcomes = table.cases.iter().map(|case| run(case, http, load(case))).collect();
    Report { version: version.to_owned(), outcomes }
}

fn run<L: Loaded>(case: &Case, http: &str, loaded: Result<L, String>) -> Outcome {
    let mut outcome = Outcome { case: case.name.clone(), refused: None, calls: Vec::new() };
    match loaded {
        Err(message) => outcome.refused = Some(message),
        Ok(mut plugin) => {
            for call in &case.calls {
                let input = with_outputs(&call.input.replace("{http}", http), &outcome.calls);
                outcome.calls.push(match plugin.call(&call.function, input.as_bytes()) {
                    Ok(output) => Answer::output(&output),
                    Err(error) => Answer::Error(error),
                });
            }
        }
    }
    outcome
}

/// The input with the earlier outputs that it names.
fn with_outputs(input: &str, earlier: &[Answer]) -> String {
    earlier.iter().enumerate().fold(input.to_owned(), |input, (index, answer)| match answer {
        Answer::Output { text, .. } => input.replace(&format!("{{{index}}}"), text),
        Answer::Error(_) => input,
    })
}

/// Reads a driver's report.
///
/// # Errors
/// The file is no report; the text says which line.
pub fn read(path: &Path) -> Result<Report, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let wrong = |line: usize, error: serde_json::Error| format!("{}, line {}: {error}", path.display(), line + 1);
    let mut lines = text.lines().enumerate();
    let Some((index, head)) = lines.next() else { return Err(format!("{}: it is empty", path.display())) };
    let Head { version } = serde_json::from_str(head).map_err(|error| wrong(index, error))?;
    let outcomes = lines
        .map(|(index, line)| serde_json::from_str(line).map_err(|error| wrong(index, error)))
        .collect::<Result<_, _>>()?;
    Ok(Report { version, outcomes })
}

impl Report {
    /// Writes the report as a driver in another language does, where `CONFORMANCE_REPORTS` names a
    /// folder: the host's id, and `.jsonl`.
    ///
    /// # Panics
    /// The file cannot be written.
    pub fn keep(&self, host: &str) {
        let folder = std::env::var_os("CONFORMANCE_REPORTS").filter(|folder| !folder.is_empty());
        let Some(folder) = folder else { return };
        let mut text = serde_json::to_string(&Head { version: self.version.clone() }).expect("a head is JSON");
        for outcome in &self.outcomes {
            text.push('\n');
            text.push_str(&serde_json::to_string(outcome).expect("an outcome is JSON"));
        }
        let path = Path::new(&folder).join(format!("{host}.jsonl"));
        std::fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}
