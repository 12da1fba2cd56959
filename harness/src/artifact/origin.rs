//! Which crates an artifact's entry points come from: rustc exports those of every crate that is
//! linked, so a plugin that depends on another plugin's crate has its commands, too.

use std::path::Path;

use plugsmith::protocol::metadata::Record;

use crate::artifact::module::Module;
use crate::error::{Error, Result};

/// The exports of an artifact that come from a crate that it depends on, with the name of that crate,
/// unless its own `export_plugin!` lists them. What `cargo plugsmith build` has made does not say what is
/// from where: it has been looked at before.
pub(crate) fn leaked(module: &Module, path: Option<&Path>) -> Vec<(String, String)> {
    let Some(own) = own(module, path) else { return Vec::new() };
    let is_own = |module: &str| module.split("::").next() == Some(own.as_str());
    let is_listed = |export: &str| {
        module.records.iter().any(|record| match record {
            Record::List(list) => is_own(&list.module) && list.exports.iter().any(|listed| listed == export),
            _ => false,
        })
    };
    let foreign = module.origins.iter().filter(|origin| !is_own(&origin.module) && !is_listed(&origin.export));
    let mut exports: Vec<_> = foreign.map(|origin| (origin.export.clone(), origin.crate_name().to_owned())).collect();
    exports.sort();
    exports
}

/// The crate that the artifact is of: cargo calls the file so. `None` where the file was renamed.
fn own(module: &Module, path: Option<&Path>) -> Option<String> {
    let path = path?;
    let stem = path.file_stem()?.to_string_lossy().replace('-', "_");
    let is_cargos = path.components().any(|part| part.as_os_str().to_string_lossy().starts_with("wasm32-"));
    (is_cargos || module.origins.iter().any(|origin| origin.crate_name() == stem)).then_some(stem)
}

/// Refuses an artifact with entry points that it did not ask for.
///
/// # Errors
/// [`Error::Leaked`].
pub(crate) fn refuse_leaks(module: &Module, path: Option<&Path>) -> Result<()> {
    match leaked(module, path) {
        exports if exports.is_empty() => Ok(()),
        exports => Err(Error::Leaked { exports }),
    }
}
