//! The grammar of JSON, checked while the blanks between its parts are left out.
//!
//! Nothing is turned into a number or a letter and back: all but the blanks stays as it was written.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

/// How deep arrays and objects may lie within each other, as in RedisJSON.
pub const MAX_DEPTH: usize = 128;

/// What is wrong with one that is deeper.
pub(crate) const TOO_DEEP: &str = "more than 128 arrays and objects within each other";

/// Why a text is not JSON, or none that a document may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    what: &'static str,
    offset: usize,
}

/// `invalid JSON at byte 9: expected a value`.
impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&["invalid JSON at byte ", &self.offset.to_string(), ": ", self.what].concat())
    }
}

/// Valid JSON without blanks between its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compact {
    text: String,
    depth: usize,
}

impl Compact {
    /// Reads the JSON value that is the whole text.
    ///
    /// ```
    /// use ferrite_json::json::Compact;
    ///
    /// assert_eq!(Compact::parse(" [1.50, true ] ").unwrap().as_str(), "[1.50,true]");
    /// assert_eq!(Compact::parse("[1,]").unwrap_err().to_string(), "invalid JSON at byte 3: expected a value");
    /// ```
    ///
    /// # Errors
    /// A text that is not JSON, one that is nested too deeply, an object with one name twice.
    pub fn parse(text: &str) -> Result<Compact, Mistake> {
        let mut scanner = Scanner { text, at: 0, out: String::with_capacity(text.len()), copied: 0, deepest: 0 };
        scanner.value(0)?;
        if scanner.peek().is_some() {
            return scanner.mistake("more text after the value");
        }
        scanner.leave_out(text.len());
        Ok(Compact { text: scanner.out, depth: scanner.deepest })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// How many arrays and objects lie within each other.
    pub fn depth(&self) -> usize {
        self.depth
    }
}

impl From<Compact> for String {
    fn from(compact: Compact) -> String {
        compact.text
    }
}

/// What a string of valid JSON says, given with its quotes.
pub fn unescape(quoted: &str) -> Cow<'_, str> {
    let mut rest = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
    if !rest.contains('\\') {
        return Cow::Borrowed(rest);
    }
    let mut out = String::with_capacity(rest.len());
    while let Some((before, escaped)) = rest.split_once('\\') {
        out.push_str(before);
        let (letter, length) = escape(escaped).unwrap_or((char::REPLACEMENT_CHARACTER, 0));
        out.push(letter);
        rest = escaped.get(length..).unwrap_or_default();
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The letter that stands behind a backslash, and the bytes that it takes there.
fn escape(text: &str) -> Result<(char, usize), &'static str> {
    let letter = match text.bytes().next() {
        Some(letter @ (b'"' | b'\\' | b'/')) => letter.into(),
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode(text),
        _ => return Err(r#"an escape is one of \" \\ \/ \b \f \n \r \t \u0000"#),
    };
    Ok((letter, 1))
}

/// The letter of `u0041`, or of `ud83e\udd80`: two halves of one beyond 16 bits.
fn unicode(text: &str) -> Result<(char, usize), &'static str> {
    let first = hex(text, 1)?;
    let (code, length) = match first {
        0xd800..0xdc00 if text.get(5..7) == Some(r"\u") => match hex(text, 7)? {
            second @ 0xdc00..0xe000 => (0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00), 11),
            _ => (first, 5),
        },
        _ => (first, 5),
    };
    char::from_u32(code).map(|letter| (letter, length)).ok_or("an unpaired surrogate stands for no letter")
}

fn hex(text: &str, at: usize) -> Result<u32, &'static str> {
    let digits = text.get(at..at + 4).unwrap_or_default();
    let is_hex = digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    u32::from_str_radix(digits, 16).ok().filter(|_| is_hex).ok_or(r"\u must be followed by four hex digits")
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    out: String,
    /// The bytes before this one are in `out`, but for blanks.
    copied: usize,
    deepest: usize,
}

impl<'a> Scanner<'a> {
    fn value(&mut self, depth: usize) -> Result<(), Mistake> {
        match self.peek() {
            Some(b'{') => self.object(depth + 1),
            Some(b'[') => self.list(b']', depth + 1, |scanner| scanner.value(depth + 1)),
            Some(b'"') => self.string().map(drop),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            _ => self.mistake("expected a value"),
        }
    }

    fn object(&mut self, depth: usize) -> Result<(), Mistake> {
        let mut names = BTreeSet::new();
        self.list(b'}', depth, |scanner| {
            if scanner.peek() != Some(b'"') {
                return scanner.mistake("expected a name in quotes");
            }
            let start = scanner.at;
            if !names.insert(unescape(scanner.string()?)) {
                return Err(Mistake { what: "this name stands twice in its object", offset: start });
            }
            if scanner.peek() != Some(b':') {
                return scanner.mistake("expected : after a name");
            }
            scanner.at += 1;
            scanner.value(depth)
        })
    }

    /// An opening bracket, items with commas between them, the closing bracket.
    fn list(
        &mut self,
        close: u8,
        depth: usize,
        mut item: impl FnMut(&mut Self) -> Result<(), Mistake>,
    ) -> Result<(), Mistake> {
        if depth > MAX_DEPTH {
            return self.mistake(TOO_DEEP);
        }
        self.deepest = self.deepest.max(depth);
        self.at += 1;
        if self.peek() == Some(close) {
            self.at += 1;
            return Ok(());
        }
        loop {
            item(self)?;
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(byte) if byte == close => {
                    self.at += 1;
                    return Ok(());
                }
                _ if close == b']' => return self.mistake("expected , or ]"),
                _ => return self.mistake("expected , or }"),
            }
        }
    }

    /// Steps over a string; yields it with its quotes.
    fn string(&mut self) -> Result<&'a str, Mistake> {
        let rest = self.rest();
        let mut length = 1;
        loop {
            match rest.as_bytes().get(length) {
                Some(b'"') => break,
                Some(b'\\') => match escape(rest.get(length + 1..).unwrap_or_default()) {
                    Ok((_, escaped)) => length += 1 + escaped,
                    Err(what) => return Err(Mistake { what, offset: self.at + length }),
                },
                Some(0..0x20) => {
                    let what = r"a control character in a string: write \n, \t or \u0000";
                    return Err(Mistake { what, offset: self.at + length });
                }
                Some(_) => length += 1,
                None => return Err(Mistake { what: "a string that is not closed", offset: self.at }),
            }
        }
        self.at += length + 1;
        Ok(rest.get(..length + 1).unwrap_or_default())
    }

    fn number(&mut self) -> Result<(), Mistake> {
        if self.next() == Some(b'-') {
            self.at += 1;
        }
        match self.next() {
            Some(b'0') => self.at += 1,
            _ => self.digits()?,
        }
        if self.next() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.next() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.next() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Mistake> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.next() {
            self.at += 1;
        }
        if self.at == start { self.mistake("expected a digit") } else { Ok(()) }
    }

    fn word(&mut self, word: &str) -> Result<(), Mistake> {
        if !self.rest().starts_with(word) {
            return self.mistake("expected a value");
        }
        self.at += word.len();
        Ok(())
    }

    /// The next byte that is not blank.
    fn peek(&mut self) -> Option<u8> {
        let start = self.at;
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.next() {
            self.at += 1;
        }
        if self.at > start {
            self.leave_out(start);
        }
        self.next()
    }

    fn next(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Copies what stands before the byte `end`; what lies between it and here is left out.
    fn leave_out(&mut self, end: usize) {
        self.out.push_str(self.text.get(self.copied..end).unwrap_or_default());
        self.copied = self.at;
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn mistake<T>(&self, what: &'static str) -> Result<T, Mistake> {
        Err(Mistake { what, offset: self.at })
    }
}
