//! What an artifact imports, held against what the host has, before anything runs.

use std::path::PathBuf;

use crate::artifact::module::Module;
use crate::engine::host::Host;
use crate::error::Error;
use crate::import::{Import, KERNEL, WASI, kernel_signature, peers_signature, wasi_signature};

/// Checks, before the first call, that what the host has fits what the artifact imports;
/// `has_peers` says whether it may load other plugins.
///
/// # Errors
/// [`Error::BadSignature`] for an import and an implementation of other types,
/// [`Error::MissingImport`] for what no host has, or WASI that this one lacks, [`Error::UnusedMock`] for a
/// mock of what is not imported, [`Error::File`] for an allowed folder that is none.
pub(crate) fn check(host: &Host, module: &Module, has_peers: bool) -> Result<(), Error> {
    check_folders(host)?;
    for import in &module.imports {
        let real = match import.module.as_str() {
            KERNEL => kernel_signature(&import.name),
            WASI if host.wasi => wasi_signature(import),
            WASI => None,
            _ => Some(import.signature.clone()),
        };
        let Some(real) = real else { return Err(Error::MissingImport { import: import.clone() }) };
        if real != import.signature {
            return Err(Error::BadSignature {
                artifact: import.signature.render(&import.name),
                other: format!("the host's function is `{}`", real.render(&import.name)),
            });
        }
        let types = import.signature.parameters.iter().chain(&import.signature.results);
        if let Some(other) = types.into_iter().find(|ty| super::door::val_type(ty).is_none()) {
            return Err(Error::BadSignature {
                artifact: import.signature.render(&import.name),
                other: format!("host functions take and give i32, i64, f32 and f64, not {other}"),
            });
        }
        let Some(function) = host.implementation(&import.module, &import.name) else {
            if let Some(real) = peers_signature(import).filter(|_| has_peers) {
                if real == import.signature {
                    continue;
                }
                return Err(Error::BadSignature {
                    artifact: import.signature.render(&import.name),
                    other: format!("the host's function is `{}`", real.render(&import.name)),
                });
            }
            if host.grants.sealed && import.module != KERNEL && import.module != WASI {
                return Err(Error::MissingImport { import: import.clone() });
            }
            continue;
        };
        let parameters = function.parameters.iter().filter_map(|ty| ty.wasm());
        let same = parameters.eq(import.signature.parameters.iter().map(String::as_str))
            && function.result.wasm().into_iter().eq(import.signature.results.iter().map(String::as_str));
        if !same {
            return Err(Error::BadSignature {
                artifact: import.signature.render(&import.name),
                other: format!("the host's implementation is `{}`", function.signature()),
            });
        }
    }
    for name in host.closures.keys() {
        if !module.imports.iter().any(|import| import.name == *name) {
            return Err(Error::UnusedMock { name: name.clone(), imports: mockable(module) });
        }
    }
    Ok(())
}

/// With WASI, Extism opens every allowed folder before anything runs, whether it is used or not.
fn check_folders(host: &Host) -> Result<(), Error> {
    for folder in host.grants.paths.keys().filter(|_| host.wasi) {
        let path = PathBuf::from(folder.strip_prefix("ro:").unwrap_or(folder));
        if !path.is_dir() {
            let reason = "no such folder, which allowed_paths names: make it, or leave it out".to_owned();
            return Err(Error::File { path, reason });
        }
    }
    Ok(())
}

/// What a test could mock: the imports that are not Extism's own.
pub(crate) fn mockable(module: &Module) -> Vec<String> {
    let own = |import: &&Import| import.module != KERNEL && import.module != WASI;
    module.imports.iter().filter(own).map(|import| import.name.clone()).collect()
}
