//! The members of a JSON object, found without looking into them: cheap enough for a metered guest.
//!
//! A request is found in two steps. This one finds where each member begins and ends; `serde_json`
//! then reads the member that a handler asks for, and is the judge of it. So a body is parsed
//! once, straight into its type, and one that nobody asks for not at all. What this pays for each
//! byte of a body is what counts, hence eight bytes of a string at a time.

use std::ops::Range;

/// Text that is no JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// Calls `visit` with the place of every member's name (as written, between its quotes) and value.
///
/// # Errors
/// Text that is no object, as far as its brackets, quotes, colons and commas tell.
pub fn members(text: &str, visit: &mut dyn FnMut(Range<usize>, Range<usize>)) -> Result<(), Malformed> {
    let bytes = text.as_bytes();
    let mut at = expect(bytes, space(bytes, 0), b'{')?;
    at = space(bytes, at);
    if bytes.get(at) == Some(&b'}') {
        return end(bytes, at + 1);
    }
    loop {
        let start = expect(bytes, space(bytes, at), b'"')?;
        let after = string(bytes, start)?;
        let value = space(bytes, expect(bytes, space(bytes, after), b':')?);
        let stop = skip(bytes, value)?;
        visit(start..after - 1, value..stop);
        at = space(bytes, stop);
        match bytes.get(at) {
            Some(b',') => at += 1,
            Some(b'}') => return end(bytes, at + 1),
            _ => return Err(Malformed),
        }
    }
}

/// The place after the value at `at`.
fn skip(bytes: &[u8], mut at: usize) -> Result<usize, Malformed> {
    let start = at;
    let mut depth = 0u32;
    loop {
        match bytes.get(at) {
            Some(b'"') => at = string(bytes, at + 1)?,
            Some(b'{' | b'[') => {
                depth += 1;
                at += 1;
                continue;
            }
            Some(b'}' | b']') if depth > 0 => {
                depth -= 1;
                at += 1;
            }
            Some(b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n') if depth == 0 => {}
            Some(_) => {
                at += 1;
                continue;
            }
            None if depth == 0 => {}
            None => return Err(Malformed),
        }
        if depth == 0 {
            return if at > start { Ok(at) } else { Err(Malformed) };
        }
        // Between the values of an array or an object: its commas and colons.
        while matches!(bytes.get(at), Some(b',' | b':' | b' ' | b'\t' | b'\r' | b'\n')) {
            at += 1;
        }
    }
}

/// The place after the closing quote of the string whose first letter is at `at`.
fn string(bytes: &[u8], mut at: usize) -> Result<usize, Malformed> {
    loop {
        while let Some(word) = bytes.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
            let stops = stops(u64::from_le_bytes(*word));
            if stops != 0 {
                at += (stops.trailing_zeros() / 8) as usize;
                break;
            }
            at += 8;
        }
        match bytes.get(at) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
            None => return Err(Malformed),
        }
    }
}

/// A high bit in the first byte of the word that is a quote or a backslash, and perhaps in later
/// ones; none where no byte is.
fn stops(word: u64) -> u64 {
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let zeros = |word: u64| word.wrapping_sub(LOW) & !word & HIGH;
    zeros(word ^ (LOW * b'"' as u64)) | zeros(word ^ (LOW * b'\\' as u64))
}

fn space(bytes: &[u8], mut at: usize) -> usize {
    while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
        at += 1;
    }
    at
}

fn expect(bytes: &[u8], at: usize, byte: u8) -> Result<usize, Malformed> {
    if bytes.get(at) == Some(&byte) { Ok(at + 1) } else { Err(Malformed) }
}

fn end(bytes: &[u8], at: usize) -> Result<(), Malformed> {
    if space(bytes, at) == bytes.len() { Ok(()) } else { Err(Malformed) }
}
