//! Numbers and messages as text, without the formatting machinery of `core::fmt`.

/// A number for a message, without the formatting machinery.
pub(crate) fn decimal(n: i64) -> String {
    let mut text = if n < 0 { String::from("-") } else { String::new() };
    push_digits(&mut text, n.unsigned_abs());
    text
}

/// Recursive, because a buffer of digits would need bounds checks, whose panics name this file.
fn push_digits(text: &mut String, n: u64) {
    if n >= 10 {
        push_digits(text, n / 10);
    }
    text.push(char::from(b'0' + (n % 10) as u8));
}

/// The parts of a message as one text; smaller in a guest than `[..].concat()`.
pub(crate) fn join(parts: &[&str]) -> String {
    let mut text = String::new();
    for part in parts {
        text.push_str(part);
    }
    text
}
