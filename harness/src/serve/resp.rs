//! A connection's bytes as commands, in either protocol: arrays of bulk strings, or lines that a person
//! types.
//!
//! It reads as Redis 7.0 does (`processInlineBuffer` and `processMultibulkBuffer` of networking.c), with its
//! limits and its error messages for malformed input.

/// The longest line: an inline command, or a length.
const LINE: usize = 64 * 1024;
/// The longest argument, Redis' `proto-max-bulk-len`.
const BULK: i64 = 512 * 1024 * 1024;
/// The most bytes of one command, Redis' `client-query-buffer-limit`.
const COMMAND: usize = 1024 * 1024 * 1024;
/// The most arguments, and their longest, before a client has logged in.
const STRANGER: (i64, i64) = (10, 16384);

/// Bytes that no command can begin with; the connection ends after the client is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed(String);

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ERR Protocol error: {}", self.0)
    }
}

impl std::error::Error for Malformed {}

fn malformed(reason: impl Into<String>) -> Malformed {
    Malformed(reason.into())
}

/// The commands in a stream of bytes.
///
/// ```
/// use plugsmith_harness::serve::resp::Requests;
///
/// let mut requests = Requests::default();
/// requests.feed(b"PING\r\n*2\r\n$3\r\nGET\r\n$1");
/// assert_eq!(requests.next(true)?, Some(vec![b"PING".to_vec()]));
/// assert_eq!(requests.next(true)?, None);
/// requests.feed(b"\r\na\r\n");
/// assert_eq!(requests.next(true)?, Some(vec![b"GET".to_vec(), b"a".to_vec()]));
///
/// requests.feed(b"*1\r\n+a\r\n");
/// assert_eq!(requests.next(true).unwrap_err().to_string(), "ERR Protocol error: expected '$', got '+'");
/// # Ok::<(), plugsmith_harness::serve::resp::Malformed>(())
/// ```
#[derive(Debug, Default)]
pub struct Requests {
    buffer: Vec<u8>,
    /// Where the part that is not read yet begins.
    at: usize,
    /// The arguments of a command that has begun, and how many are still to come.
    command: Vec<Vec<u8>>,
    missing: usize,
    /// The length of an argument that has begun.
    bulk: Option<usize>,
    /// The bytes of the arguments so far.
    taken: usize,
}

impl Requests {
    /// Adds bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.at > 0 {
            self.buffer.drain(..self.at);
            self.at = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// Whether a command has begun whose end is not here yet.
    pub fn is_begun(&self) -> bool {
        self.missing > 0 || self.at < self.buffer.len()
    }

    /// The next command, or `None` until there are more bytes. A client that has not logged in may only
    /// send short ones.
    ///
    /// # Errors
    /// What is malformed: nothing after it can be read.
    pub fn next(&mut self, authenticated: bool) -> Result<Option<Vec<Vec<u8>>>, Malformed> {
        loop {
            if self.missing == 0 {
                match self.buffer.get(self.at) {
                    None => return Ok(None),
                    Some(b'*') => {
                        let Some(count) = self.length("too big mbulk count string")? else { return Ok(None) };
                        let count = count.filter(|count| *count <= i64::from(i32::MAX));
                        let count = count.ok_or_else(|| malformed("invalid multibulk length"))?;
                        if count > STRANGER.0 && !authenticated {
                            return Err(malformed("unauthenticated multibulk length"));
                        }
                        self.missing = usize::try_from(count).unwrap_or(0);
                        self.taken = 0;
                        continue;
                    }
                    Some(_) => match self.inline()? {
                        // An empty line asks for nothing.
                        Some(words) if words.is_empty() => continue,
                        words => return Ok(words),
                    },
                }
            }
            if !self.argument(authenticated)? {
                return Ok(None);
            }
            self.missing -= 1;
            if self.missing == 0 {
                return Ok(Some(std::mem::take(&mut self.command)));
            }
        }
    }

    /// Reads one argument; whether it was all there.
    fn argument(&mut self, authenticated: bool) -> Result<bool, Malformed> {
        let length = match self.bulk {
            Some(length) => length,
            None => {
                match self.buffer.get(self.at) {
                    None => return Ok(false),
                    Some(b'$') => {}
                    // Redis waits for the whole line before it judges.
                    Some(other) => {
                        let other = char::from(*other);
                        return match self.line("too big bulk count string")? {
                            None => Ok(false),
                            Some(_) => Err(malformed(format!("expected '$', got '{other}'"))),
                        };
                    }
                }
                let Some(length) = self.length("too big bulk count string")? else { return Ok(false) };
                let length = length.filter(|length| (0..=BULK).contains(length));
                let length = length.ok_or_else(|| malformed("invalid bulk length"))?;
                if length > STRANGER.1 && !authenticated {
                    return Err(malformed("unauthenticated bulk length"));
                }
                let length = usize::try_from(length).unwrap_or(0);
                self.taken = self.taken.saturating_add(length);
                if self.taken > COMMAND {
                    return Err(malformed("the command is too long"));
                }
                *self.bulk.insert(length)
            }
        };
        let end = self.at + length;
        if self.buffer.len() < end + 2 {
            return Ok(false);
        }
        self.command.push(self.buffer[self.at..end].to_vec());
        self.at = end + 2;
        self.bulk = None;
        Ok(true)
    }

    /// The number after a type byte; `None` where the line is not whole, `Some(None)` where it has none.
    fn length(&mut self, too_long: &str) -> Result<Option<Option<i64>>, Malformed> {
        let Some(line) = self.line(too_long)? else { return Ok(None) };
        Ok(Some(number(&line[1..])))
    }

    /// The rest of a line that ends in CR LF.
    fn line(&mut self, too_long: &str) -> Result<Option<Vec<u8>>, Malformed> {
        let rest = &self.buffer[self.at..];
        let Some(end) = rest.iter().take(LINE + 1).position(|byte| *byte == b'\r') else {
            return if rest.len() > LINE { Err(malformed(too_long)) } else { Ok(None) };
        };
        if rest.len() < end + 2 {
            return Ok(None);
        }
        let line = rest[..end].to_vec();
        self.at += end + 2;
        Ok(Some(line))
    }

    fn inline(&mut self) -> Result<Option<Vec<Vec<u8>>>, Malformed> {
        let rest = &self.buffer[self.at..];
        let Some(end) = rest.iter().take(LINE + 1).position(|byte| *byte == b'\n') else {
            return if rest.len() > LINE { Err(malformed("too big inline request")) } else { Ok(None) };
        };
        let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]).to_vec();
        self.at += end + 1;
        split(&line).map(Some).ok_or_else(|| malformed("unbalanced quotes in request"))
    }
}

/// A canonical decimal number.
fn number(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let canonical = matches!(digits, [b'0'] if text.len() == 1)
        || matches!(digits, [b'1'..=b'9', rest @ ..] if rest.iter().all(u8::is_ascii_digit));
    canonical.then(|| std::str::from_utf8(text).ok()?.parse().ok()).flatten()
}

/// The words of a line, as `sdssplitargs` of Redis' sds.c splits it; `None` for quotes that do not close.
fn split(line: &[u8]) -> Option<Vec<Vec<u8>>> {
    let is_space = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0x0b;
    let mut words = Vec::new();
    let mut rest = line;
    loop {
        rest = &rest[rest.iter().take_while(|byte| is_space(byte)).count()..];
        if rest.is_empty() || rest[0] == 0 {
            return Some(words);
        }
        let mut word = Vec::new();
        loop {
            match rest {
                [] | [0, ..] => break,
                [space, ..] if is_space(space) => break,
                [b'"', after @ ..] => {
                    rest = double_quoted(after, &mut word)?;
                    if !rest.first().is_none_or(is_space) {
                        return None;
                    }
                    break;
                }
                [b'\'', after @ ..] => {
                    rest = single_quoted(after, &mut word)?;
                    if !rest.first().is_none_or(is_space) {
                        return None;
                    }
                    break;
                }
                [byte, after @ ..] => {
                    word.push(*byte);
                    rest = after;
                }
            }
        }
        words.push(word);
    }
}

fn double_quoted<'a>(mut rest: &'a [u8], word: &mut Vec<u8>) -> Option<&'a [u8]> {
    let hex = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    loop {
        match rest {
            [] => return None,
            [b'"', after @ ..] => return Some(after),
            [b'\\', b'x', high, low, after @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                word.push(hex(*high)? << 4 | hex(*low)?);
                rest = after;
            }
            [b'\\', escaped, after @ ..] => {
                word.push(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 0x08,
                    b'a' => 0x07,
                    other => *other,
                });
                rest = after;
            }
            [byte, after @ ..] => {
                word.push(*byte);
                rest = after;
            }
        }
    }
}

fn single_quoted<'a>(mut rest: &'a [u8], word: &mut Vec<u8>) -> Option<&'a [u8]> {
    loop {
        match rest {
            [] => return None,
            [b'\'', after @ ..] => return Some(after),
            [b'\\', b'\'', after @ ..] => {
                word.push(b'\'');
                rest = after;
            }
            [byte, after @ ..] => {
                word.push(*byte);
                rest = after;
            }
        }
    }
}
