//! Redis' glob patterns: `*`, `?`, `[abc]`, `[^a-z]`, and `\` before a letter.

/// Whether all of `text` matches `pattern`.
///
/// ```
/// use plugsmith::testing::glob_matches;
///
/// assert!(glob_matches("user:[0-9]*", "user:7:name"));
/// assert!(!glob_matches("user:?", "user:77"));
/// ```
pub fn glob_matches(pattern: &str, text: &str) -> bool {
    matches(pattern.as_bytes(), text.as_bytes())
}

/// Linear in practice: a `*` is retried only from the last one, as in every backtracking-free matcher.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star = None;
    while t < text.len() {
        if pattern.get(p) == Some(&b'*') {
            star = Some((p + 1, t));
            p += 1;
        } else if let Some(next) = pattern.get(p).and_then(|_| one(pattern, p, text[t])) {
            p = next;
            t += 1;
        } else if let Some((after, at)) = star {
            star = Some((after, at + 1));
            p = after;
            t = at + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&b| b == b'*')
}

/// The place after the pattern's element at `p`, if that matches `byte`.
fn one(pattern: &[u8], p: usize, byte: u8) -> Option<usize> {
    match pattern[p] {
        b'?' => Some(p + 1),
        b'\\' if p + 1 < pattern.len() => (pattern[p + 1] == byte).then_some(p + 2),
        b'[' => {
            let (found, end) = class(pattern, p + 1, byte);
            found.then_some(end)
        }
        literal => (literal == byte).then_some(p + 1),
    }
}

/// Whether the class at `p` (after its `[`) holds `byte`, and the place after the class. As in
/// Redis' `stringmatchlen`: `]` always closes, `\` quotes, and a class that is never closed ends
/// with the pattern.
fn class(pattern: &[u8], mut p: usize, byte: u8) -> (bool, usize) {
    let negated = pattern.get(p) == Some(&b'^');
    p += usize::from(negated);
    let mut found = false;
    loop {
        match &pattern[p..] {
            [] => return (found != negated, p),
            [b']', ..] => return (found != negated, p + 1),
            [b'\\', quoted, ..] => {
                found |= *quoted == byte;
                p += 2;
            }
            [low, b'-', high, ..] => {
                found |= (*low.min(high)..=*low.max(high)).contains(&byte);
                p += 3;
            }
            [literal, ..] => {
                found |= *literal == byte;
                p += 1;
            }
        }
    }
}
