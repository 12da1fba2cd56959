//! An artifact without what only debuggers and compilers read.

use plugsmith::protocol::metadata;
use wasm_encoder::{CustomSection, Section};
use wasmparser::{Parser, Payload};

use crate::error::{Error, Result};

/// The custom sections that no host reads.
const TOOLS: &[&str] = &["name", "producers", "target_features"];

/// The artifact without names, debug information, and what the compiler says of itself, which are
/// the sections that `strip = true` leaves out; and without what its records say of the modules that
/// they are from.
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
        match &payload {
            _ if is_for_tools => {}
            Payload::CustomSection(section) if section.name() == metadata::SECTION => {
                let data = without_modules(section.data()).into();
                CustomSection { name: section.name().into(), data }.append_to(&mut kept);
            }
            _ => kept.extend_from_slice(wasm.get(start..end).ok_or_else(cut_short)?),
        }
        start = end;
    }
    Ok(kept)
}

/// Records as they ship: the modules that they are from, and the list of what a plugin means to export, have
/// served their purpose once the artifact is complete.
fn without_modules(records: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(records.len());
    for record in records.split_inclusive(|byte| *byte == b'\n') {
        let Ok(text) = std::str::from_utf8(record) else {
            kept.extend_from_slice(record);
            continue;
        };
        if text.starts_with(r#"{"kind":"list","#) {
            continue;
        }
        // The macros write it last.
        match text.rsplit_once(r#","module":""#) {
            Some((before, module)) if module.ends_with("\"}\n") && !module.contains(',') => {
                kept.extend_from_slice(before.as_bytes());
                kept.extend_from_slice(b"}\n");
            }
            _ => kept.extend_from_slice(record),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::without_modules;

    #[test]
    fn records_lose_their_modules_and_nothing_else() {
        let records = concat!(
            r#"{"kind":"command","name":"A","module":"mine::a"}"#,
            "\n",
            r#"{"kind":"list","module":"mine","exports":["A"]}"#,
            "\n",
            r#"{"kind":"command","name":"B","description":",\"module\":\"x\"","arity":1}"#,
            "\n",
            r#"{"kind":"order","exports":["A"]}"#,
            "\n",
            r#"{ "kind": "command", "name": "by hand" }"#,
        );
        let shipped = concat!(
            r#"{"kind":"command","name":"A"}"#,
            "\n",
            r#"{"kind":"command","name":"B","description":",\"module\":\"x\"","arity":1}"#,
            "\n",
            r#"{"kind":"order","exports":["A"]}"#,
            "\n",
            r#"{ "kind": "command", "name": "by hand" }"#,
        );
        assert_eq!(String::from_utf8(without_modules(records.as_bytes())).ok().as_deref(), Some(shipped));
    }
}
