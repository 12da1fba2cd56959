//! cargo, run as the author would run it.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::error::{Error, Result};

/// cargo as the author would call it: what the running `cargo test` has set for the test's own
/// build and coverage does not concern the guest's.
pub(super) fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder).stdin(Stdio::null());
    for (name, value) in std::env::vars_os() {
        let (Some(name), value) = (name.to_str(), value.to_string_lossy()) else { continue };
        let of_the_test = name.starts_with("CARGO_PKG_")
            || name.starts_with("CARGO_MANIFEST_")
            || name.starts_with("CARGO_BIN_")
            || matches!(
                name,
                "CARGO_CRATE_NAME"
                    | "CARGO_PRIMARY_PACKAGE"
                    | "CARGO_TARGET_TMPDIR"
                    | "OUT_DIR"
                    | "RUST_BACKTRACE"
                    | "CARGO_BUILD_TARGET"
            );
        let may_cover =
            matches!(name, "RUSTFLAGS" | "CARGO_ENCODED_RUSTFLAGS" | "RUSTC_WRAPPER" | "RUSTC_WORKSPACE_WRAPPER");
        if of_the_test || (may_cover && is_of_coverage(&value)) {
            command.env_remove(name);
        }
    }
    command
}

pub(super) fn is_of_coverage(value: &str) -> bool {
    value.contains("instrument-coverage") || value.contains("llvm-cov")
}

/// Runs it to its end.
///
/// # Errors
/// It fails; its own words.
pub(super) fn run(command: &mut Command) -> Result<Output> {
    let output = command.output().map_err(|error| cannot_run(command, &error))?;
    if output.status.success() { Ok(output) } else { Err(Error::BuildFailed { output: text(&output.stderr) }) }
}

pub(super) fn cannot_run(command: &Command, error: &std::io::Error) -> Error {
    Error::BuildFailed { output: format!("cannot run {}: {error}", command.get_program().display()) }
}

pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end().to_owned()
}
