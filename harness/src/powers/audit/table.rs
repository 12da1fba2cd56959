//! An audit as text within 100 columns.

use std::collections::BTreeSet;
use std::fmt;

use super::ability::Ability;
use super::model::{Audit, What};
use crate::text::one_line;

/// The widest line.
const WIDTH: usize = 100;

/// A title, and rows of columns: what does not fit into the last column goes on in the next line.
pub(super) fn table(title: &str, head: &[&str], rows: &[Vec<String>]) -> String {
    let head: Vec<String> = head.iter().map(|&cell| cell.to_owned()).collect();
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| one_line(cell)).collect()).collect();
    let last = head.len().saturating_sub(1);
    // A name that would leave the others no room has a line of its own.
    let most = if last == 0 { WIDTH } else { (WIDTH - 4) / (last + 1) };
    let width = |column: usize| {
        let cells = rows.iter().chain([&head]).map(|row| row[column].chars().count());
        cells.filter(|width| *width <= most).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..last).map(width).collect();
    let indent = widths.iter().map(|width| width + 2).sum::<usize>() + 2;
    let mut out = format!("{title}\n");
    for row in [&head].into_iter().chain(&rows) {
        let mut line = "  ".to_owned();
        let mut column_end = 2;
        for (cell, width) in row.iter().zip(&widths) {
            column_end += width + 2;
            line.push_str(cell);
            if cell.chars().count() > *width {
                out.push_str(&format!("{line}\n"));
                line = String::new();
            }
            let missing = column_end.saturating_sub(line.chars().count());
            line.push_str(&" ".repeat(missing));
        }
        for (index, piece) in wrapped(&row[last], WIDTH.saturating_sub(indent).max(20)).iter().enumerate() {
            let start = if index == 0 { line.clone() } else { " ".repeat(indent) };
            out.push_str(format!("{start}{piece}").trim_end());
            out.push('\n');
        }
    }
    out
}

/// Text in lines of at most so many letters, broken at spaces; a longer word sticks out.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let fresh = lines
            .last()
            .is_some_and(|line| !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width);
        if fresh {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

/// Names with commas between them.
pub(super) fn list(names: &[String]) -> String {
    match names {
        [] => "-".to_owned(),
        names => names.join(", "),
    }
}

fn abilities(of: &BTreeSet<Ability>) -> String {
    list(&of.iter().map(Ability::to_string).collect::<Vec<_>>())
}

impl fmt::Display for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries: Vec<Vec<String>> = self
            .entries
            .iter()
            .map(|entry| {
                let never: BTreeSet<Ability> = entry.linked.difference(&entry.exercised).cloned().collect();
                let calls = if self.is_tested { entry.calls.to_string() } else { "-".to_owned() };
                let can = match (never.is_empty(), entry.exercised.is_empty()) {
                    (true, _) => abilities(&entry.exercised),
                    (false, _) if !self.is_tested => abilities(&never),
                    (false, true) => format!("never in tests: {}", abilities(&never)),
                    (false, false) => format!("{}; never in tests: {}", abilities(&entry.exercised), abilities(&never)),
                };
                vec![entry.name.clone(), calls, can]
            })
            .collect();
        let permissions: Vec<Vec<String>> = self
            .permissions
            .iter()
            .map(|permission| {
                let granted = match permission.is_granted {
                    Some(true) => "yes",
                    Some(false) => "NO",
                    None => "-",
                };
                let calls = if self.is_tested { permission.calls.to_string() } else { "-".to_owned() };
                vec![permission.ability.to_string(), granted.to_owned(), calls, list(&permission.imports)]
            })
            .collect();
        let mut parts = Vec::new();
        if entries.is_empty() {
            parts.push("entry points\n  none\n".to_owned());
        } else {
            parts.push(table("entry points", &["entry point", "calls", "can do"], &entries));
        }
        if permissions.is_empty() {
            parts.push("permissions\n  none: it computes\n".to_owned());
        } else {
            parts.push(table("permissions", &["permission", "granted", "calls", "imports"], &permissions));
        }
        if !self.requests.is_empty() {
            let requests: Vec<Vec<String>> = self.requests.iter().map(|request| vec![request.clone()]).collect();
            parts.push(table("requests", &["method and origin"], &requests));
        }
        let findings: Vec<Vec<String>> = self
            .findings
            .iter()
            .map(|finding| {
                let level = match finding.what {
                    What::NotGranted | What::HostNotGranted => "lacks",
                    _ if finding.fails => "excess",
                    _ => "note",
                };
                vec![level.to_owned(), format!("{}; fix: {}", finding.text, finding.fix)]
            })
            .collect();
        if findings.is_empty() {
            parts.push("It asks for what it uses, and for nothing else.\n".to_owned());
        } else {
            parts.push(table("findings", &["", ""], &findings).replacen("\n\n", "\n", 1));
        }
        f.write_str(parts.join("\n").trim_end())
    }
}
