//! `test`: cargo-nextest where it is installed, otherwise `cargo test`.

use std::process::{Command, Stdio};

use crate::error::{Error, FAILED};
use crate::options::Test;
use crate::terminal;

pub(crate) fn test(options: &Test) -> Result<u8, Error> {
    let verb: &[&str] = if has_nextest() { &["nextest", "run"] } else { &["test"] };
    let words = verb.iter().copied().map(str::to_owned);
    let given = options.arguments.iter().map(|word| word.to_string_lossy().into_owned());
    terminal::note(&format!("running cargo {}", words.chain(given).collect::<Vec<_>>().join(" ")));
    let status = cargo().args(verb).args(&options.arguments).status();
    let status = status.map_err(|error| Error::Input(format!("cannot run cargo ({error}): install it with rustup")))?;
    // Ended by a signal, it has no code.
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(FAILED))
}

fn has_nextest() -> bool {
    let status = cargo().args(["nextest", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// The cargo that called us, or the one in `PATH`.
fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
