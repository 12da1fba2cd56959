//! An artifact without what only debuggers and compilers read.

use plugsmith::protocol::metadata;
use wasmparser::{Parser, Payload};

use crate::error::{Error, Result};

/// The custom sections that no host reads.
const TOOLS: &[&str] = &["name", "producers", "target_features"];

/// The artifact without names, debug information, and what the compiler says of itself, which are
/// the sections that `strip = true` leaves out.
///
/// ```
/// let named = b"\0asm\x01\0\0\0\0\x06\x04name\x01";
/// assert_eq!(plugsmith_harness::strip(named)?, b"\0asm\x01\0\0\0");
/// # Ok::<(), plugsmith_harness::Error>(())
/// ```
///
/// # Errors
/// [`Error::InvalidModule`].
pub fn strip(wasm: &[u8]) -> Result<Vec<u8>> {
    let invalid = |error: wasmparser::BinaryReaderError| Error::InvalidModule { reason: error.to_string() };
    // The parser hands out a custom section's head before it knows that its end is there.
    let cut_short = || Error::InvalidModule { reason: "unexpected end-of-file".to_owned() };
    let mut kept = Vec::with_capacity(wasm.len());
    // Each part goes from the end of the last one to its own.
    let mut start = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.map_err(invalid)?;
        let end = match &payload {
            Payload::Version { range, .. } => range.end,
            payload => match payload.as_section() {
                Some((_, range)) => range.end,
                // A part of a section that is counted already.
                None => continue,
            },
        };
        let is_for_tools = matches!(&payload, Payload::CustomSection(section)
            if TOOLS.contains(&section.name()) || section.name().starts_with(".debug_"));
        if !is_for_tools {
            kept.extend_from_slice(wasm.get(start..end).ok_or_else(cut_short)?);
        }
        start = end;
    }
    Ok(kept)
}

/// The artifact without what says which crates its entry points come from: no host reads that.
pub(crate) fn without_origins(wasm: &[u8]) -> Result<Vec<u8>> {
    let invalid = |error: wasmparser::BinaryReaderError| Error::InvalidModule { reason: error.to_string() };
    let mut out = Vec::with_capacity(wasm.len());
    let mut start = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload.map_err(invalid)?;
        if let Payload::CustomSection(section) = &payload
            && section.name() == metadata::SECTION
        {
            let mut contents = leb(metadata::SECTION.len());
            contents.extend_from_slice(metadata::SECTION.as_bytes());
            contents.extend(section.data().split_inclusive(|byte| *byte == b'\n').flat_map(without_origin));
            out.push(0);
            out.extend(leb(contents.len()));
            out.extend(contents);
            start = section.range().end;
        } else if let Some((_, range)) = payload.as_section() {
            out.extend_from_slice(wasm.get(start..range.end).unwrap_or_default());
            start = range.end;
        } else if let Payload::Version { range, .. } = &payload {
            out.extend_from_slice(wasm.get(start..range.end).unwrap_or_default());
            start = range.end;
        }
    }
    Ok(out)
}

/// A record without its last member, the module that it is from; nothing of the list of all entry points.
fn without_origin(line: &[u8]) -> Vec<u8> {
    const MEMBER: &[u8] = b",\"module\":\"";
    if line.starts_with(b"{\"kind\":\"list\"") {
        return Vec::new();
    }
    let place = line.windows(MEMBER.len()).rposition(|window| window == MEMBER);
    match place.filter(|_| line.ends_with(b"\"}\n")) {
        Some(place) if !line[place + MEMBER.len()..line.len() - 3].contains(&b'"') => [&line[..place], b"}\n"].concat(),
        _ => line.to_vec(),
    }
}

/// A number as wasm writes it.
fn leb(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let byte = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            bytes.push(byte);
            return bytes;
        }
        bytes.push(byte | 0x80);
    }
}
