//! File and line of a trap's frames: from the artifact's line tables, or from a twin that has them.
//!
//! Shipped artifacts hold neither names nor line tables. When one traps whose crate is known (see
//! [`build::twin`]), the crate is built once more with the same profile, not stripped, beside the
//! author's own build. Debug information does not change the code, only the length of the addresses in
//! it: where every function of the twin has the artifact's instructions, the n-th in one is the n-th in
//! the other. Where that does not hold, frames are names of functions alone, for what this process has
//! built, or there are none.
//!
//! wasmtime names frames, too, but takes every name for a mangled one of C++: `fn f` is `float`.

use std::mem::discriminant;
use std::path::Path;

use addr2line::gimli::{Dwarf, EndianSlice, LittleEndian};
use wasmparser::{FunctionBody, Operator, Parser, Payload};

use crate::artifact::module::Module;
use crate::artifact::{build, file};

/// The frames at the addresses of a trap, innermost first, as `function at file:line:column`, from
/// the artifact's own line tables; none where it has none.
pub(crate) fn frames(wasm: &[u8], addresses: &[u64]) -> Vec<String> {
    let Some(code) = Code::read(wasm) else { return Vec::new() };
    resolve(&code, addresses.iter().filter_map(|address| address.checked_sub(code.start))).unwrap_or_default()
}

/// The same for a stripped artifact, from its twin.
pub(crate) fn frames_of_twin(
    wasm: &[u8],
    artifact: &Path,
    folder: Option<&Path>,
    addresses: &[u64],
) -> Option<Vec<String>> {
    let code = Code::read(wasm)?;
    let twin = build::twin(artifact, folder).and_then(|twin| file::read(&twin).ok()).unwrap_or_default();
    match Code::read(&twin).filter(|twin| twin.is_same(&code)) {
        Some(twin) => resolve(&twin, addresses.iter().filter_map(|address| code.place_in(&twin, *address))),
        // `wasm-opt` has changed the code; the names of functions are beside what ships.
        None => names(&code, &file::read(&build::named_by_us(artifact)?).ok()?, addresses),
    }
}

/// The names of the functions at these addresses, from a module with the same code.
fn names(code: &Code<'_>, named: &[u8], addresses: &[u64]) -> Option<Vec<String>> {
    let module = Module::parse(named).ok()?;
    let lengths = code.bodies.iter().map(|body| body.range().len());
    if !lengths.eq(module.functions.iter().map(|(_, length)| *length)) {
        return None;
    }
    let at = |address: &u64| module.functions[code.index_at(*address)?].0.as_deref().map(plain);
    Some(addresses.iter().filter_map(at).collect())
}

/// The frames at these places, counted from the start of the code.
fn resolve(code: &Code<'_>, places: impl Iterator<Item = u64>) -> Option<Vec<String>> {
    let dwarf = Dwarf::load(|section| {
        let data = code.custom.iter().find(|(name, _)| *name == section.name()).map_or(&[][..], |(_, data)| data);
        Ok::<_, addr2line::gimli::Error>(EndianSlice::new(data, LittleEndian))
    });
    let context = addr2line::Context::from_dwarf(dwarf.ok()?).ok()?;
    let mut frames = Vec::new();
    for place in places {
        let mut found = context.find_frames(place).skip_all_loads().ok()?;
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
    bodies: Vec<FunctionBody<'a>>,
    custom: Vec<(&'a str, &'a [u8])>,
}

impl<'a> Code<'a> {
    fn read(wasm: &'a [u8]) -> Option<Code<'a>> {
        let mut code = Code { start: 0, bodies: Vec::new(), custom: Vec::new() };
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.ok()? {
                Payload::CodeSectionStart { range, .. } => code.start = range.start as u64,
                Payload::CodeSectionEntry(body) => code.bodies.push(body),
                Payload::CustomSection(section) => code.custom.push((section.name(), section.data())),
                _ => {}
            }
        }
        Some(code)
    }

    /// Whether both have the same instructions, whatever their addresses and indices.
    fn is_same(&self, other: &Code<'_>) -> bool {
        self.bodies.len() == other.bodies.len()
            && self.bodies.iter().zip(&other.bodies).all(|(own, other)| do_the_same(own, other).unwrap_or(false))
    }

    /// The function that the address is in.
    fn index_at(&self, address: u64) -> Option<usize> {
        self.bodies.partition_point(|body| body.range().start as u64 <= address).checked_sub(1)
    }

    /// The place of an address of this file in `twin`, counted from the start of its code.
    fn place_in(&self, twin: &Code<'_>, address: u64) -> Option<u64> {
        let index = self.index_at(address)?;
        let up_to = instructions(&self.bodies[index])?.take_while(|(_, offset)| *offset as u64 <= address).count();
        let (_, offset) = instructions(twin.bodies.get(index)?)?.nth(up_to.checked_sub(1)?)?;
        (offset as u64).checked_sub(twin.start)
    }
}

/// The instructions of a function, and where each stands in the file.
fn instructions<'a>(body: &FunctionBody<'a>) -> Option<impl Iterator<Item = (Operator<'a>, usize)>> {
    Some(body.get_operators_reader().ok()?.into_iter_with_offsets().map_while(Result::ok))
}

/// Whether two functions have the same instructions, apart from their operands.
fn do_the_same<'a>(one: &FunctionBody<'a>, other: &FunctionBody<'a>) -> Option<bool> {
    let kinds = |body| Some(instructions(body)?.map(|(operator, _)| discriminant(&operator)));
    Some(kinds(one)?.eq(kinds(other)?))
}
