//! Numbers and messages as text, without the formatting machinery of `core::fmt`; and back.
//!
//! Nothing here can panic with a formatted message: those bring that machinery along.

/// A number for a message.
pub(crate) fn decimal(n: i64) -> String {
    let mut digits = Vec::new();
    write_integer(&mut digits, n);
    String::from_utf8(digits).unwrap_or_default()
}

/// The parts of a message as one text; smaller in a guest than `[..].concat()`.
pub(crate) fn join(parts: &[&str]) -> String {
    let mut text = String::new();
    for part in parts {
        text.push_str(part);
    }
    text
}

/// The integer in decimal `text`, which may have a sign, as `str::parse` reads it.
pub(crate) fn integer(text: &[u8]) -> Option<i64> {
    match text.split_first()? {
        (b'-', digits) => 0_i64.checked_sub_unsigned(unsigned(digits)?),
        (b'+', digits) => i64::try_from(unsigned(digits)?).ok(),
        _ => i64::try_from(unsigned(text)?).ok(),
    }
}

/// The number in decimal digits.
pub(crate) fn unsigned(digits: &[u8]) -> Option<u64> {
    let mut n: u64 = 0;
    digits.first()?;
    for digit in digits {
        let digit = u64::from(digit.wrapping_sub(b'0'));
        // Multiplied with an overflow check, it would bring 128-bit arithmetic along.
        if digit > 9 || n > u64::MAX / 10 {
            return None;
        }
        n = (n * 10).checked_add(digit)?;
    }
    Some(n)
}

/// The first word and what stands behind the space after it.
pub(crate) fn first_word(text: &str) -> Option<(&str, &str)> {
    let end = text.bytes().position(|b| b == b' ')?;
    Some((text.get(..end)?, text.get(end + 1..)?))
}

/// Whether nothing in the text is seen.
pub(crate) fn is_blank(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_whitespace())
}

/// The bytes as text. Where they are not UTF-8, each byte that is not ASCII becomes `?`;
/// `String::from_utf8_lossy` knows where a letter ends, in ten times the code.
pub(crate) fn lossy(mut bytes: Vec<u8>) -> String {
    if core::str::from_utf8(&bytes).is_err() {
        bytes.iter_mut().filter(|b| !b.is_ascii()).for_each(|b| *b = b'?');
    }
    String::from_utf8(bytes).unwrap_or_default()
}

/// Appends decimal digits; smaller in a guest than `core::fmt`.
pub fn write_integer(out: &mut Vec<u8>, n: i64) {
    if n < 0 {
        out.push(b'-');
    }
    write_digits(out, n.unsigned_abs());
}

/// Recursive, because a buffer of digits would need bounds checks, whose panics name this file.
pub(crate) fn write_digits(out: &mut Vec<u8>, n: u64) {
    if n >= 10 {
        write_digits(out, n / 10);
    }
    out.push(b'0' + (n % 10) as u8);
}

#[cfg(test)]
mod tests {
    use super::{decimal, first_word, integer, lossy, unsigned};

    #[test]
    fn integers_are_read_as_core_reads_them() {
        let texts = [
            "",
            "-",
            "+",
            "0",
            "-0",
            "+7",
            "007",
            "1 ",
            " 1",
            "--1",
            "1a",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775808",
            "-9223372036854775809",
            "18446744073709551615",
            "18446744073709551616",
            "99999999999999999999",
            "184467440737095516150",
        ];
        for text in texts {
            assert_eq!(integer(text.as_bytes()), text.parse().ok(), "{text}");
            if !text.starts_with('+') {
                assert_eq!(unsigned(text.as_bytes()), text.parse().ok(), "{text}");
            }
        }
        for n in [0, 7, -7, 10, i64::MAX, i64::MIN] {
            assert_eq!(integer(decimal(n).as_bytes()), Some(n));
        }
    }

    #[test]
    fn words_and_letters_are_cut_where_they_end() {
        assert_eq!(first_word("ERR no such path"), Some(("ERR", "no such path")));
        assert_eq!(first_word("\u{e9} \u{e9}"), Some(("\u{e9}", "\u{e9}")));
        assert_eq!(first_word("word"), None);
        assert_eq!(lossy("caf\u{e9}".into()), "caf\u{e9}");
        assert_eq!(lossy(b"caf\xe9!".to_vec()), "caf?!");
    }
}
