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
const NOT_UTF8: &str = "text is not UTF-8";

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
    let value = reader.value()?;
    reader.finish()?;
    Ok(value)
}

/// The first value of `bytes`, and how many bytes it took.
///
/// # Errors
/// What is wrong and where; [`ResponseError::wants_more`] when more bytes may complete it.
pub fn decode_prefix(bytes: &[u8]) -> Result<(Value, usize), ResponseError> {
    let mut reader = Reader::new(bytes);
    let value = reader.value()?;
    Ok((value, reader.position))
}

/// A cursor over RESP bytes.
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    position: usize,
    /// How many values may still be read by [`Reader::value`]. A guest has no room for so many anyway.
    #[cfg(not(target_arch = "wasm32"))]
    left: usize,
    /// Where the part last read begins, for errors about it.
    mark: usize,
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
        }
    }

    /// Checks that every byte has been read.
    ///
    /// # Errors
    /// `bytes after the value`.
    pub fn finish(&self) -> Result<(), ResponseError> {
        if self.position == self.bytes.len() {
            Ok(())
        } else {
            Err(self.error_at(self.position, "bytes after the value"))
        }
    }

    /// The type byte of the next value, without reading it.
    pub fn peek(&self) -> Option<u8> {
        self.bytes.get(self.position).copied()
    }

    /// The next value, whatever its type.
    ///
    /// # Errors
    /// What is wrong and where.
    pub fn value(&mut self) -> Result<Value, ResponseError> {
        self.nested(0)
    }

    /// The length of the next value, an array (a set and a push message count).
    ///
    /// # Errors
    /// Anything else, and a length that the bytes cannot hold.
    pub fn array(&mut self) -> Result<usize, ResponseError> {
        match self.byte()? {
            b'*' | b'~' | b'>' => self.length(3)?.ok_or_else(|| self.error("null is no array")),
            _ => Err(self.error("expected an array")),
        }
    }

    /// The next value, a scalar, as its text: what an argument is. `None` is null. A number is
    /// its digits as they stand, unparsed, and a boolean `true` or `false`.
    ///
    /// # Errors
    /// Arrays, maps, errors, and anything malformed.
    pub fn text(&mut self) -> Result<Option<&'a [u8]>, ResponseError> {
        match self.byte()? {
            b'$' => self.bulk(),
            b'=' => self.verbatim().map(|(_, text)| Some(text)),
            b'#' => Ok(Some(if self.truth()? { b"true" } else { b"false" })),
            b'+' | b':' | b',' | b'(' => self.line().map(Some),
            b'_' => self.end_of_null().map(|()| None),
            _ => Err(self.error("expected a string")),
        }
    }

    /// The next value, an integer.
    ///
    /// # Errors
    /// Anything else.
    pub fn integer(&mut self) -> Result<i64, ResponseError> {
        let text = self.text()?.ok_or_else(|| self.error("expected an integer, not null"))?;
        self.parse_integer(text)
    }

    /// The next value, a scalar that is not null, as its bytes.
    ///
    /// # Errors
    /// Anything else.
    pub fn bytes(&mut self) -> Result<&'a [u8], ResponseError> {
        self.text()?.ok_or_else(|| self.error("expected a string, not null"))
    }

    /// The next value, an integer from 0 to `u64::MAX`; the upper half travels as negative.
    ///
    /// # Errors
    /// Anything else.
    pub fn unsigned(&mut self) -> Result<u64, ResponseError> {
        self.integer().map(i64::cast_unsigned)
    }

    /// The next value, a boolean: `#t`, `#f`, or the integers 1 and 0.
    ///
    /// # Errors
    /// Anything else.
    pub fn boolean(&mut self) -> Result<bool, ResponseError> {
        match self.text()? {
            Some(b"true" | b"1") => Ok(true),
            Some(b"false" | b"0") => Ok(false),
            _ => Err(self.error("expected a boolean")),
        }
    }

    /// `n` in a smaller type.
    pub(crate) fn fit<T: TryFrom<i64>>(&self, n: i64) -> Result<T, ResponseError> {
        T::try_from(n).map_err(|_| self.error("the integer is out of range"))
    }

    /// An error here that is not of the codec's making.
    pub(crate) fn other(&self, message: &'static str) -> ResponseError {
        self.error(message)
    }

    /// The text of the next value if it is an error reply, else `None` and nothing is read.
    ///
    /// # Errors
    /// An error reply that is cut short.
    pub fn error_reply(&mut self) -> Result<Option<String>, ResponseError> {
        match self.peek() {
            Some(b'-') => {
                self.position += 1;
                self.line().map(|line| Some(lossy(line.to_vec())))
            }
            Some(b'!') => {
                self.position += 1;
                Ok(Some(lossy(self.bulk()?.unwrap_or_default().to_vec())))
            }
            _ => Ok(None),
        }
    }

    /// Reads the next value if it is null, in any of its three spellings.
    pub fn take_null(&mut self) -> bool {
        for null in [&b"_\r\n"[..], b"$-1\r\n", b"*-1\r\n"] {
            if self.rest(self.position).starts_with(null) {
                self.position += null.len();
                return true;
            }
        }
        false
    }

    fn nested(&mut self, depth: usize) -> Result<Value, ResponseError> {
        #[cfg(not(target_arch = "wasm32"))]
        {
            self.left = self.left.checked_sub(1).ok_or_else(|| self.error_at(self.position, TOO_MANY))?;
        }
        if let Some(text) = self.error_reply()? {
            return Ok(Value::Error(text));
        }
        Ok(match self.byte()? {
            b'+' => match self.utf8_line()? {
                "OK" => Value::Ok,
                text => Value::SimpleString(text.to_owned()),
            },
            b':' => {
                let line = self.line()?;
                Value::Integer(self.parse_integer(line)?)
            }
            b'$' => self.bulk()?.map_or(Value::Null, |bytes| Value::from_bytes(bytes.to_vec())),
            b'_' => self.end_of_null().map(|()| Value::Null)?,
            b'#' => Value::Boolean(self.truth()?),
            b',' => Value::Double(self.double()?),
            b'(' => {
                let digits = self.utf8_line()?;
                if !super::is_integer(digits) {
                    return Err(self.error("a big number is decimal digits"));
                }
                Value::BigNumber(digits.to_owned())
            }
            b'=' => {
                let (format, text) = self.verbatim()?;
                let text = core::str::from_utf8(text).map_err(|_| self.error(NOT_UTF8))?;
                Value::Verbatim(format.to_owned(), text.to_owned())
            }
            b'*' => self.items(depth)?.map_or(Value::Null, Value::Array),
            b'~' => Value::Set(self.items(depth)?.ok_or_else(|| self.error("a set has no null form"))?),
            b'>' => Value::Push(self.items(depth)?.ok_or_else(|| self.error("a push message has no null form"))?),
            b'%' => Value::Map(self.pairs(depth)?),
            b'|' => {
                // Attributes describe the value that follows; they are read and dropped.
                self.pairs(depth)?;
                self.nested(depth + 1)?
            }
            _ => return Err(self.error("not the first byte of a value")),
        })
    }

    fn items(&mut self, depth: usize) -> Result<Option<Vec<Value>>, ResponseError> {
        self.deeper(depth)?;
        let Some(length) = self.length(3)? else { return Ok(None) };
        let mut items = Vec::new();
        for _ in 0..length {
            items.push(self.nested(depth + 1)?);
        }
        Ok(Some(items))
    }

    fn pairs(&mut self, depth: usize) -> Result<Vec<(Value, Value)>, ResponseError> {
        self.deeper(depth)?;
        let length = self.length(6)?.ok_or_else(|| self.error("a map has no null form"))?;
        let mut pairs = Vec::new();
        for _ in 0..length {
            pairs.push((self.nested(depth + 1)?, self.nested(depth + 1)?));
        }
        Ok(pairs)
    }

    /// Checks that an array, set or map may begin at `depth`.
    fn deeper(&self, depth: usize) -> Result<(), ResponseError> {
        if depth < MAX_DEPTH { Ok(()) } else { Err(self.error("nested too deeply")) }
    }

    fn truth(&mut self) -> Result<bool, ResponseError> {
        match self.line()? {
            b"t" => Ok(true),
            b"f" => Ok(false),
            _ => Err(self.error("a boolean is t or f")),
        }
    }

    /// The format and the text of a verbatim string, after its type byte.
    fn verbatim(&mut self) -> Result<(&'a str, &'a [u8]), ResponseError> {
        self.bulk()?
            .and_then(|bytes| bytes.split_at_checked(3))
            .and_then(|(format, text)| Some((core::str::from_utf8(format).ok()?, text.strip_prefix(b":")?)))
            .ok_or_else(|| self.error("verbatim text starts with a three-letter format"))
    }

    fn double(&mut self) -> Result<f64, ResponseError> {
        match self.utf8_line()? {
            "inf" | "+inf" => Ok(f64::INFINITY),
            "-inf" => Ok(f64::NEG_INFINITY),
            "nan" => Ok(f64::NAN),
            // The standard parser also takes "infinity" and "NaN", which RESP does not.
            text if text.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)) => {
                double::parse(text).ok_or_else(|| self.error("not a double"))
            }
            _ => Err(self.error("not a double")),
        }
    }

    /// The bytes of a bulk string, after its type byte.
    fn bulk(&mut self) -> Result<Option<&'a [u8]>, ResponseError> {
        let Some(length) = self.length(1)? else { return Ok(None) };
        self.mark = self.position;
        let end = self.position + length;
        self.crlf(end, "a bulk string does not end where it says")?;
        Ok(Some(self.cut(end)))
    }

    /// A length, `None` for the null length -1; each element takes `least` bytes or more.
    fn length(&mut self, least: usize) -> Result<Option<usize>, ResponseError> {
        let line = self.line()?;
        if line == b"-1" {
            return Ok(None);
        }
        let length = self.parse_integer(line)?;
        let left = self.bytes.len() - self.position;
        match usize::try_from(length) {
            Ok(length) if length <= left / least => Ok(Some(length)),
            Err(_) if length < 0 => Err(self.error("a negative length")),
            _ => Err(self.error(TOO_LONG)),
        }
    }

    fn parse_integer(&self, text: &[u8]) -> Result<i64, ResponseError> {
        crate::text::integer(text).ok_or_else(|| self.error("not a 64-bit integer"))
    }

    fn end_of_null(&mut self) -> Result<(), ResponseError> {
        if self.line()?.is_empty() { Ok(()) } else { Err(self.error("null carries no text")) }
    }

    fn utf8_line(&mut self) -> Result<&'a str, ResponseError> {
        let line = self.line()?;
        core::str::from_utf8(line).map_err(|_| self.error(NOT_UTF8))
    }

    /// The rest of a line; a lone CR or LF within it is malformed.
    fn line(&mut self) -> Result<&'a [u8], ResponseError> {
        self.mark = self.position;
        let end = self.rest(self.mark).iter().position(|&b| b == b'\r' || b == b'\n');
        let end = end.map_or(self.bytes.len(), |length| self.mark + length);
        self.crlf(end, "a line ends in CR LF")?;
        Ok(self.cut(end))
    }

    /// The bytes from the mark to `end`. Indexing would bring the panic messages of a bad range into
    /// every guest.
    fn cut(&self, end: usize) -> &'a [u8] {
        self.bytes.get(self.mark..end).unwrap_or_default()
    }

    /// The bytes from `start` on.
    fn rest(&self, start: usize) -> &'a [u8] {
        self.bytes.get(start..).unwrap_or_default()
    }

    /// Steps over the CR LF at `end`.
    fn crlf(&mut self, end: usize, message: &'static str) -> Result<(), ResponseError> {
        match self.rest(end) {
            [b'\r', b'\n', ..] => {
                self.position = end + 2;
                Ok(())
            }
            [] | [b'\r'] => Err(self.error_at(self.bytes.len(), CUT_SHORT)),
            _ => Err(self.error_at(end, message)),
        }
    }

    fn byte(&mut self) -> Result<u8, ResponseError> {
        self.mark = self.position;
        let byte = self.peek().ok_or_else(|| self.error(CUT_SHORT))?;
        self.position += 1;
        Ok(byte)
    }

    fn error(&self, message: &'static str) -> ResponseError {
        self.error_at(self.mark, message)
    }

    fn error_at(&self, offset: usize, message: &'static str) -> ResponseError {
        ResponseError { message, offset }
    }
}
