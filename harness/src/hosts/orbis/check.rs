//! Whether Orbis can load an artifact at all: what it imports, and what it must export.

use crate::error::{Error, Result};
use crate::module::{Import, Module, Signature};

/// The host's functions, all of module `env`: how many `i32` each takes, and whether it answers one.
const FUNCTIONS: [(&str, usize, bool); 13] = [
    ("allocate", 1, true),
    ("crypto_hash", 3, true),
    ("crypto_random", 1, true),
    ("db_execute", 4, true),
    ("db_query", 4, true),
    ("deallocate", 2, false),
    ("emit_event", 4, true),
    ("get_config", 2, true),
    ("http_request", 8, true),
    ("log", 3, false),
    ("state_get", 2, true),
    ("state_remove", 2, true),
    ("state_set", 4, true),
];

/// Checks what the real host finds out at every call.
///
/// # Errors
/// An import that Orbis does not have, or has with other types; a missing `memory` or `allocate`.
pub(super) fn artifact(module: &Module) -> Result<()> {
    module.imports.iter().try_for_each(import)?;
    if module.memory.is_none() {
        return Err(Error::InvalidModule { reason: "it exports no memory called `memory`".to_owned() });
    }
    match module.exports.get("allocate") {
        None => {
            let available = module.exports.keys().cloned().collect();
            return Err(Error::MissingExport { name: "allocate".to_owned(), available });
        }
        Some(signature) => expect("allocate", signature, &integers(1, true))?,
    }
    // Without it, what the host has written is never freed; instances live for one call.
    module.exports.get("deallocate").map_or(Ok(()), |found| expect("deallocate", found, &integers(2, false)))
}

/// Checks that the module has such a handler.
///
/// # Errors
/// [`Error::MissingExport`], [`Error::BadSignature`].
pub(super) fn handler(name: &str, module: &Module) -> Result<()> {
    match module.exports.get(name) {
        None => Err(missing(name, module)),
        Some(signature) => expect(name, signature, &integers(2, true)),
    }
}

/// Checks that the module has such a function of its life cycle.
///
/// # Errors
/// [`Error::MissingExport`], [`Error::BadSignature`].
pub(super) fn lifecycle(name: &str, module: &Module) -> Result<()> {
    match module.exports.get(name) {
        None => {
            let known = ["init", "execute", "cleanup"].into_iter().filter(|name| module.exports.contains_key(*name));
            Err(Error::MissingExport { name: name.to_owned(), available: known.map(str::to_owned).collect() })
        }
        Some(signature) => expect(name, signature, &integers(0, true)),
    }
}

fn import(import: &Import) -> Result<()> {
    let known = FUNCTIONS.iter().find(|(name, ..)| import.module == "env" && import.name == *name);
    let Some((name, parameters, answers)) = known else {
        let names = FUNCTIONS.map(|(name, ..)| name);
        let hint = hint(import).unwrap_or_default();
        let reason =
            format!("Orbis has no `{}.{}`{hint}; its `env` has {}", import.module, import.name, names.join(", "));
        return Err(Error::InvalidModule { reason });
    };
    let ours = integers(*parameters, *answers);
    if import.signature == ours {
        return Ok(());
    }
    Err(Error::BadSignature {
        artifact: import.signature.render(name),
        other: format!("but Orbis has `{}`", ours.render(name)),
    })
}

/// What an author may have meant by an import.
fn hint(import: &Import) -> Option<&'static str> {
    match (import.module.as_str(), import.name.as_str()) {
        ("extism:host/env" | "extism:host/user", _) => {
            Some(": it is a plugin for an Extism host; Orbis calls handlers of its own kind")
        }
        ("wasi_snapshot_preview1", _) => Some(": it has no WASI; build for wasm32-unknown-unknown"),
        ("env", "log_info" | "log_error" | "log_debug") => {
            Some(", whatever its page says: it has `log(level, pointer, length)`")
        }
        _ => None,
    }
}

fn missing(name: &str, module: &Module) -> Error {
    let handler = integers(2, true);
    let handlers = module.exports.iter().filter(|(_, signature)| **signature == handler);
    Error::MissingExport { name: name.to_owned(), available: handlers.map(|(name, _)| name.clone()).collect() }
}

fn expect(name: &str, found: &Signature, wanted: &Signature) -> Result<()> {
    if found == wanted {
        return Ok(());
    }
    Err(Error::BadSignature {
        artifact: found.render(name),
        other: format!("but Orbis calls `{}`", wanted.render(name)),
    })
}

fn integers(parameters: usize, answers: bool) -> Signature {
    Signature { parameters: vec!["i32".to_owned(); parameters], results: vec!["i32".to_owned(); usize::from(answers)] }
}
