//! What Extism's errors mean. Extism reports its limits as fixed texts without a type, so these are compared
//! here and nowhere else (extism 1.30.0, src/plugin.rs).

use crate::engine::limits::Limits;
use crate::error::Error;

/// A failure inside a host function, which ends the guest's call.
pub(crate) type Failure = extism::Error;

/// What wasmtime's error says first when it carries a backtrace.
const BACKTRACE: &str = "error while executing at wasm backtrace:";

/// What wasmtime's own reason for a trap starts with.
pub(crate) const TRAP: &str = "wasm trap: ";

/// Extism's message for a non-zero return code without an error.
const CODE: &str = "Returned non-zero exit code: ";

/// WASI's message for a plugin that has exited; with code 0 the call has succeeded.
const EXIT: &str = "Exited with i32 exit status ";

/// Whether this is one of Extism's fixed texts for a limit.
pub(crate) fn is_limit(message: &str) -> bool {
    matches!(message, "plugin ran out of fuel" | "oom" | "timeout")
}

/// Why a call failed, given the error that the guest has set, if any.
pub(crate) fn call(error: &extism::Error, message: Option<String>, limits: &Limits) -> Error {
    let root = error.root_cause().to_string();
    match root.as_str() {
        "plugin ran out of fuel" => return Error::OutOfFuel { limit: limits.fuel },
        "oom" => return Error::OutOfMemory { pages: limits.memory_pages },
        heap if heap.starts_with("GC heap out of memory") => {
            return Error::OutOfMemory { pages: limits.memory_pages };
        }
        // The second where it ends what no call has started yet, such as a start function.
        "timeout" | "wasm trap: interrupt" => {
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
        (Some(message), _) => Error::Plugin { message },
        (None, Some(code)) => Error::Plugin { message: format!("returned {code} without setting an error") },
        (None, None) => Error::Plugin {
            message: match root.strip_prefix(EXIT) {
                Some(code) => {
                    format!("the plugin exited with code {code}, by WASI's `proc_exit`, without setting an error")
                }
                None => root,
            },
        },
    }
}

/// Why an artifact could not be instantiated.
pub(crate) fn load(error: &extism::Error, limits: &Limits, initial_pages: u64) -> Error {
    match error.root_cause().to_string().as_str() {
        "oom" if initial_pages > u64::from(limits.memory_pages) => {
            Error::StartsTooLarge { pages: initial_pages, limit: limits.memory_pages }
        }
        "oom" => Error::OutOfMemory { pages: limits.memory_pages },
        "plugin ran out of fuel" | "wasm trap: all fuel consumed by WebAssembly" => {
            Error::OutOfFuel { limit: limits.fuel }
        }
        root => match root.strip_prefix(TRAP) {
            Some(_) => call(error, None, limits),
            None => Error::InvalidModule { reason: format!("{error:#}") },
        },
    }
}

/// Whether the guest's memory may be in any state after this.
pub(crate) fn breaks_instance(error: &Error) -> bool {
    !matches!(
        error,
        Error::Plugin { .. } | Error::Denied { .. } | Error::MissingExport { .. } | Error::BadSignature { .. }
    )
}

/// The addresses in wasmtime's backtrace, for frames that it cannot name itself.
pub(crate) fn addresses(error: &extism::Error) -> Vec<u64> {
    let Some(backtrace) = error.chain().map(ToString::to_string).find(|text| text.starts_with(BACKTRACE)) else {
        return Vec::new();
    };
    backtrace
        .lines()
        .filter_map(|line| {
            let (_, address) = line.split_once(": ")?;
            let address = address.trim_start().strip_prefix("0x")?.split_once(" - ")?.0;
            u64::from_str_radix(address, 16).ok()
        })
        .collect()
}

/// The author's frames in wasmtime's backtrace, innermost first: `greet at src/lib.rs:7`.
fn frames(backtrace: &str) -> Vec<String> {
    let (mut placed, mut names, mut name) = (Vec::new(), Vec::new(), None);
    for line in backtrace.lines().skip(1) {
        let line = line.trim();
        if let Some(place) = line.strip_prefix("at ") {
            if let Some(name) = name.take() {
                placed.push(format!("{name} at {place}"));
            }
        } else if let Some((_, function)) = line.split_once("- ").or_else(|| line.split_once(": ")) {
            names.extend(name.replace(function.to_owned()));
        }
    }
    names.extend(name);
    // A module without line tables has names at best: `plugin.wasm!crate::function::h0123456789abcdef`.
    if placed.is_empty() {
        collapse(names.iter().filter_map(|name| plain(name)).collect())
    } else {
        of_the_author(placed)
    }
}

/// The name of a function of the author's, without the module and the hash.
fn plain(name: &str) -> Option<String> {
    let name = name.rsplit_once('!').map_or(name, |(_, name)| name);
    let name = name.rsplit_once("::h").filter(|(_, hash)| hash.len() == 16).map_or(name, |(name, _)| name);
    let of_rust = ["<", "__", "alloc::", "core::", "plugsmith::", "rust_", "std::"];
    (!of_rust.iter().any(|start| name.starts_with(start))).then(|| name.to_owned())
}

/// The author's functions among these names, for a module without line tables.
pub(crate) fn names_of_the_author<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    collapse(names.filter_map(plain).collect())
}

/// The frames without those of Rust's library, of crates from a registry, and of the PDK.
pub(crate) fn of_the_author(frames: Vec<String>) -> Vec<String> {
    let here = std::env::current_dir().unwrap_or_default().display().to_string();
    let is_ours = |frame: &String| {
        frame.rsplit_once(" at ").is_some_and(|(_, place)| place.starts_with(plugsmith::__private::SOURCE_FOLDER))
    };
    // What calls the PDK's outermost function is what the macro adds; what lies between its others may be the
    // author's: a command that reads a value, whose `decode` panics.
    let end = frames.iter().rposition(is_ours).unwrap_or(frames.len());
    let mut kept: Vec<String> = Vec::new();
    for frame in frames.into_iter().take(end).filter(|frame| !is_ours(frame)) {
        let Some((name, place)) = frame.rsplit_once(" at ") else {
            kept.extend(plain(&frame));
            continue;
        };
        if !place.starts_with("/rustc/") && !place.starts_with("/rust/deps/") && !place.contains("/registry/src/") {
            kept.push(format!("{name} at {}", relative(place, &here)));
        }
    }
    // The closure that the macro adds around the author's function.
    if kept.last().is_some_and(|frame| frame.contains("{closure#0} at ") || frame.contains("{{closure}} at ")) {
        kept.pop();
    }
    collapse(kept)
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
