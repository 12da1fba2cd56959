//! What Extism's errors mean. Its fixed texts are those of extism 1.30.0 (src/plugin.rs).

use crate::error::Error;
use crate::host::Limits;

/// What wasmtime's error says first when it carries a backtrace.
const BACKTRACE: &str = "error while executing at wasm backtrace:";

/// What wasmtime's own reason for a trap starts with.
const TRAP: &str = "wasm trap: ";

/// What Extism says of a non-zero return code without an error.
const CODE: &str = "Returned non-zero exit code: ";

/// Why a call failed, given the error that the guest has set, if any.
pub(crate) fn call(error: &extism::Error, message: Option<String>, limits: &Limits) -> Error {
    let root = error.root_cause().to_string();
    match root.as_str() {
        "plugin ran out of fuel" => return Error::OutOfFuel { limit: limits.fuel },
        "oom" => return Error::OutOfMemory { pages: limits.memory_pages },
        "timeout" => {
            let milliseconds = limits.timeout.map_or(0, |timeout| timeout.as_millis() as u64);
            return Error::TimedOut { milliseconds };
        }
        _ => {}
    }
    let backtrace = error.chain().map(ToString::to_string).find(|text| text.starts_with(BACKTRACE));
    if let Some(reason) = root.strip_prefix(TRAP) {
        let frames = backtrace.as_deref().map(frames).unwrap_or_default();
        // A panic hook sets the error before it traps.
        return Error::Trapped { panic: message, reason: reason.to_owned(), frames };
    }
    match (message, root.strip_prefix(CODE)) {
        (Some(message), _) => answered(message),
        (None, Some(code)) => Error::Plugin { message: format!("returned {code} without setting an error") },
        (None, None) => Error::Plugin { message: root },
    }
}

/// The error that a guest answers with.
pub(crate) fn answered(message: String) -> Error {
    if message.starts_with("NOPERM ") || message.starts_with("DENIED ") {
        Error::Denied { message }
    } else {
        Error::Plugin { message }
    }
}

/// Why an artifact could not be instantiated.
pub(crate) fn load(error: &extism::Error, limits: &Limits) -> Error {
    match error.root_cause().to_string().as_str() {
        "oom" => Error::OutOfMemory { pages: limits.memory_pages },
        "plugin ran out of fuel" => Error::OutOfFuel { limit: limits.fuel },
        _ => Error::InvalidModule { reason: format!("{error:#}") },
    }
}

/// Whether the guest's memory may be in any state after this.
pub(crate) fn breaks_instance(error: &Error) -> bool {
    !matches!(
        error,
        Error::Plugin { .. } | Error::Denied { .. } | Error::MissingExport { .. } | Error::BadSignature { .. }
    )
}

/// The author's frames in wasmtime's backtrace, innermost first: `greet at src/lib.rs:7`. Those of
/// Rust's library, of crates from a registry, and of the PDK are left out.
fn frames(backtrace: &str) -> Vec<String> {
    let here = std::env::current_dir().unwrap_or_default().display().to_string();
    let mut frames: Vec<String> = Vec::new();
    let mut name = None;
    for line in backtrace.lines().skip(1) {
        let line = line.trim();
        if let Some(place) = line.strip_prefix("at ") {
            let Some(name) = name.take() else { continue };
            if place.starts_with(plugsmith::__private::SOURCE_FOLDER) {
                break;
            }
            if !place.starts_with("/rustc/") && !place.contains("/registry/src/") {
                frames.push(format!("{name} at {}", relative(place, &here)));
            }
        } else if let Some((_, function)) = line.split_once("- ") {
            name = Some(function.to_owned());
        } else if let Some((_, function)) = line.split_once(": ")
            && frames.is_empty()
        {
            // A module without line tables: only names, `0: plugin.wasm!crate::function::h0123456789abcdef`.
            name = None;
            if let Some(function) = function.split_once('!').map(|(_, function)| function)
                && !function.starts_with("<unknown>")
            {
                frames.push(function.to_owned());
            }
        }
    }
    // The closure that the macro adds around the author's function.
    if frames.last().is_some_and(|frame| frame.starts_with("{closure#0}")) {
        frames.pop();
    }
    collapse(frames)
}

/// The place without its column, relative to the folder the tests run in.
fn relative(place: &str, here: &str) -> String {
    let place = place.strip_prefix(here).map_or(place, |place| place.trim_start_matches('/'));
    match place.rsplit_once(':') {
        Some((line, column)) if column.bytes().all(|b| b.is_ascii_digit()) => line.to_owned(),
        _ => place.to_owned(),
    }
}

/// Repeated frames of a recursion, counted.
fn collapse(frames: Vec<String>) -> Vec<String> {
    let mut counted: Vec<(String, usize)> = Vec::new();
    for frame in frames {
        match counted.last_mut() {
            Some((last, count)) if *last == frame => *count += 1,
            _ => counted.push((frame, 1)),
        }
    }
    counted
        .into_iter()
        .map(|(frame, count)| if count == 1 { frame } else { format!("{frame} ({count} times)") })
        .collect()
}
