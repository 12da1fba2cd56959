//! What an artifact imports, held against what the host has, before anything runs.

use std::path::PathBuf;

use plugsmith::protocol::host_functions::{HostFunction, WireType};

use crate::artifact::callers;
use crate::artifact::module::Module;
use crate::engine::compiled::Compiled;
use crate::engine::host::Host;
use crate::error::Error;
use crate::import::{Import, KERNEL, Signature, Stranger, WASI, kernel_signature, mock_line, stranger, wasi};

/// Checks, before the first call, that what the host has fits what the artifact imports;
/// `attached` gives the signatures of the functions that are attached to the plugin.
///
/// # Errors
/// [`Error::BadSignature`] for an import and an implementation of other types,
/// [`Error::MissingImport`] for what no host has, or WASI that this one lacks, [`Error::UnusedMock`] for a
/// mock of what is not imported, [`Error::IgnoredOption`] for one of what Extism answers itself,
/// [`Error::ForeignImport`] for what no host has, [`Error::InvalidModule`] for entry points without records,
/// [`Error::File`] for an allowed folder that is not a folder.
pub(crate) fn check(
    host: &Host,
    compiled: &Compiled,
    attached: impl Fn(&Import) -> Option<Signature>,
) -> Result<(), Error> {
    let module = &compiled.module;
    check_folders(host)?;
    if let Some(invalid) = module.without_records() {
        return Err(invalid.into_error());
    }
    host.closures.keys().try_for_each(|name| refuse_mock_of_extism(module, name))?;
    for import in &module.imports {
        let real = match import.module.as_str() {
            KERNEL => kernel_signature(&import.name),
            WASI if host.wasi => wasi::signature(&import.name),
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
            if let Some(real) = attached(import) {
                if real == import.signature {
                    continue;
                }
                return Err(Error::BadSignature {
                    artifact: import.signature.render(&import.name),
                    other: format!("the host's function is `{}`", real.render(&import.name)),
                });
            }
            if let Some(foreign) = foreign(compiled, import) {
                return Err(foreign);
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
                other: format!("the mock is `{}`: write {}", in_rust(function), mock_line(import)),
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

/// The error of an import that a tool made for another environment than a plugin's, if it is one.
fn foreign(compiled: &Compiled, import: &Import) -> Option<Error> {
    stranger(import, &[])?;
    let crates = callers::crates(&compiled.wasm, import);
    let Stranger { what, cure, .. } = stranger(import, &crates)?;
    Some(Error::ForeignImport { import: Box::new(import.clone()), what, crates, cure })
}

/// Refuses a mock of a function that Extism answers itself, which would never be called.
///
/// # Errors
/// [`Error::IgnoredOption`] with the method that does what is meant.
fn refuse_mock_of_extism(module: &Module, name: &str) -> Result<(), Error> {
    if module.imports.iter().any(|import| import.name == name && import.module != KERNEL && import.module != WASI) {
        return Ok(());
    }
    let instead = match name {
        "config_get" => ".config(\"KEY\", \"VALUE\")",
        "var_get" | "var_set" => ".var(\"KEY\", \"VALUE\")",
        "http_request" | "http_status_code" | "http_headers" => {
            ".http(\"GET https://example.com/*\", HttpResponse::new(200, \"..\"))"
        }
        "clock_time_get" | "clock_res_get" => ".clock(Duration::from_secs(1_735_689_600))",
        "random_get" => ".random_seed(7)",
        "fd_read" | "path_open" => ".allowed_path(\"FOLDER\", \"/\")",
        name if name.starts_with("log_") => "`Outcome::logs`, which has what the plugin logs",
        name if kernel_signature(name).is_some() || wasi::signature(name).is_some() => {
            "no mock: it works as in the real host"
        }
        _ => return Ok(()),
    };
    Err(Error::IgnoredOption {
        option: format!(".host({name:?}, ..)"),
        host: "Extism",
        reason: "answers this function itself".to_owned(),
        instead,
    })
}

/// A mock's types, as its author writes them: `|String, i32| -> f64`.
fn in_rust(function: &HostFunction) -> String {
    let name = |ty: WireType| match ty {
        WireType::Nothing => "()",
        WireType::I32 => "i32",
        WireType::I64 => "i64",
        WireType::F32 => "f32",
        WireType::F64 => "f64",
        WireType::Text => "String",
        WireType::Bytes => "Vec<u8>",
        WireType::Json => "Json<_>",
        WireType::Resp => "Value",
    };
    let parameters = function.parameters.iter().map(|ty| name(*ty)).collect::<Vec<_>>().join(", ");
    match function.result {
        WireType::Nothing => format!("|{parameters}|"),
        result => format!("|{parameters}| -> {}", name(result)),
    }
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
