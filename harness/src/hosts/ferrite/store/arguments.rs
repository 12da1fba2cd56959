//! Arguments as Redis reads them.

use super::fault::Fault;

/// An integer in canonical decimal: not `+7`, not `007`, not ` 7`.
pub(crate) fn integer(text: &[u8]) -> Result<i64, Fault> {
    parse(text).ok_or(Fault::NOT_AN_INTEGER)
}

/// An integer in canonical decimal, if it is one.
pub(super) fn parse(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let canonical = match digits {
        [b'0'] => text.len() == 1,
        [b'1'..=b'9', rest @ ..] => rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if !canonical || text.len() > 20 {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Whether an argument is this word, in whichever case.
pub(super) fn is(argument: &[u8], word: &str) -> bool {
    argument.eq_ignore_ascii_case(word.as_bytes())
}

/// The place of `index` in something of this length; negative ones count from its end.
pub(super) fn from_end(index: i64, length: usize) -> i64 {
    if index < 0 { index.saturating_add(length as i64) } else { index }
}
