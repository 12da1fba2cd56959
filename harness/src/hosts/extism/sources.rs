//! Where a manifest's artifact comes from: a file, bytes, or a URL that the test answers.

use std::collections::BTreeMap;

use super::{HttpRequest, Manifest, Wasm, bad};
use crate::artifact::file;
use crate::artifact::module::Module;
use crate::artifact::source::Source;
use crate::engine::compiled::MAIN;
use crate::engine::host::{Download, Host, Modules};
use crate::error::{Error, Result};
use crate::import::{KERNEL, WASI};
use crate::text::sha256;

/// What a manifest's sources give.
pub(crate) struct Artifact {
    pub(crate) wasm: Vec<u8>,
    /// The modules that it is linked with.
    pub(crate) modules: Modules,
    /// What to call it.
    pub(super) label: String,
}

/// The artifact: the only one, the one that is called `main` or has no name, or the last.
pub(crate) fn artifact(manifest: &Manifest, host: &Host) -> Result<Artifact> {
    let sources = manifest.wasm.as_slice();
    let main = main(sources).ok_or_else(|| bad("it names no artifact: add one to `wasm`"))?;
    let mut others = BTreeMap::new();
    for (_, source) in sources.iter().enumerate().filter(|(index, _)| *index != main) {
        let name = name(source);
        if name == MAIN || name == KERNEL || others.insert(name, source).is_some() {
            return Err(bad(format!(
                "two modules are called `{name}`: give each the `name` that the others import from"
            )));
        }
    }
    let (wasm, label) = read(&sources[main], host)?;
    let mut modules = Modules::new();
    for (name, source) in others {
        modules.insert(name.to_owned(), read(source, host)?.0.into());
    }
    check_names(&wasm, &modules, host)?;
    Ok(Artifact { wasm, modules, label: crate::text::quote(&label) })
}

/// Which of the sources is the plugin.
pub(crate) fn main(sources: &[Wasm]) -> Option<usize> {
    match sources {
        [_] => Some(0),
        several => several.iter().position(|source| name(source) == MAIN).or(several.len().checked_sub(1)),
    }
}

fn name(wasm: &Wasm) -> &str {
    wasm.meta().name.as_deref().unwrap_or(MAIN)
}

/// Refuses an import that nothing answers, if a module of another name has it.
fn check_names(main: &[u8], modules: &Modules, host: &Host) -> Result<()> {
    let mut parsed = Vec::new();
    for (name, wasm) in modules {
        parsed.push((name, Module::parse(wasm).map_err(|error| error.of_module(name))?));
    }
    let main = Module::parse(main)?;
    for import in main.imports.iter().chain(parsed.iter().flat_map(|(_, module)| &module.imports)) {
        let (module, function) = (&import.module, &import.name);
        let is_answered = module == KERNEL
            || module == WASI
            || modules.contains_key(module)
            || host.implementation(module, function).is_some();
        let other = parsed.iter().find(|(_, module)| module.exports.contains_key(function));
        if let Some((other, _)) = other.filter(|_| !is_answered) {
            return Err(bad(format!(
                "the plugin imports `{function}` from `{module}`, and the manifest calls the module that has it \
                 `{other}`: call it `{module}`"
            )));
        }
    }
    Ok(())
}

/// The bytes of a source, and its name.
fn read(source: &Wasm, host: &Host) -> Result<(Vec<u8>, String)> {
    let (name, bytes) = match source {
        Wasm::File { path, .. } => {
            let read = file::read(path).map_err(|error| match error.kind() {
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
    let wasm = Source::Bytes(bytes).read().map_err(|error| error.of_module(&name))?;
    Ok((wasm, name))
}

fn download(request: &HttpRequest, downloads: &[Download]) -> Result<Vec<u8>> {
    let fail = |reason: String| Error::Download { url: request.url.clone(), reason };
    crate::engine::door::check_request(request).map_err(fail)?;
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
