//! Bytes to values, and to typed results without a detour through [`Value`].

use super::MAX_DEPTH;
use crate::protocol::{Value, double};
use crate::text::lossy;

/// Why bytes are not RESP: what was found, and at which byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseError {
    /// What is wrong, in a few words.
    pub message: &'static str,
    /// Where the offending part begins.
    pub offset: usize,
}

impl ResponseError {
    /// Whether more bytes may complete the value: for whoever reads from a stream.
    pub fn wants_more(&self) -> bool {
        self.message == CUT_SHORT || self.message == TOO_LONG
    }
}

const CUT_SHORT: &str = "the value is cut short";
const TOO_LONG: &str = "a length exceeds the bytes that follow";
/// The most values that a host takes in one, elements of elements included: three bytes of RESP are an element,
/// which takes ten times as much once it is read.
#[cfg(not(target_arch = "wasm32"))]
const MAX_VALUES: usize = 1024 * 1024;
#[cfg(not(target_arch = "wasm32"))]
const TOO_MANY: &str = "more than 1048576 values in one, which is more than a host takes";
const NEGATIVE: &str = "a negative length";

impl core::fmt::Display for ResponseError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("invalid RESP at byte ")?;
        core::fmt::Display::fmt(&self.offset, f)?;
        f.write_str(": ")?;
        f.write_str(self.message)
    }
}

impl std::error::Error for ResponseError {}

/// The value that `bytes` hold, all of them.
///
/// ```
/// use plugsmith::protocol::{resp, Value};
///
/// assert_eq!(resp::decode(b"*2\r\n$3\r\nAda\r\n:7\r\n").unwrap(),
///     Value::Array(vec!["Ada".into(), 7.into()]));
/// assert_eq!(resp::decode(b"*9999999999\r\n").unwrap_err().message,
///     "a length exceeds the bytes that follow");
/// ```
///
/// # Errors
/// What is wrong and where, also when bytes are left over.
pub fn decode(bytes: &[u8]) -> Result<Value, ResponseError> {
    let mut reader = Reader::new(bytes);
    let value = reader.value().and_then(|value| reader.finish().map(|()| value));
    value.ok_or(reader.fault)
}

/// The first value of `bytes`, and how many bytes it took.
///
/// # Errors
/// What is wrong and where; [`ResponseError::wants_more`] when more bytes may complete it.
pub fn decode_prefix(bytes: &[u8]) -> Result<(Value, usize), ResponseError> {
    let mut reader = Reader::new(bytes);
    match reader.value() {
        Some(value) => Ok((value, reader.position)),
        None => Err(reader.fault),
    }
}

/// A cursor over RESP bytes. A method that finds a fault answers `None` and leaves the fault in
/// [`Reader::fault`]: a `Result` with the fault in it would be passed through memory at every step,
/// which doubles the code of a guest.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    position: usize,
    /// How many values may still be read by [`Reader::value`]. A guest has no room for so many anyway.
    #[cfg(not(target_arch = "wasm32"))]
    left: usize,
    /// Where the part last read begins, for errors about it.
    mark: usize,
    fault: ResponseError,
}

impl<'a> Reader<'a> {
    /// A reader at the first byte.
    pub fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader {
            bytes,
            position: 0,
            #[cfg(not(target_arch = "wasm32"))]
            left: MAX_VALUES,
            mark: 0,
            fault: ResponseError { message: "", offset: 0 },
        }
    }

    /// What was wrong, once a method has answered `None`.
    pub fn fault(&self) -> &ResponseError {
        &self.fault
    }

    /// Checks that every byte has been read, else `bytes after the value`.
    pub fn finish(&mut self) -> Option<()> {
        if self.position == self.bytes.len() { Some(()) } else { self.fail_at(self.position, "bytes after the value") }
    }

    /// The type byte of the next value, without reading it.
    pub fn peek(&self) -> Option<u8> {
        self.bytes.get(self.position).copied()
    }

    /// The next value, whatever its type.
    pub fn value(&mut self) -> Option<Value> {
        self.nested(0)
    }

    /// The length of the next value, an array (a set and a push message count), which the bytes can hold.
    pub fn array(&mut self) -> Option<usize> {
        match self.byte()? {
            b'*' | b'~' | b'>' => self.length(3, "expected an array, not null"),
            _ => self.fail("expected an array"),
        }
    }

    /// The next value, a scalar that is not null, as its text: what an argument is. A number is its
    /// digits as they stand, unparsed, and a boolean `true` or `false`.
    pub fn text(&mut self) -> Option<&'a [u8]> {
        match self.byte()? {
            b'$' => self.bulk("expected a string, not null"),
            b'=' => self.verbatim().map(|(_, text)| text),
            b'#' => self.truth().map(|truth| if truth { &b"true"[..] } else { b"false" }),
            b'+' | b':' | b',' | b'(' => self.line(),
            b'_' => self.fail("expected a string, not null"),
            _ => self.fail("expected a string"),
        }
    }

    /// The next value, an integer.
    pub fn integer(&mut self) -> Option<i64> {
        let text = self.text()?;
        self.parse_integer(text)
    }

    /// The next value, an integer from 0 to `u64::MAX`; the upper half travels as negative.
    pub fn unsigned(&mut self) -> Option<u64> {
        self.integer().map(i64::cast_unsigned)
    }

    /// The next value, a boolean: `#t`, `#f`, or the integers 1 and 0.
    pub fn boolean(&mut self) -> Option<bool> {
        match self.text()? {
            b"true" | b"1" => Some(true),
            b"false" | b"0" => Some(false),
            _ => self.fail("expected a boolean"),
        }
    }

    /// `n` in a smaller type.
    pub(crate) fn fit<T: TryFrom<i64>>(&mut self, n: i64) -> Option<T> {
        match T::try_from(n) {
            Ok(n) => Some(n),
            Err(_) => self.fail("the integer is out of range"),
        }
    }

    /// The text of the next value if it is an error reply; else nothing is read. Of an error reply that
    /// is malformed, the fault.
    pub fn error_reply(&mut self) -> Option<String> {
        let text = match self.peek()? {
            b'-' => {
                self.position += 1;
                self.line()?
            }
            b'!' => {
                self.position += 1;
                self.bulk("an error has no null form")?
            }
            _ => return None,
        };
        Some(lossy(text.to_vec()))
    }

    /// Reads the next value if it is null, in any of its three spellings.
    pub fn take_null(&mut self) -> bool {
        let length = match self.rest(self.position) {
            [b'_', b'\r', b'\n', ..] => 3,
            [b'$' | b'*', b'-', b'1', b'\r', b'\n', ..] => 5,
            _ => return false,
        };
        self.position += length;
        true
    }

    fn nested(&mut self, depth: usize) -> Option<Value> {
        #[cfg(not(target_arch = "wasm32"))]
        {
            match self.left.checked_sub(1) {
                Some(left) => self.left = left,
                None => return self.fail_at(self.position, TOO_MANY),
            }
        }
        if self.take_null() {
            return Some(Value::Null);
        }
        if let Some(b'-' | b'!') = self.peek() {
            return self.error_reply().map(Value::Error);
        }
        Some(match self.byte()? {
            b'+' => match self.utf8_line()? {
                "OK" => Value::Ok,
                text => Value::SimpleString(text.to_owned()),
            },
            b':' => {
                let line = self.line()?;
                Value::Integer(self.parse_integer(line)?)
            }
            b'$' => Value::from_bytes(self.bulk(NEGATIVE)?.to_vec()),
            b'_' => {
                self.line()?;
                return self.fail("a null must be empty");
            }
            b'#' => Value::Boolean(self.truth()?),
            b',' => Value::Double(self.double()?),
            b'(' => {
                let digits = self.utf8_line()?;
                if !super::is_integer(digits) {
                    return self.fail("a big number must consist of decimal digits");
                }
                Value::BigNumber(digits.to_owned())
            }
            b'=' => {
                let (format, text) = self.verbatim()?;
                let text = self.utf8(text)?;
                Value::Verbatim(format.to_owned(), text.to_owned())
            }
            b'*' => Value::Array(self.items(depth, NEGATIVE)?),
            b'~' => Value::Set(self.items(depth, "a set has no null form")?),
            b'>' => Value::Push(self.items(depth, "a push message has no null form")?),
            b'%' => Value::Map(self.pairs(depth)?),
            b'|' => {
                // Attributes describe the value that follows; they are read and dropped.
                self.pairs(depth)?;
                self.nested(depth + 1)?
            }
            _ => return self.fail("not the first byte of a value"),
        })
    }

    fn items(&mut self, depth: usize, null: &'static str) -> Option<Vec<Value>> {
        self.deeper(depth)?;
        let length = self.length(3, null)?;
        let mut items = Vec::new();
        for _ in 0..length {
            items.push(self.nested(depth + 1)?);
        }
        Some(items)
    }

    fn pairs(&mut self, depth: usize) -> Option<Vec<(Value, Value)>> {
        self.deeper(depth)?;
        let length = self.length(6, "a map has no null form")?;
        let mut pairs = Vec::new();
        for _ in 0..length {
            pairs.push((self.nested(depth + 1)?, self.nested(depth + 1)?));
        }
        Some(pairs)
    }

    /// Checks that an array, set or map may begin at `depth`.
    fn deeper(&mut self, depth: usize) -> Option<()> {
        if depth < MAX_DEPTH { Some(()) } else { self.fail("nested too deeply") }
    }

    fn truth(&mut self) -> Option<bool> {
        match self.line()? {
            b"t" => Some(true),
            b"f" => Some(false),
            _ => self.fail("a boolean must be t or f"),
        }
    }

    /// The format and the text of a verbatim string, after its type byte.
    fn verbatim(&mut self) -> Option<(&'a str, &'a [u8])> {
        const SHAPE: &str = "verbatim text must start with a three-letter format";
        let parts = self
            .bulk(SHAPE)?
            .split_at_checked(3)
            .and_then(|(format, text)| Some((core::str::from_utf8(format).ok()?, text.strip_prefix(b":")?)));
        if parts.is_none() { self.fail(SHAPE) } else { parts }
    }

    fn double(&mut self) -> Option<f64> {
        let number = match self.utf8_line()? {
            "inf" | "+inf" => Some(f64::INFINITY),
            "-inf" => Some(f64::NEG_INFINITY),
            "nan" => Some(f64::NAN),
            // The standard parser also takes "infinity" and "NaN", which RESP does not.
            text if text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)) => double::parse(text),
            _ => None,
        };
        if number.is_none() { self.fail("not a double") } else { number }
    }

    /// The bytes of a bulk string, after its type byte; `null` is the fault of the null length.
    fn bulk(&mut self, null: &'static str) -> Option<&'a [u8]> {
        let length = self.length(1, null)?;
        self.mark = self.position;
        self.cut(self.position + length, "a bulk string does not end where it says")
    }

    /// A length, of which each element takes `least` bytes or more; `null` is the fault of the null length.
    fn length(&mut self, least: usize, null: &'static str) -> Option<usize> {
        let line = self.line()?;
        let length = self.parse_integer(line)?;
        match usize::try_from(length) {
            Ok(length) if length <= (self.bytes.len() - self.position) / least => Some(length),
            Err(_) if length == -1 => self.fail(null),
            Err(_) if length < 0 => self.fail(NEGATIVE),
            _ => self.fail(TOO_LONG),
        }
    }

    fn parse_integer(&mut self, text: &[u8]) -> Option<i64> {
        let n = crate::text::integer(text);
        if n.is_none() { self.fail("not a 64-bit integer") } else { n }
    }

    fn utf8_line(&mut self) -> Option<&'a str> {
        let line = self.line()?;
        self.utf8(line)
    }

    /// The bytes as text.
    pub(crate) fn utf8(&mut self, bytes: &'a [u8]) -> Option<&'a str> {
        match core::str::from_utf8(bytes) {
            Ok(text) => Some(text),
            Err(_) => self.fail("text is not UTF-8"),
        }
    }

    /// The rest of a line; a lone CR or LF within it is malformed.
    fn line(&mut self) -> Option<&'a [u8]> {
        self.mark = self.position;
        let mut end = self.position;
        while self.bytes.get(end).is_some_and(|b| !matches!(b, b'\r' | b'\n')) {
            end += 1;
        }
        self.cut(end, "a line must end in CR LF")
    }

    /// The bytes from the mark to the CR LF at `end`, which is stepped over. Indexing would bring the
    /// panic messages of a bad range into every guest.
    fn cut(&mut self, end: usize, message: &'static str) -> Option<&'a [u8]> {
        match self.rest(end) {
            [b'\r', b'\n', ..] => {
                self.position = end + 2;
                self.bytes.get(self.mark..end)
            }
            [] | [b'\r'] => self.fail_at(self.bytes.len(), CUT_SHORT),
            _ => self.fail_at(end, message),
        }
    }

    /// The bytes from `start` on.
    fn rest(&self, start: usize) -> &'a [u8] {
        self.bytes.get(start..).unwrap_or_default()
    }

    fn byte(&mut self) -> Option<u8> {
        self.mark = self.position;
        let Some(byte) = self.peek() else { return self.fail(CUT_SHORT) };
        self.position += 1;
        Some(byte)
    }

    /// A fault in the part last read.
    pub(crate) fn fail<T>(&mut self, message: &'static str) -> Option<T> {
        self.fail_at(self.mark, message)
    }

    fn fail_at<T>(&mut self, offset: usize, message: &'static str) -> Option<T> {
        self.fault = ResponseError { message, offset };
        None
    }
}
