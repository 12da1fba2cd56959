//! The texts of errors that need more than a format string.

use std::path::Path;

use super::{Error, HOST_CALL};
use crate::import::{Import, KERNEL, WASI, is_abort, mock_line, peers_signature};

/// The host functions of a call, a line each.
pub(super) fn used(host_calls: &[String]) -> String {
    match host_calls {
        [] => "; it calls no host function".to_owned(),
        lines => format!("\n  its host calls, the most frequent first:\n    {}", lines.join("\n    ")),
    }
}

/// ` (called by the crate `js_sys`, called by `chrono`)`.
pub(crate) fn called_by(crates: &[String]) -> String {
    match crates {
        [] => String::new(),
        crates => format!(" (called by the crate `{}`)", crates.join("`, called by `")),
    }
}

pub(super) fn why_missing(import: &Import) -> String {
    match import.module.as_str() {
        "wasi_snapshot_preview1" => ": it is a host without WASI, or WASI has no such function".to_owned(),
        "extism:host/env" => ": no version of Extism that this harness knows has it".to_owned(),
        _ if peers_signature(import).is_some() => {
            ", and it has no plugins to load; add to the host: .plugin(\"NAME\", \"path/to/plugin.wasm\")".to_owned()
        }
        _ if is_abort(import) => format!(
            ", as AssemblyScript's do unless they are built with `asc --use abort=FILE/myAbort`; do so, or, if the real \
             host has it, add to the host: {}",
            mock_line(import)
        ),
        _ => format!(
            ", and nothing answers; remove the import, or, if the real host has it, add to the host: {}",
            mock_line(import)
        ),
    }
}

/// What gives a plugin under test more fuel.
pub(super) const MORE_FUEL: &str = "`Host::fuel` or `--fuel`";

/// The text of [`Error::OutOfFuel`], with what gives `more`.
pub(crate) fn out_of_fuel(limit: u64, more: &str) -> String {
    format!("out of fuel: more than {limit} instructions; if it is no endless loop, give it more with {more}")
}

/// The text of [`Error::OutOfHostCalls`], with what gives `more`.
pub(crate) fn out_of_host_calls(limit: u64, more: &str) -> String {
    format!(
        "out of fuel: its host calls count for more than {limit}, {HOST_CALL} each and 1 for each byte; if it is no \
         endless loop, give it more with {more}"
    )
}

/// The error of a peer; of one that loads others without a rule, with the rule.
pub(super) fn of_peer(plugin: &str, error: &Error) -> String {
    match error {
        Error::MissingImport { import } if peers_signature(import).is_some() => format!(
            "it imports `{}.{}`, and no rule lets it load plugins; add `.allow({plugin:?}, \"*\", \"*\")` to the \
             `Registry`, or name what it loads and calls in the place of the `*`",
            import.module, import.name
        ),
        Error::MissingImport { import } if import.module != KERNEL && import.module != WASI => format!(
            "nothing answers `{}.{}`, which it imports; a peer has a host of its own, so add to the `Registry`: \
             .plugin_in({plugin:?}, wasm, || Host::new(){})",
            import.module,
            import.name,
            mock_line(import)
        ),
        error => error.to_string(),
    }
}

/// Entry points of dependencies, and what to do about them.
pub(super) fn leaked(exports: &[(String, String)]) -> String {
    format!("the plugin exports entry points of crates that it depends on: {}; {LEAK_CURE}", owned(exports))
}

/// `GREET` of the crate `hello`, `HELLO` of the crate `hello`.
pub(crate) fn owned(exports: &[(String, String)]) -> String {
    exports.iter().map(|(export, owner)| format!("`{export}` of `{owner}`")).collect::<Vec<_>>().join(", ")
}

/// What to do about entry points of a dependency.
pub(crate) const LEAK_CURE: &str = "to keep them, list them in this plugin's `export_plugin!`; otherwise move what \
    both plugins share into a crate without entry points, or put the attributes of that crate behind a feature: \
    `#[cfg_attr(feature = \"plugin\", plugsmith::command)]`";

/// Nothing at the path; how to build it, where it is an artifact's.
pub(super) fn missing(path: &Path) -> String {
    if !path.extension().is_some_and(|extension| extension == "wasm" || extension == "wat") {
        return format!("no file or folder {}", path.display());
    }
    let parts = || path.iter().map(|part| part.to_string_lossy());
    let command = match parts().find(|part| part.starts_with("wasm32-")) {
        // A folder of cargo's own.
        Some(target) if parts().any(|part| part == "release") => format!("cargo build --release --target {target}"),
        Some(target) => format!("cargo build --target {target}"),
        None => "cargo plugsmith build".to_owned(),
    };
    format!("no artifact at {}: build it with `{command}`", path.display())
}

/// What is probably wrong with something that is not a hash.
pub(super) fn hash_fix(expected: &str) -> &'static str {
    if expected.len() == 64 && expected.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
        ": write down the new hash, or find out who changed the file"
    } else {
        ": a hash is 64 hexadecimal digits in lower case, without `sha256:`"
    }
}

/// What stands before the names that there are: `: did you mean ..?` where one of several is near.
pub(super) fn meant(name: &str, available: &[String]) -> String {
    let wanted = name.to_lowercase();
    let distance = |known: &&String| strsim::damerau_levenshtein(&wanted, &known.to_lowercase());
    let near = available.iter().take(1000).filter(|known| known.len() < 200).min_by_key(distance);
    match near.filter(|near| available.len() > 1 && name.len() < 200 && distance(near) <= (name.len() / 3).max(1)) {
        Some(near) => format!(": did you mean `{near}`? "),
        None => "; ".to_owned(),
    }
}

pub(super) fn list(names: &[String]) -> String {
    match names {
        [] => "none".to_owned(),
        names => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    }
}

pub(super) fn trap(panic: Option<&str>, reason: &str) -> String {
    match panic {
        Some(panic) => format!("panicked: {panic}"),
        None => format!("trapped: {reason}"),
    }
}
