//! The manifest, joined by rustc: one JSON object in the custom section `manifest`.

use super::entry::Entry;

/// A part of a manifest.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    /// JSON as it is.
    Json(&'static str),
    /// Text that becomes a JSON string.
    Text(&'static str),
    /// A member with a text, left out where that is empty.
    Member(&'static str, &'static str),
    /// The member `routes`.
    Routes(&'static [Entry]),
}

/// The length of a manifest.
pub const fn manifest_length(parts: &[Part]) -> usize {
    let mut out = Joiner::<0>::new();
    out.parts(parts);
    out.at
}

/// A manifest, joined at compile time.
pub const fn manifest<const N: usize>(parts: &[Part]) -> [u8; N] {
    let mut out = Joiner::<N>::new();
    out.parts(parts);
    out.bytes
}

/// The manifest as text.
pub const fn manifest_text(bytes: &[u8]) -> &str {
    match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => "",
    }
}

/// The text of a JSON file, if it begins and ends with these brackets.
///
/// # Panics
/// With `message`, at compile time, if it does not.
pub const fn bracketed(text: &'static str, brackets: &str, message: &'static str) -> &'static str {
    let bytes = text.as_bytes().trim_ascii();
    let brackets = brackets.as_bytes();
    if bytes.len() < 2 || bytes[0] != brackets[0] || bytes[bytes.len() - 1] != brackets[1] {
        panic!("{}", message);
    }
    manifest_text(bytes)
}

/// Bytes put one after another; with `N` 0 they are only counted.
struct Joiner<const N: usize> {
    bytes: [u8; N],
    at: usize,
}

impl<const N: usize> Joiner<N> {
    const fn new() -> Joiner<N> {
        Joiner { bytes: [0; N], at: 0 }
    }

    const fn parts(&mut self, parts: &[Part]) {
        let mut index = 0;
        while index < parts.len() {
            match parts[index] {
                Part::Json(json) => self.put(json.as_bytes()),
                Part::Text(text) => self.text(text),
                Part::Member(_, text) if text.is_empty() => {}
                Part::Member(name, text) => {
                    self.put(b",\"");
                    self.put(name.as_bytes());
                    self.put(b"\":");
                    self.text(text);
                }
                Part::Routes(entries) => self.routes(entries),
            }
            index += 1;
        }
    }

    const fn routes(&mut self, entries: &[Entry]) {
        self.put(b",\"routes\":[");
        let mut index = 0;
        while index < entries.len() {
            if index > 0 {
                self.put(b",");
            }
            if let Entry::Route(route) = &entries[index] {
                self.put(route.json.as_bytes());
            }
            index += 1;
        }
        self.put(b"]");
    }

    const fn text(&mut self, text: &str) {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        self.put(b"\"");
        let bytes = text.as_bytes();
        let mut index = 0;
        while index < bytes.len() {
            match bytes[index] {
                byte @ (b'"' | b'\\') => self.put(&[b'\\', byte]),
                byte @ 0..0x20 => {
                    self.put(b"\\u00");
                    self.put(&[HEX[(byte >> 4) as usize], HEX[(byte & 15) as usize]]);
                }
                byte => self.put(&[byte]),
            }
            index += 1;
        }
        self.put(b"\"");
    }

    /// Copies whole slices: a page's file is too long for rustc to go through it byte by byte.
    const fn put(&mut self, bytes: &[u8]) {
        if N > 0 {
            self.bytes.split_at_mut(self.at).1.split_at_mut(bytes.len()).0.copy_from_slice(bytes);
        }
        self.at += bytes.len();
    }
}
