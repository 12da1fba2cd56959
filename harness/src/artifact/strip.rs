//! An artifact without what only debuggers and compilers read.

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
