//! What an artifact imports, held against what the host has, before anything runs.

use std::path::PathBuf;

use super::{KERNEL, WASI, kernel, peers};
use crate::error::Error;
use crate::host::Host;
use crate::module::{Import, Module, Signature};

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
            KERNEL => kernel::signature(&import.name),
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
        if let Some(other) = types.into_iter().find(|ty| super::val_type(ty).is_none()) {
            return Err(Error::BadSignature {
                artifact: import.signature.render(&import.name),
                other: format!("host functions take and give i32, i64, f32 and f64, not {other}"),
            });
        }
        let Some(function) = host.implementation(&import.module, &import.name) else {
            if let Some(real) = peers::signature(import).filter(|_| has_peers) {
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

/// The import's own signature where the function exists; the two that the harness answers itself
/// must have the standard's, and wasmtime judges the others.
fn wasi_signature(import: &Import) -> Option<Signature> {
    let owned = |types: &[&str]| types.iter().map(|&ty| ty.to_owned()).collect();
    match import.name.as_str() {
        "clock_time_get" => Some(Signature { parameters: owned(&["i32", "i64", "i32"]), results: owned(&["i32"]) }),
        "random_get" => Some(Signature { parameters: owned(&["i32", "i32"]), results: owned(&["i32"]) }),
        name => PREVIEW1.contains(&name).then(|| import.signature.clone()),
    }
}

/// The other functions of WASI preview 1.
const PREVIEW1: &[&str] = &[
    "args_get",
    "args_sizes_get",
    "clock_res_get",
    "environ_get",
    "environ_sizes_get",
    "fd_advise",
    "fd_allocate",
    "fd_close",
    "fd_datasync",
    "fd_fdstat_get",
    "fd_fdstat_set_flags",
    "fd_fdstat_set_rights",
    "fd_filestat_get",
    "fd_filestat_set_size",
    "fd_filestat_set_times",
    "fd_pread",
    "fd_prestat_dir_name",
    "fd_prestat_get",
    "fd_pwrite",
    "fd_read",
    "fd_readdir",
    "fd_renumber",
    "fd_seek",
    "fd_sync",
    "fd_tell",
    "fd_write",
    "path_create_directory",
    "path_filestat_get",
    "path_filestat_set_times",
    "path_link",
    "path_open",
    "path_readlink",
    "path_remove_directory",
    "path_rename",
    "path_symlink",
    "path_unlink_file",
    "poll_oneoff",
    "proc_exit",
    "proc_raise",
    "sched_yield",
    "sock_accept",
    "sock_recv",
    "sock_send",
    "sock_shutdown",
];
