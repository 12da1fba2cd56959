//! JSON text to arguments: a scanner that checks the grammar and allocates for strings only.

use super::{BYTES, base64};

/// The deepest nesting that a [`Scanner`] accepts.
const MAX_DEPTH: usize = 64;

/// Why text is not JSON: what was found, and at which byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// What is wrong, in a few words.
    pub message: &'static str,
    /// Where the offending part begins.
    pub offset: usize,
}

/// One JSON value as an argument sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json<'a> {
    /// `null`.
    Null,
    /// A string, unescaped.
    Text(String),
    /// The bytes of `{"$bytes": ".."}`.
    Bytes(Vec<u8>),
    /// Anything else (a number, a boolean, an array, an object), as it was written.
    Raw(&'a str),
}

/// A cursor over JSON text.
#[derive(Debug)]
pub struct Scanner<'a> {
    text: &'a str,
    position: usize,
    /// What was wrong. A method that finds a fault leaves it here and returns `None`: a `Result` with
    /// the fault in it would be passed through memory at every step, which doubles the code.
    fault: JsonError,
}

impl<'a> Scanner<'a> {
    /// A scanner at the first byte of `text`.
    pub fn new(text: &'a str) -> Scanner<'a> {
        Scanner { text, position: 0, fault: JsonError { message: "", offset: 0 } }
    }

    /// The elements of the array that is the whole text.
    ///
    /// # Errors
    /// What is wrong and where.
    pub fn array(self) -> Result<Vec<Json<'a>>, JsonError> {
        self.elements(|element| element)
    }

    /// The elements of the array that is the whole text, each converted.
    pub(crate) fn elements<T>(mut self, convert: fn(Json<'a>) -> T) -> Result<Vec<T>, JsonError> {
        let mut items = Vec::new();
        self.whole(b'[', &mut |scanner| {
            items.push(convert(scanner.value()?));
            Some(())
        })?;
        Ok(items)
    }

    /// The members of the object that is the whole text.
    ///
    /// # Errors
    /// What is wrong and where.
    pub fn object_members(mut self) -> Result<Vec<(String, Json<'a>)>, JsonError> {
        let mut members = Vec::new();
        self.whole(b'{', &mut |scanner| {
            members.push((scanner.key()?, scanner.value()?));
            Some(())
        })?;
        Ok(members)
    }

    /// The members of the object that is the whole text, all of them strings.
    ///
    /// # Errors
    /// What is wrong and where.
    pub fn text_object(self) -> Result<Vec<(String, String)>, JsonError> {
        self.object_members()?
            .into_iter()
            .map(|(name, value)| match value {
                Json::Text(text) => Ok((name, text)),
                _ => Err(JsonError { message: "expected a string", offset: 0 }),
            })
            .collect()
    }

    /// Reads the list that is the whole text.
    fn whole(&mut self, open: u8, item: &mut dyn FnMut(&mut Self) -> Option<()>) -> Result<(), JsonError> {
        self.list(open, item).and_then(|()| self.end()).ok_or_else(|| self.fault.clone())
    }

    /// A value of the outermost list.
    fn value(&mut self) -> Option<Json<'a>> {
        self.space();
        let start = self.position;
        if self.peek() == b'"' {
            return self.string().map(Json::Text);
        }
        self.skip(1)?;
        // Both ends lie beside ASCII, so the cut is between letters; indexing would bring the panic
        // messages of a cut within a letter into every guest.
        let raw = self.text.get(start..self.position).unwrap_or_default();
        match Scanner::new(raw).tagged() {
            Some((text, offset)) => match base64::decode(text.as_bytes()) {
                Some(bytes) => Some(Json::Bytes(bytes)),
                None => self.fail_at(start + offset, "$bytes is not padded base64"),
            },
            None if raw == "null" => Some(Json::Null),
            None => Some(Json::Raw(raw)),
        }
    }

    /// The base64 and the place of it, if the text is `{"$bytes": ".."}`.
    fn tagged(mut self) -> Option<(String, usize)> {
        self.expect(b'{', "")?;
        if self.key()? != BYTES {
            return None;
        }
        self.space();
        let offset = self.position;
        let text = self.string()?;
        self.space();
        (self.peek() == b'}').then_some((text, offset))
    }

    /// Steps over any value that begins at `depth`.
    fn skip(&mut self, depth: usize) -> Option<()> {
        self.space();
        match self.peek() {
            b'"' => self.string().map(drop),
            b'{' | b'[' if depth == MAX_DEPTH => self.fail("nested too deeply"),
            open @ (b'{' | b'[') => self.list(open, &mut |scanner| {
                if open == b'{' {
                    scanner.key()?;
                }
                scanner.skip(depth + 1)
            }),
            _ if ["true", "false", "null"].iter().any(|word| self.word(word)) => Some(()),
            _ => self.number(),
        }
    }

    /// Reads `[item, item]` or `{item, item}`, as `open` says.
    fn list(&mut self, open: u8, item: &mut dyn FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.space();
        self.expect(open, "expected a list")?;
        self.space();
        // In ASCII a bracket and a brace are closed by the second letter after them.
        let close = open + 2;
        if self.peek() != close {
            loop {
                item(self)?;
                self.space();
                if !self.take(b',') {
                    break;
                }
            }
        }
        self.expect(close, "expected , or the end of a list")
    }

    /// The name of a member, and the colon after it.
    fn key(&mut self) -> Option<String> {
        self.space();
        let key = self.string()?;
        self.space();
        self.expect(b':', "expected : after a key")?;
        Some(key)
    }

    fn string(&mut self) -> Option<String> {
        self.expect(b'"', "expected a string")?;
        let mut out = Vec::new();
        loop {
            let start = self.position;
            while !matches!(self.peek(), b'"' | b'\\' | 0..0x20) {
                self.position += 1;
            }
            out.extend_from_slice(self.text.as_bytes().get(start..self.position).unwrap_or_default());
            if self.take(b'"') {
                // Cut beside ASCII, it is text as it was before.
                return String::from_utf8(out).ok();
            }
            if self.position == self.text.len() {
                return self.fail("a string that is not closed");
            }
            if self.peek() != b'\\' {
                return self.fail("a control character in a string");
            }
            self.escape(&mut out)?;
        }
    }

    /// Appends the letter that the escape here means.
    fn escape(&mut self, out: &mut Vec<u8>) -> Option<()> {
        const LETTERS: &[u8; 8] = b"\"\\/bfnrt";
        const MEANINGS: &[u8; 8] = b"\"\\/\x08\x0c\n\r\t";
        let start = self.position;
        self.position += 1;
        let letter = self.peek();
        self.position += 1;
        if let Some((_, meaning)) = LETTERS.iter().zip(MEANINGS).find(|(known, _)| **known == letter) {
            out.push(*meaning);
            return Some(());
        }
        if letter != b'u' {
            return self.fail_at(start, "an unknown escape");
        }
        let mut code = self.hex(start)?;
        if (0xd800..0xdc00).contains(&code) && self.word("\\u") {
            let second = self.hex(start)?;
            if (0xdc00..0xe000).contains(&second) {
                code = 0x10000 + ((code - 0xd800) << 10) + (second - 0xdc00);
            }
        }
        if (0xd800..0xe000).contains(&code) {
            return self.fail_at(start, "an unpaired surrogate");
        }
        push_utf8(out, code);
        Some(())
    }

    /// The four digits here, of the escape that begins at `start`.
    fn hex(&mut self, start: usize) -> Option<u32> {
        let mut code = 0;
        for _ in 0..4 {
            let Some(digit) = char::from(self.peek()).to_digit(16) else {
                return self.fail_at(start, "\\u must be followed by four hex digits");
            };
            code = code * 16 + digit;
            self.position += 1;
        }
        Some(code)
    }

    fn number(&mut self) -> Option<()> {
        self.take(b'-');
        if !self.take(b'0') {
            self.digits("not a JSON value")?;
        }
        if self.take(b'.') {
            self.digits("expected a digit")?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits("expected a digit")?;
        }
        Some(())
    }

    fn digits(&mut self, message: &'static str) -> Option<()> {
        let start = self.position;
        while self.peek().is_ascii_digit() {
            self.position += 1;
        }
        if self.position == start { self.fail(message) } else { Some(()) }
    }

    /// Steps over `word`, if it is here.
    fn word(&mut self, word: &str) -> bool {
        let is_here = self.text.as_bytes().get(self.position..).is_some_and(|rest| rest.starts_with(word.as_bytes()));
        if is_here {
            self.position += word.len();
        }
        is_here
    }

    /// Steps over `byte`, if it is here.
    fn take(&mut self, byte: u8) -> bool {
        let is_here = self.peek() == byte;
        self.position += usize::from(is_here);
        is_here
    }

    fn expect(&mut self, byte: u8, message: &'static str) -> Option<()> {
        if self.take(byte) { Some(()) } else { self.fail(message) }
    }

    fn end(&mut self) -> Option<()> {
        self.space();
        if self.position < self.text.len() { self.fail("bytes after the value") } else { Some(()) }
    }

    fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\r' | b'\n') {
            self.position += 1;
        }
    }

    /// The byte here; 0 at the end, which is no JSON anywhere.
    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.position).copied().unwrap_or_default()
    }

    fn fail<T>(&mut self, message: &'static str) -> Option<T> {
        self.fail_at(self.position, message)
    }

    fn fail_at<T>(&mut self, offset: usize, message: &'static str) -> Option<T> {
        self.fault = JsonError { message, offset };
        None
    }
}

/// Appends a letter, smaller in a guest than `String::push`.
fn push_utf8(out: &mut Vec<u8>, code: u32) {
    let mut left = match code {
        0..0x80 => return out.push(code as u8),
        0x80..0x800 => 1,
        0x800..0x10000 => 2,
        _ => 3,
    };
    // As many ones in front as there are bytes.
    out.push((0xff80 >> left) as u8 | (code >> (6 * left)) as u8);
    while left > 0 {
        left -= 1;
        out.push(0x80 | (code >> (6 * left)) as u8 & 0x3f);
    }
}
