//! `doctor`: whether everything is installed that building and testing plugins needs, and what to type if not.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use plugsmith_harness::file;
use serde::Serialize;

use crate::error::{Error, FAILED};
use crate::terminal::{self, DIM, RED, styled};

pub(crate) const EXAMPLES: &str = "\
Examples:
  cargo plugsmith doctor
  cargo plugsmith doctor --json | jq '.[] | select(.state != \"ok\")'

The exit code is 1 if something is missing that every plugin needs. It looks at the toolchain, the target, optional
tools, the versions in Cargo.lock of the current folder, and the cache of compiled plugins.";

#[derive(Args, Debug)]
pub(crate) struct Doctor {
    /// Print a JSON array of checks
    #[arg(long)]
    json: bool,
}

/// The oldest Rust that builds a plugin and the harness.
const RUST: (u32, u32) = (1, 95);

#[derive(Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum State {
    Ok,
    /// Something works better with it.
    Optional,
    /// Nothing works without it.
    Missing,
}

#[derive(Serialize)]
struct Check {
    what: &'static str,
    state: State,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<String>,
}

impl Check {
    fn ok(what: &'static str, found: impl Into<String>) -> Check {
        Check { what, state: State::Ok, found: found.into(), fix: None }
    }

    fn not(state: State, what: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Check {
        Check { what, state, found: found.into(), fix: Some(fix.into()) }
    }
}

pub(crate) fn doctor(options: &Doctor) -> Result<u8, Error> {
    let mut checks = vec![rust(), target()];
    checks.push(tool("wasm-opt", &["wasm-opt", "--version"], "smaller artifacts: install binaryen"));
    checks.push(tool("cargo-nextest", &["cargo", "nextest", "--version"], "faster tests: cargo install cargo-nextest"));
    checks.push(tool("cargo-insta", &["cargo", "insta", "--version"], "reviews snapshots: cargo install cargo-insta"));
    checks.extend(versions());
    checks.push(cache());
    if options.json {
        let text = serde_json::to_string_pretty(&checks).map_err(|error| Error::Output(error.into()))?;
        terminal::output(format!("{text}\n").as_bytes())?;
    } else {
        terminal::output_styled(&table(&checks))?;
    }
    Ok(if checks.iter().any(|check| check.state == State::Missing) { FAILED } else { 0 })
}

fn table(checks: &[Check]) -> String {
    let mut out = String::new();
    for check in checks {
        let state = match check.state {
            State::Ok => "ok      ".to_owned(),
            State::Optional => styled(DIM, "optional"),
            State::Missing => styled(RED, "missing "),
        };
        out.push_str(&format!("{state}  {:<17}  {}\n", check.what, terminal::one_line(&check.found)));
        if let Some(fix) = &check.fix {
            out.push_str(&format!("{:29}{}\n", "", terminal::one_line(fix)));
        }
    }
    out
}

/// What a command prints on its first line; none where it cannot be run or fails.
fn ask(words: &[&str]) -> Option<String> {
    let (program, arguments) = words.split_first()?;
    let output = Command::new(program).args(arguments).output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Some(text.lines().next()?.trim().to_owned())
}

fn rust() -> Check {
    let Some(found) = ask(&["rustc", "--version"]) else {
        return Check::not(State::Missing, "Rust", "no rustc in PATH", "install rustup, which brings rustc and cargo");
    };
    let mut numbers = found.split(' ').nth(1).unwrap_or_default().split(['.', '-']).map_while(|part| part.parse().ok());
    match (numbers.next(), numbers.next()) {
        (Some(major), Some(minor)) if (major, minor) >= RUST => Check::ok("Rust", found),
        _ => Check::not(State::Missing, "Rust", format!("{found}, {}.{} is needed", RUST.0, RUST.1), "rustup update"),
    }
}

fn target() -> Check {
    const TARGET: &str = "wasm32-unknown-unknown";
    let installed = ask(&["rustc", "--print", "sysroot"])
        .is_some_and(|sysroot| Path::new(&sysroot).join("lib/rustlib").join(TARGET).is_dir());
    if installed {
        Check::ok("target", TARGET)
    } else {
        Check::not(State::Missing, "target", format!("no {TARGET}"), format!("rustup target add {TARGET}"))
    }
}

fn tool(what: &'static str, command: &[&str], fix: &str) -> Check {
    match ask(command) {
        Some(found) => Check::ok(what, found),
        None => Check::not(State::Optional, what, "not installed", fix),
    }
}

/// The versions of our crates in the current project, beside this program's.
fn versions() -> Vec<Check> {
    let Some(manifest) = ask(&["cargo", "locate-project", "--workspace", "--message-format", "plain"]) else {
        return vec![Check::ok("project", "none here: the current folder is in no package")];
    };
    let lock = Path::new(&manifest).with_file_name("Cargo.lock");
    let packages = file::read_to_string(&lock).ok().and_then(|text| text.parse::<toml::Table>().ok());
    let Some(packages) = packages else {
        return vec![Check::ok("project", format!("{manifest}, not built yet"))];
    };
    let version = |name: &str| {
        let packages = packages.get("package")?.as_array()?;
        let package =
            packages.iter().find(|package| package.get("name").and_then(toml::Value::as_str) == Some(name))?;
        Some(package.get("version")?.as_str()?.to_owned())
    };
    let mut checks = Vec::new();
    for name in ["plugsmith", "plugsmith-harness"] {
        checks.push(match version(name) {
            Some(found) if found == env!("CARGO_PKG_VERSION") => Check::ok(name, found),
            Some(found) => Check::not(
                State::Optional,
                name,
                format!("{found}, and this program is {}", env!("CARGO_PKG_VERSION")),
                "cargo update, or install the cargo-plugsmith of that version",
            ),
            None if name == "plugsmith-harness" => {
                Check::not(State::Optional, name, "not a dependency here", "cargo plugsmith init adds it, and a test")
            }
            None => Check::ok(name, "not a dependency here"),
        });
    }
    checks
}

/// The cache of compiled plugins, and its size.
fn cache() -> Check {
    let Some(folder) = plugsmith_harness::cache_folder() else {
        return Check::not(
            State::Optional,
            "cache",
            "no folder that can be written: every test process compiles its plugins again",
            "set HOME or XDG_CACHE_HOME to a folder that can be written",
        );
    };
    let megabytes = size(&folder) as f64 / 1e6;
    Check::ok("cache", format!("{}, {megabytes:.1} MB; it can be removed at any time", folder.display()))
}

/// The bytes of the files in a folder; links are not followed.
fn size(folder: &Path) -> u64 {
    let (mut bytes, mut folders) = (0, vec![PathBuf::from(folder)]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => folders.push(entry.path()),
                Ok(metadata) if metadata.is_file() => bytes += metadata.len(),
                _ => {}
            }
        }
    }
    bytes
}
