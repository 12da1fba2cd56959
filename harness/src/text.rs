//! Text for a shell and for a terminal, numbers that people read, and hexadecimal digits.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

/// A word for a shell.
pub(crate) fn quote(word: &str) -> String {
    quote_bytes(word.as_bytes())
}

/// As [`quote`]; bytes that are not text, and characters that a terminal does not show, are escaped for bash and zsh.
pub(crate) fn quote_bytes(word: &[u8]) -> String {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"-_./:=@%+,".contains(b);
    match std::str::from_utf8(word) {
        Ok(text) if !text.is_empty() && word.iter().all(plain) => text.to_owned(),
        Ok(text) if !text.contains(|letter: char| letter.is_control()) => {
            format!("'{}'", text.replace('\'', r"'\''"))
        }
        _ => {
            let escaped = word.iter().map(|byte| match byte {
                b'\n' => r"\n".to_owned(),
                b'\r' => r"\r".to_owned(),
                b'\t' => r"\t".to_owned(),
                b'\'' | b'\\' => format!("\\{}", char::from(*byte)),
                0x20..=0x7e => char::from(*byte).to_string(),
                byte => format!("\\x{byte:02x}"),
            });
            format!("$'{}'", escaped.collect::<String>())
        }
    }
}

/// The SHA-256 of an artifact, as Extism and Query write it down.
///
/// ```
/// let hash = plugsmith_harness::hosts::extism::sha256(b"");
/// assert_eq!(hash, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
/// ```
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes as hexadecimal digits, two each, in lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| char::from(DIGITS[usize::from(half)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// A number with its digits in groups of three.
///
/// ```
/// assert_eq!(plugsmith_harness::grouped(1_234_567), "1,234,567");
/// ```
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 call`, `2 calls`.
pub(crate) fn counted(number: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// About the bytes that JSON takes once it is read, known before it is: two bytes of text may be an element.
pub(crate) fn json_weight(json: &[u8]) -> usize {
    const ELEMENT: usize = 64;
    let elements = json.iter().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count();
    (1 + elements) * ELEMENT + json.len()
}

/// Text of a stranger's as a terminal may be shown it: characters that a terminal obeys are escaped, as
/// are those that reorder a line. Line feeds and tabs stay.
///
/// ```
/// assert_eq!(plugsmith_harness::printable("\u{1b}[2Jgone\u{9b}31m\n"), "\\u{1b}[2Jgone\\u{9b}31m\n");
/// ```
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        match is_obeyed(letter) {
            true => shown.extend(letter.escape_unicode()),
            false => shown.push(letter),
        }
    }
    Cow::Owned(shown)
}

/// As [`printable`], and nothing in it starts another line or another cell.
pub(crate) fn one_line(text: &str) -> String {
    printable(text).replace('\n', "\\n").replace('\t', "\\t")
}

/// Control characters, and those of Unicode's that change the direction or the lines of what is around them.
fn is_obeyed(letter: char) -> bool {
    match letter {
        '\n' | '\t' => false,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        letter => letter.is_control(),
    }
}
