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
}

impl<'a> Scanner<'a> {
    /// A scanner at the first byte of `text`.
    pub fn new(text: &'a str) -> Scanner<'a> {
        Scanner { text, position: 0 }
    }

    /// The elements of the array that is the whole text.
    ///
    /// # Errors
    /// What is wrong and where.
    pub fn array(mut self) -> Result<Vec<Json<'a>>, JsonError> {
        let mut items = Vec::new();
        self.list(b'[', b']', |scanner| {
            items.push(scanner.value(1)?);
            Ok(())
        })?;
        self.end()?;
        Ok(items)
    }

    /// The members of the object that is the whole text.
    ///
    /// # Errors
    /// What is wrong and where.
    pub fn object_members(mut self) -> Result<Vec<(String, Json<'a>)>, JsonError> {
        let mut members = Vec::new();
        self.list(b'{', b'}', |scanner| {
            scanner.space();
            let name = scanner.string()?;
            scanner.space();
            scanner.expect(b':', "expected : after a key")?;
            members.push((name, scanner.value(1)?));
            Ok(())
        })?;
        self.end()?;
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

    fn value(&mut self, depth: usize) -> Result<Json<'a>, JsonError> {
        self.space();
        let start = self.position;
        match self.peek() {
            Some(b'"') => self.string().map(Json::Text),
            Some(b'{') => match self.object(depth)? {
                None => Ok(Json::Raw(self.since(start))),
                Some((text, offset)) => base64::decode(text.as_bytes())
                    .map(Json::Bytes)
                    .ok_or(JsonError { message: "$bytes is not padded base64", offset }),
            },
            _ => {
                self.skip(depth)?;
                Ok(match self.since(start) {
                    "null" => Json::Null,
                    raw => Json::Raw(raw),
                })
            }
        }
    }

    /// Steps over an object; yields its base64 and the place of it, if it is `{"$bytes": ".."}`.
    fn object(&mut self, depth: usize) -> Result<Option<(String, usize)>, JsonError> {
        self.deeper(depth)?;
        let mut members = 0;
        let mut bytes = None;
        self.list(b'{', b'}', |scanner| {
            members += 1;
            scanner.space();
            let key = scanner.string()?;
            scanner.space();
            scanner.expect(b':', "expected : after a key")?;
            scanner.space();
            let offset = scanner.position;
            if key == BYTES && scanner.peek() == Some(b'"') {
                bytes = Some((scanner.string()?, offset));
                Ok(())
            } else {
                scanner.skip(depth + 1)
            }
        })?;
        Ok(bytes.filter(|_| members == 1))
    }

    fn skip(&mut self, depth: usize) -> Result<(), JsonError> {
        self.space();
        match self.peek() {
            Some(b'"') => self.string().map(drop),
            Some(b'{') => self.object(depth).map(drop),
            Some(b'[') => {
                self.deeper(depth)?;
                self.list(b'[', b']', |scanner| scanner.skip(depth + 1))
            }
            Some(b't') => self.word("true"),
            Some(b'f') => self.word("false"),
            Some(b'n') => self.word("null"),
            _ => self.number(),
        }
    }

    /// Checks that an array or object may begin at `depth`.
    fn deeper(&self, depth: usize) -> Result<(), JsonError> {
        if depth < MAX_DEPTH { Ok(()) } else { Err(self.error("nested too deeply")) }
    }

    fn list(
        &mut self,
        open: u8,
        close: u8,
        mut item: impl FnMut(&mut Self) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        self.space();
        self.expect(open, "expected a list")?;
        self.space();
        if self.peek() == Some(close) {
            self.position += 1;
            return Ok(());
        }
        loop {
            item(self)?;
            self.space();
            match self.peek() {
                Some(b',') => self.position += 1,
                Some(b) if b == close => {
                    self.position += 1;
                    return Ok(());
                }
                _ => return Err(self.error("expected , or the end of a list")),
            }
        }
    }

    fn string(&mut self) -> Result<String, JsonError> {
        self.expect(b'"', "expected a string")?;
        let mut out = String::new();
        loop {
            let start = self.position;
            while self.peek().is_some_and(|b| b != b'"' && b != b'\\' && b >= 0x20) {
                self.position += 1;
            }
            out.push_str(self.since(start));
            match self.peek() {
                Some(b'"') => {
                    self.position += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                Some(_) => return Err(self.error("a control character in a string")),
                None => return Err(self.error("a string without its closing quote")),
            }
        }
    }

    /// The letter that the escape here means.
    fn escape(&mut self) -> Result<char, JsonError> {
        let start = self.position;
        let wrong = |message| Err(JsonError { message, offset: start });
        self.position += 2;
        Ok(match self.text.as_bytes().get(start + 1) {
            Some(&b @ (b'"' | b'\\' | b'/')) => b.into(),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                let Some(first) = self.hex() else { return wrong("\\u takes four hex digits") };
                let code = if (0xd800..0xdc00).contains(&first) && self.word("\\u").is_ok() {
                    match self.hex() {
                        Some(second @ 0xdc00..0xe000) => 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00),
                        Some(_) => first,
                        None => return wrong("\\u takes four hex digits"),
                    }
                } else {
                    first
                };
                match char::from_u32(code) {
                    Some(letter) => letter,
                    None => return wrong("half a surrogate pair"),
                }
            }
            _ => return wrong("an unknown escape"),
        })
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.text.as_bytes().get(self.position..self.position + 4)?;
        self.position += 4;
        digits.iter().try_fold(0, |code, &b| Some(code * 16 + char::from(b).to_digit(16)?))
    }

    fn number(&mut self) -> Result<(), JsonError> {
        if self.peek() == Some(b'-') {
            self.position += 1;
        }
        match self.peek() {
            Some(b'0') => self.position += 1,
            Some(b'1'..=b'9') => self.digits()?,
            _ => return Err(self.error("not a JSON value")),
        }
        if self.peek() == Some(b'.') {
            self.position += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.position += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.position += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.position;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.position += 1;
        }
        if self.position == start { Err(self.error("expected a digit")) } else { Ok(()) }
    }

    fn word(&mut self, word: &str) -> Result<(), JsonError> {
        if self.text.as_bytes().get(self.position..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            self.position += word.len();
            Ok(())
        } else {
            Err(self.error("not a JSON value"))
        }
    }

    fn expect(&mut self, byte: u8, message: &'static str) -> Result<(), JsonError> {
        if self.peek() != Some(byte) {
            return Err(self.error(message));
        }
        self.position += 1;
        Ok(())
    }

    fn end(&mut self) -> Result<(), JsonError> {
        self.space();
        if self.position < self.text.len() { Err(self.error("bytes after the value")) } else { Ok(()) }
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.position += 1;
        }
    }

    /// The text from `start` to here. Both lie beside ASCII, so the cut is between letters; indexing
    /// would bring the panic messages of a cut within a letter into every guest.
    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.position).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.position).copied()
    }

    fn error(&self, message: &'static str) -> JsonError {
        JsonError { message, offset: self.position }
    }
}
