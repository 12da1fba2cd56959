//! Standard base64 with padding, for bytes inside JSON.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Appends `bytes` as base64.
pub(super) fn encode(out: &mut Vec<u8>, bytes: &[u8]) {
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0u32, |group, &b| (group << 8) | u32::from(b)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            out.push(if place <= chunk.len() { ALPHABET[(group >> (18 - 6 * place)) as usize & 63] } else { b'=' });
        }
    }
}

/// The bytes of `text`; `None` where it is not padded base64.
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let letters = text.strip_suffix(b"=").map_or(text, |text| text.strip_suffix(b"=").unwrap_or(text));
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let mut group = 0u32;
    let mut bits = 0;
    for b in letters {
        group = (group << 6) | ALPHABET.iter().position(|letter| letter == b)? as u32;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push((group >> bits) as u8);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_every_length_survive() {
        for length in 0..if cfg!(miri) { 8 } else { 70 } {
            let bytes: Vec<u8> = (0..length).map(|n| (n * 37) as u8).collect();
            let mut text = Vec::new();
            encode(&mut text, &bytes);
            assert_eq!(decode(&text), Some(bytes));
        }
    }

    #[test]
    fn foreign_letters_and_bad_lengths_are_refused() {
        for text in [&b"YQ="[..], b"Y===", b"Y!==", b"YQ==YQ=="] {
            assert_eq!(decode(text), None, "{}", String::from_utf8_lossy(text));
        }
    }
}
