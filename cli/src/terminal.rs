//! What goes to the terminal: errors, progress, styles. Nothing here panics when a pipe is closed.
//!
//! Most texts hold something of a stranger's: a plugin's names and log lines, a request's path. On a
//! terminal, what would steer it is escaped here, in every text; a pipe gets the text as it is. So our own
//! styles are marks until then, which nobody else can write.

use std::borrow::Cow;
use std::fmt::Display;
use std::hash::{BuildHasher, RandomState};
use std::io::{IsTerminal, Write};
use std::sync::LazyLock;
use std::time::Duration;

use anstream::ColorChoice;
use anstyle::{AnsiColor, Style};
use indicatif::ProgressBar;
use plugsmith_harness::printable;

use crate::error::Error;

/// Headings.
pub(crate) const BOLD: Style = Style::new().bold();
/// What is beside the point.
pub(crate) const DIM: Style = Style::new().dimmed();
/// What is wrong.
pub(crate) const RED: Style = AnsiColor::Red.on_default().bold();

/// The styles, in the order of their marks.
const STYLES: [Style; 3] = [BOLD, DIM, RED];

/// What stands for the start of each style, and for the end of any: another in each process, so that no
/// plugin can write it.
static MARKS: LazyLock<[String; STYLES.len() + 1]> = LazyLock::new(|| {
    let key = RandomState::new().hash_one("marks");
    std::array::from_fn(|index| format!("\u{fdd0}{key:x}{index}\u{fdd1}"))
});

/// Text in a style; a pipe gets the text alone.
pub(crate) fn styled(style: Style, text: impl Display) -> String {
    let [.., end] = &*MARKS;
    match STYLES.iter().position(|known| *known == style) {
        Some(index) => format!("{}{text}{end}", MARKS[index]),
        None => text.to_string(),
    }
}

/// A name or a description of a stranger's, of which no part is to look like a line of ours.
pub(crate) fn one_line(text: &str) -> String {
    text.replace('\n', "\\n")
}

/// The text as this stream is to get it.
pub(crate) fn fit(text: &str, is_terminal: bool, has_colors: bool) -> String {
    let mut text = if is_terminal { printable(text) } else { Cow::Borrowed(text) };
    let starts = STYLES.iter().map(|style| style.render().to_string());
    for (mark, code) in MARKS.iter().zip(starts.chain(["\u{1b}[0m".to_owned()])) {
        if text.contains(mark.as_str()) {
            text = Cow::Owned(text.replace(mark.as_str(), if has_colors { &code } else { "" }));
        }
    }
    text.into_owned()
}

/// Writes all of standard output at once: as it is into a pipe, as text to a terminal.
pub(crate) fn output(bytes: &[u8]) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    match out.is_terminal() {
        true => out.write_all(printable(&String::from_utf8_lossy(bytes)).as_bytes())?,
        false => out.write_all(bytes)?,
    }
    Ok(out.flush()?)
}

/// Writes text that has styles to standard output.
pub(crate) fn output_styled(text: &str) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    let has_colors = anstream::AutoStream::choice(&out) != ColorChoice::Never;
    out.write_all(fit(text, out.is_terminal(), has_colors).as_bytes())?;
    Ok(out.flush()?)
}

/// Writes a line, which may have styles, to standard error.
pub(crate) fn note(line: &str) {
    let mut out = std::io::stderr().lock();
    let has_colors = anstream::AutoStream::choice(&out) != ColorChoice::Never;
    // Where standard error is closed, nobody is there to hear of it.
    let _ = writeln!(out, "{}", fit(line, out.is_terminal(), has_colors));
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
        let message = match detail {
            Some(unit) => format!("{}: {unit}", self.title),
            None => self.title.clone(),
        };
        spinner.set_message(printable(&message).into_owned());
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What a plugin's log line may hold: a title, a cleared screen, C1's own escape, a line turned round.
    const HOSTILE: &str = "\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}31m\u{202e}\rend\u{8}";

    #[test]
    fn on_a_terminal_a_strangers_text_steers_nothing() {
        let shown = fit(&format!("{} {HOSTILE}\n", styled(BOLD, HOSTILE)), true, false);
        assert!(!shown.chars().any(|letter| letter != '\n' && letter.is_control()), "{shown:?}");
        let escaped = r"\u{1b}]0;title\u{7}\u{1b}[2J\u{9b}31m\u{202e}\u{d}end\u{8}";
        assert_eq!(shown, format!("{escaped} {escaped}\n"));
    }

    #[test]
    fn our_own_styles_are_the_only_ones() {
        let shown = fit(&format!("{} {HOSTILE}", styled(BOLD, "ours")), true, true);
        assert_eq!(shown.matches('\u{1b}').collect::<Vec<_>>().len(), 2, "{shown:?}");
        assert!(shown.starts_with("\u{1b}[1mours\u{1b}[0m "), "{shown:?}");
    }

    #[test]
    fn a_pipe_gets_the_text_as_it_is() {
        assert_eq!(fit(&format!("{} {HOSTILE}", styled(DIM, "ours")), false, false), format!("ours {HOSTILE}"));
    }
}
