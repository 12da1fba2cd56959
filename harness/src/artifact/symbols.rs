//! File and line of a trap's frames: from the artifact's line tables, or from a twin that has them.
//!
//! Shipped artifacts hold neither names nor line tables. When one traps whose crate is known (see
//! [`build::twin`]), the crate is built once more with the same profile, not stripped, beside the
//! author's own build. Debug information does not change the code: where every function of the twin
//! is as long as the artifact's, an address in one is an address in the other. Where that does not
//! hold, frames are names of functions alone, for what this process has built, or there are none.
//!
//! wasmtime names frames, too, but takes every name for a mangled one of C++: `fn f` is `float`.

use std::path::Path;

use addr2line::gimli::{Dwarf, EndianSlice, LittleEndian};
use wasmparser::{Parser, Payload};

use crate::artifact::build;
use crate::artifact::module::Module;

/// The frames at the addresses of a trap, innermost first, as `function at file:line:column`, from
/// the artifact's own line tables; none where it has none.
pub(crate) fn frames(wasm: &[u8], addresses: &[u64]) -> Vec<String> {
    Code::read(wasm).and_then(|code| resolve(&code, code.start, addresses)).unwrap_or_default()
}

/// The same for a stripped artifact, from its twin.
pub(crate) fn frames_of_twin(
    wasm: &[u8],
    artifact: &Path,
    folder: Option<&Path>,
    addresses: &[u64],
) -> Option<Vec<String>> {
    let code = Code::read(wasm)?;
    let twin = build::twin(artifact, folder).and_then(|twin| std::fs::read(twin).ok()).unwrap_or_default();
    match Code::read(&twin).filter(|twin| twin.lengths == code.lengths) {
        Some(twin) => resolve(&twin, code.start, addresses),
        // `wasm-opt` has changed the code; the names of functions are beside what ships.
        None => names(&code, &std::fs::read(build::named_by_us(artifact)?).ok()?, addresses),
    }
}

/// The names of the functions at these addresses, from a module with the same code.
fn names(code: &Code<'_>, named: &[u8], addresses: &[u64]) -> Option<Vec<String>> {
    let module = Module::parse(named).ok()?;
    if !module.functions.iter().map(|(_, length)| length).eq(&code.lengths) {
        return None;
    }
    let at = |address: &u64| {
        let index = code.starts.partition_point(|start| start <= address).checked_sub(1)?;
        module.functions[index].0.as_deref().map(plain)
    };
    Some(addresses.iter().filter_map(at).collect())
}

fn resolve(code: &Code<'_>, start: u64, addresses: &[u64]) -> Option<Vec<String>> {
    let dwarf = Dwarf::load(|section| {
        let data = code.custom.iter().find(|(name, _)| *name == section.name()).map_or(&[][..], |(_, data)| data);
        Ok::<_, addr2line::gimli::Error>(EndianSlice::new(data, LittleEndian))
    });
    let context = addr2line::Context::from_dwarf(dwarf.ok()?).ok()?;
    let mut frames = Vec::new();
    for address in addresses {
        let Some(relative) = address.checked_sub(start) else { continue };
        let mut found = context.find_frames(relative).skip_all_loads().ok()?;
        while let Ok(Some(frame)) = found.next() {
            if let Some(place) = &frame.location
                && let (Some(file), Some(line)) = (place.file, place.line)
            {
                let name = frame.function.as_ref().and_then(|name| name.raw_name().ok().map(|name| plain(&name)));
                let name = name.unwrap_or_else(|| "?".to_owned());
                frames.push(format!("{name} at {file}:{line}:{}", place.column.unwrap_or(0)));
            }
        }
    }
    Some(frames)
}

/// A Rust name without its hash; one that is not mangled stays as it is.
fn plain(name: &str) -> String {
    rustc_demangle::try_demangle(name).map_or_else(|_| name.to_owned(), |name| format!("{name:#}"))
}

/// The code of a module, as far as addresses go.
struct Code<'a> {
    /// Where the code section's contents start in the file.
    start: u64,
    /// Where each function's body starts in the file.
    starts: Vec<u64>,
    /// The length of each function's body.
    lengths: Vec<usize>,
    custom: Vec<(&'a str, &'a [u8])>,
}

impl Code<'_> {
    fn read(wasm: &[u8]) -> Option<Code<'_>> {
        let mut code = Code { start: 0, starts: Vec::new(), lengths: Vec::new(), custom: Vec::new() };
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.ok()? {
                Payload::CodeSectionStart { range, .. } => code.start = range.start as u64,
                Payload::CodeSectionEntry(body) => {
                    code.starts.push(body.range().start as u64);
                    code.lengths.push(body.range().len());
                }
                Payload::CustomSection(section) => code.custom.push((section.name(), section.data())),
                _ => {}
            }
        }
        Some(code)
    }
}
