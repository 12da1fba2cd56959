//! Whether Orbis can load an artifact at all: what it imports, and what it must export.

use super::abi::{self, Abi, Kind};
use crate::artifact::module::Module;
use crate::error::{Error, Result};
use crate::import::{Import, Signature};

/// Checks what the real host finds out at every call.
///
/// # Errors
/// An import that the ABI does not have, or has with other types; a missing `memory`, and what else
/// every plugin must export.
pub(super) fn artifact(module: &Module, abi: &Abi) -> Result<()> {
    if abi.kind == Kind::Shipped {
        plugin(module)?;
    }
    if abi.required.iter().any(|(name, ..)| !module.exports.contains_key(*name)) && is_of_the_page(module) {
        let reason = "it has the exports that Orbis' page asks for, which no real host calls: leave out \
                      `abi = \"page\"`, or write it with `plugsmith::orbis`; in a test: `Orbis::page_abi()`";
        return Err(Error::InvalidModule { reason: reason.to_owned() });
    }
    module.imports.iter().try_for_each(|found| import(found, abi))?;
    if module.memory.is_none() {
        return Err(Error::InvalidModule { reason: "it exports no memory called `memory`".to_owned() });
    }
    for (name, parameters, answers) in abi.required {
        let Some(found) = module.exports.get(*name) else {
            let available = module.exports.keys().cloned().collect();
            return Err(Error::MissingExport { name: (*name).to_owned(), available });
        };
        expect(name, found, &integers(*parameters, *answers))?;
    }
    abi.optional.iter().try_for_each(|(name, parameters, answers)| {
        module.exports.get(*name).map_or(Ok(()), |found| expect(name, found, &integers(*parameters, *answers)))
    })
}

/// Checks that it is made for Orbis at all, whether for the shipped host or for its page.
///
/// # Errors
/// [`Error::InvalidModule`] for anything else, such as a plugin for an Extism host.
pub fn plugin(module: &Module) -> Result<()> {
    let exports = |name: &&str| module.exports.contains_key(*name);
    if exports(&"allocate") || ["init", "execute", "cleanup"].iter().all(exports) {
        return Ok(());
    }
    let is_for_extism = module.imports.iter().any(|import| import.module.starts_with("extism:host/"));
    let instead = if is_for_extism { ", but one for an Extism host" } else { ": write its handlers with #[route]" };
    let reason = format!("it exports no `allocate`, so it is not an Orbis plugin{instead}");
    Err(Error::InvalidModule { reason })
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

/// Whether it was built for the listings on Orbis' page.
fn is_of_the_page(module: &Module) -> bool {
    abi::PAGE.required.iter().all(|(name, ..)| module.exports.contains_key(*name))
        && module.imports.iter().all(|import| import.module == "env")
}

fn import(import: &Import, abi: &Abi) -> Result<()> {
    let known = abi.functions.iter().find(|(name, ..)| import.module == "env" && import.name == *name);
    let Some((name, parameters, answers)) = known else {
        let names: Vec<_> = abi.functions.iter().map(|(name, ..)| *name).collect();
        let hint = hint(import).unwrap_or_default();
        let reason = format!(
            "{} has no `{}.{}`{hint}; its `env` has {}",
            abi.owner,
            import.module,
            import.name,
            names.join(", ")
        );
        return Err(Error::InvalidModule { reason });
    };
    let ours = integers(*parameters, *answers);
    if import.signature == ours {
        return Ok(());
    }
    Err(Error::BadSignature {
        artifact: import.signature.render(name),
        other: format!("but {} has `{}`", abi.owner, ours.render(name)),
    })
}

/// What an author may have meant by an import.
fn hint(import: &Import) -> Option<&'static str> {
    match (import.module.as_str(), import.name.as_str()) {
        ("extism:host/env" | "extism:host/user", _) => {
            Some(": it is a plugin for an Extism host; Orbis calls handlers of its own kind")
        }
        ("wasi_snapshot_preview1", _) => Some(": it has no WASI; build for wasm32-unknown-unknown"),
        ("env", "log_info" | "log_error" | "log_debug") => Some(
            ", whatever its page says: it has `log(level, pointer, length)`; in a test, `Orbis::page_abi()` has the page's",
        ),
        _ => None,
    }
}

fn missing(name: &str, module: &Module) -> Error {
    Error::MissingExport { name: name.to_owned(), available: handlers(module) }
}

/// The names of the exports that have a handler's signature.
pub(super) fn handlers(module: &Module) -> Vec<String> {
    let handler = integers(2, true);
    let handlers = module.exports.iter().filter(|(_, signature)| **signature == handler);
    handlers.map(|(name, _)| name.clone()).collect()
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
