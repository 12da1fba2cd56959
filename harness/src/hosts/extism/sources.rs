//! Where a manifest's artifact comes from: a file, bytes, or a URL that the test answers.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::{HttpRequest, Manifest, Wasm, bad};
use crate::dispatch::{KERNEL, WASI};
use crate::error::{Error, Result};
use crate::host::{Download, Host};
use crate::module::Module;
use crate::source::Source;

/// What a manifest's sources give.
pub(super) struct Artifact {
    pub(super) wasm: Vec<u8>,
    /// The module that it is linked with.
    pub(super) linked: Option<Vec<u8>>,
    /// What to call it.
    pub(super) label: String,
}

/// The artifact: the first where it is called `main` or has no name, otherwise the last.
pub(super) fn artifact(manifest: &Manifest, host: &Host) -> Result<Artifact> {
    let (main, other) = match manifest.wasm.as_slice() {
        [] => return Err(bad("it names no artifact: add one to `wasm`")),
        [main] => (main, None),
        [main, other] if name(main) == MAIN => (main, Some(other)),
        [other, main] => (main, Some(other)),
        several => {
            return Err(bad(format!(
                "it links {} modules, and this harness two: build them as one module",
                several.len()
            )));
        }
    };
    let (wasm, label) = read(main, host)?;
    let linked = other.map(|other| linked(&wasm, other, host)).transpose()?;
    Ok(Artifact { wasm, linked, label: crate::shell::quote(&label) })
}

/// The name of the module that is the plugin itself.
const MAIN: &str = "main";

fn name(wasm: &Wasm) -> &str {
    wasm.meta().name.as_deref().unwrap_or(MAIN)
}

/// The other module, which must have the name that the plugin imports from.
fn linked(main: &[u8], other: &Wasm, host: &Host) -> Result<Vec<u8>> {
    let name = name(other);
    if name == MAIN {
        return Err(bad("two modules are called `main`: give the other the `name` that the plugin imports from"));
    }
    let (wasm, _) = read(other, host)?;
    let exports = Module::parse(&wasm)?.exports;
    for import in Module::parse(main)?.imports {
        let is_own = import.module == KERNEL || import.module == WASI;
        if !is_own && import.module != name && exports.contains_key(&import.name) {
            return Err(bad(format!(
                "the plugin imports `{}` from `{}`, and the manifest calls the module that has it `{name}`: call it `{}`",
                import.name, import.module, import.module
            )));
        }
    }
    Ok(wasm)
}

/// The bytes of a source, and its name.
fn read(source: &Wasm, host: &Host) -> Result<(Vec<u8>, String)> {
    let (name, bytes) = match source {
        Wasm::File { path, .. } => {
            let read = std::fs::read(path).map_err(|error| match error.kind() {
                // Whole, as a relative path starts at the current directory, not at the manifest.
                std::io::ErrorKind::NotFound => {
                    Error::MissingArtifact { path: std::path::absolute(path).unwrap_or_else(|_| path.clone()) }
                }
                _ => Error::File { path: path.clone(), reason: error.to_string() },
            })?;
            (path.display().to_string(), read)
        }
        Wasm::Data { data, .. } => ("plugin.wasm".to_owned(), data.clone()),
        Wasm::Url { req, .. } => (req.url.clone(), download(req, &host.grants.downloads)?),
    };
    if let Some(expected) = &source.meta().hash {
        let found = sha256(&bytes);
        if found != *expected {
            return Err(Error::HashMismatch { source_name: name, found, expected: expected.clone() });
        }
    }
    // The hash is the file's; a text is turned into wasm afterwards, as in Extism.
    Ok((Source::Bytes(bytes).read()?, name))
}

/// The SHA-256 of an artifact, as Extism and Query write it down.
///
/// ```
/// let hash = plugsmith_harness::hosts::extism::sha256(b"");
/// assert_eq!(hash, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
/// ```
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn download(request: &HttpRequest, downloads: &[Download]) -> Result<Vec<u8>> {
    let fail = |reason: String| Error::Download { url: request.url.clone(), reason };
    crate::dispatch::check_request(&request.url, &request.headers, request.method.as_deref()).map_err(fail)?;
    let Some(known) = downloads.iter().rev().find(|known| known.url == request.url) else {
        let headers = request.headers.iter().map(|(name, value)| format!("({name:?}, {value:?})"));
        let headers = headers.collect::<Vec<_>>().join(", ");
        return Err(fail(format!(
            "the test does not answer it, and the network is not asked; add to the host:\n    \
             .download({:?}, &[{headers}], wasm)",
            request.url
        )));
    };
    if let Some(method) = request.method.as_deref().filter(|method| !method.eq_ignore_ascii_case("get")) {
        return Err(fail(format!("the manifest asks with {method}, files are got with GET")));
    }
    let sent: BTreeMap<String, &str> =
        request.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.as_str())).collect();
    for (name, wanted) in &known.headers {
        match sent.get(name) {
            Some(value) if value == wanted => {}
            Some(value) => {
                return Err(fail(format!("it wants the header `{name}: {wanted}`, the manifest sends `{value}`")));
            }
            None => {
                return Err(fail(format!(
                    "it wants the header `{name}: {wanted}`: add it to `headers` of the manifest's URL"
                )));
            }
        }
    }
    Ok(known.contents.clone())
}
