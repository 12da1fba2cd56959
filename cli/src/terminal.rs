//! What goes to the terminal: errors, progress, styles. Nothing here panics when a pipe is closed.

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use indicatif::ProgressBar;

use crate::error::Error;

/// Headings.
pub(crate) const BOLD: Style = Style::new().bold();
/// What is beside the point.
pub(crate) const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();

/// Text in a style; a pipe gets the text alone.
pub(crate) fn styled(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Writes all of standard output at once.
pub(crate) fn output(bytes: &[u8]) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes)?;
    Ok(out.flush()?)
}

/// Writes text that has styles to standard output.
pub(crate) fn output_styled(text: &str) -> Result<(), Error> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// Writes a line, which may have styles, to standard error.
pub(crate) fn note(line: &str) {
    // Where standard error is closed, nobody is there to hear of it.
    let _ = writeln!(anstream::stderr().lock(), "{line}");
}

/// Writes `error: ..` to standard error.
pub(crate) fn error(error: &dyn Display) {
    note(&format!("{} {error}", styled(RED, "error:")));
}

/// What is being done: a spinner on a terminal, otherwise a line for each step.
pub(crate) struct Progress {
    quiet: bool,
    title: String,
    spinner: Option<ProgressBar>,
}

impl Progress {
    pub(crate) fn new(quiet: bool) -> Progress {
        Progress { quiet, title: String::new(), spinner: None }
    }

    /// Shows a line: a step of ours in lower case, or one of cargo's in upper case.
    pub(crate) fn show(&mut self, line: &str) {
        if self.quiet {
            return;
        }
        let is_step = line.starts_with(char::is_lowercase) && !line.contains(": ");
        if is_step {
            self.title = line.to_owned();
        }
        if !std::io::stderr().is_terminal() {
            if is_step {
                note(line);
            }
            return;
        }
        let spinner = self.spinner.get_or_insert_with(|| {
            let spinner = ProgressBar::new_spinner();
            spinner.enable_steady_tick(Duration::from_millis(100));
            spinner
        });
        let detail = line.strip_prefix("Compiling ").map(|unit| unit.split(" (").next().unwrap_or(unit));
        spinner.set_message(match detail {
            Some(unit) => format!("{}: {unit}", self.title),
            None => self.title.clone(),
        });
    }
}

/// The spinner leaves no trace.
impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(spinner) = &self.spinner {
            spinner.finish_and_clear();
        }
    }
}
