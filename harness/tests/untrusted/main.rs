//! Guests that nobody has seen before, and guests that mean harm: whatever they do, the host ends them with an
//! error that it documents, within its limits.

#![expect(clippy::unwrap_used, reason = "what fails in a helper fails the test")]

mod generated;
mod written;

use std::time::Duration;

use plugsmith_harness::{Error, Host, Module, Outcome};

/// The pages that a guest gets, kernel included.
const PAGES: u32 = 64;

/// A host with little of everything.
fn limited() -> Host {
    Host::new().fuel(1_000_000).memory_pages(PAGES).timeout(Duration::from_secs(1))
}

/// Such a host with something of each kind, for this guest.
fn host(wasm: &[u8]) -> Host {
    let host = limited().config("key", "value").kv("key", "value").storage("key", "value");
    // A mock that the guest does not import is a mistake of the test's.
    match Module::parse(wasm) {
        Ok(module) if module.imports.iter().any(|import| import.name == "charge") => {
            host.host("charge", |user: String, cents: i64| format!("{user} {cents}"))
        }
        _ => host,
    }
}

/// Checks that loading a guest may end in this error.
#[track_caller]
fn assert_load_error(of: &str, error: &Error) {
    use Error::{
        BadSignature, ForeignImport, HostFailed, InvalidModule, MissingImport, OutOfFuel, OutOfHostCalls, OutOfMemory,
        Peer, StartsTooLarge, TimedOut, Trapped,
    };
    let documented = matches!(
        error,
        BadSignature { .. }
            | ForeignImport { .. }
            | HostFailed { .. }
            | InvalidModule { .. }
            | MissingImport { .. }
            | OutOfFuel { .. }
            | OutOfHostCalls { .. }
            | OutOfMemory { .. }
            | Peer { .. }
            | StartsTooLarge { .. }
            | TimedOut { .. }
            | Trapped { .. }
    );
    assert!(documented, "{of} fails to load with {error:?}");
    assert!(!error.to_string().is_empty(), "{of}: {error:?}");
}

/// Checks that a call of a guest ended within its limits, and if in an error, in one of these.
#[track_caller]
fn assert_call_ended(of: &str, outcome: &Outcome<Vec<u8>>) {
    use Error::{
        BadOutput, Denied, HostFailed, MissingPlugin, OutOfFuel, OutOfHostCalls, OutOfMemory, Peer, Plugin, TimedOut,
        Trapped, UnexpectedHostCall, WaitsForClock,
    };
    // Extism counts what a guest starts with apart from what it takes later.
    assert!(outcome.pages <= 2 * u64::from(PAGES), "{of} holds {} pages", outcome.pages);
    // The report of a failure and the trace of a success are made of what the guest did.
    assert!(!outcome.report().is_empty(), "{of}");
    let Err(error) = &outcome.result else { return };
    let documented = matches!(
        error,
        BadOutput { .. }
            | Denied { .. }
            | HostFailed { .. }
            | MissingPlugin { .. }
            | OutOfFuel { .. }
            | OutOfHostCalls { .. }
            | OutOfMemory { .. }
            | Peer { .. }
            | Plugin { .. }
            | TimedOut { .. }
            | Trapped { .. }
            | UnexpectedHostCall { .. }
            | WaitsForClock { .. }
    );
    assert!(documented, "{of} ends with {error:?}");
    assert!(!error.to_string().is_empty(), "{of}: {error:?}");
}

/// The most memory that this process has held so far, in bytes, where the system tells.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}
