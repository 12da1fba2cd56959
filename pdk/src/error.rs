//! What a command answers when it fails, and what a host service says when it refuses.

#[cfg(feature = "json")]
pub(crate) mod orbis;

use std::fmt;

use crate::protocol::Value;
use crate::text::{first_word, is_blank, join};

/// What a `#[command]` in its raw form returns.
pub type CommandResult = Result<Value, CommandError>;

/// The error codes that a message may start with; any other message is sent as `ERR <message>`. One text:
/// a list of texts would take eight bytes more for each.
const CODES: &[u8] = b"ASK BUSY BUSYKEY CROSSSLOT DENIED ERR EXECABORT LOADING MASTERDOWN MISCONF MOVED NOAUTH \
    NOGROUP NOPERM NOPROTO NOREPLICAS NOSCRIPT OOM READONLY TRYAGAIN UNKILLABLE WRONGPASS \
    WRONGTYPE";

/// Why a command failed. `Display` is the text on the wire: a code, a space, a message.
///
/// ```
/// use plugsmith::CommandError;
///
/// assert_eq!(CommandError::from("no such path").to_string(), "ERR no such path");
/// assert_eq!(CommandError::Custom("NOPERM not yours".into()).to_string(), "NOPERM not yours");
/// assert_eq!(CommandError::Syntax.to_string(), "ERR syntax error");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandError {
    /// The key holds a value of another type.
    WrongType,
    /// A number or an index is out of range.
    OutOfRange,
    /// The arguments make no sense together.
    Syntax,
    /// The client must authenticate first.
    NoAuth,
    /// Any other message; one that starts with a Redis error code keeps it, else `ERR` is put before it.
    Custom(String),
    /// An error of a host service, passed on with its own code.
    Host(HostError),
}

impl CommandError {
    /// The text on the wire, without the formatting machinery.
    pub(crate) fn wire(&self) -> String {
        let (code, message) = match self {
            CommandError::WrongType => ("WRONGTYPE", "Operation against a key holding the wrong kind of value"),
            CommandError::OutOfRange => ("ERR", "value is out of range"),
            CommandError::Syntax => ("ERR", "syntax error"),
            CommandError::NoAuth => ("NOAUTH", "Authentication required."),
            CommandError::Host(error) => (error.code(), error.message()),
            CommandError::Custom(message) => split_code(message),
        };
        join(&[code, " ", message])
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.wire())
    }
}

impl std::error::Error for CommandError {}

impl From<&str> for CommandError {
    fn from(message: &str) -> CommandError {
        CommandError::Custom(message.to_owned())
    }
}

impl From<String> for CommandError {
    fn from(message: String) -> CommandError {
        CommandError::Custom(message)
    }
}

impl From<HostError> for CommandError {
    fn from(error: HostError) -> CommandError {
        if error.code() == "WRONGTYPE" { CommandError::WrongType } else { CommandError::Host(error) }
    }
}

#[cfg(feature = "json")]
impl From<serde_json::Error> for CommandError {
    fn from(error: serde_json::Error) -> CommandError {
        CommandError::Custom(error.to_string())
    }
}

macro_rules! from_display {
    ($($error:ty)*) => {$(
        impl From<$error> for CommandError {
            fn from(error: $error) -> CommandError {
                CommandError::Custom(error.to_string())
            }
        }
    )*};
}
from_display!(
    std::num::ParseIntError
    std::num::ParseFloatError
    std::num::TryFromIntError
    std::str::Utf8Error
    std::string::FromUtf8Error
    std::fmt::Error
    crate::protocol::resp::ResponseError
);

/// Why the host did not do what a service asked: a message, and a code if it is a known one.
///
/// ```
/// use plugsmith::{CommandError, HostError};
///
/// let error = HostError::new("NOPERM storage.write is not granted");
/// assert_eq!((error.code(), error.message()), ("NOPERM", "storage.write is not granted"));
///
/// // Without a code of its own it is an `ERR` of a command.
/// let error = HostError::new("no such user");
/// assert_eq!((error.code(), error.to_string()), ("ERR", "no such user".to_string()));
/// assert_eq!(CommandError::from(error).to_string(), "ERR no such user");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct HostError {
    /// The code, a space and the message; the message alone where the code is `ERR`.
    text: String,
    /// The length of the code, 0 where it is `ERR`.
    code: usize,
}

impl HostError {
    /// An error with this text. Where that starts with a Redis error code, it is the code; an
    /// empty text becomes `no reason was given`.
    pub fn new(text: impl Into<String>) -> HostError {
        let text = text.into();
        let (code, message) = split_code(&text);
        HostError::with_code(code, message)
    }

    /// An error with a code of its own, such as `BILLING`.
    pub fn with_code(code: &str, message: &str) -> HostError {
        let message = if is_blank(message) { NO_REASON } else { message };
        match code {
            "ERR" => HostError { text: message.to_owned(), code: 0 },
            code => HostError { text: join(&[code, " ", message]), code: code.len() },
        }
    }

    /// The error in a RESP error reply, whose first word is its code.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn from_wire(text: &str) -> HostError {
        match first_word(text) {
            Some((code, message)) if code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) => {
                HostError::with_code(code, message)
            }
            // Every known code is upper case.
            _ => HostError::with_code("ERR", text),
        }
    }

    /// The code; `ERR` where it has none of its own.
    pub fn code(&self) -> &str {
        self.text.get(..self.code).filter(|code| !code.is_empty()).unwrap_or("ERR")
    }

    /// The message, the code not part of it.
    pub fn message(&self) -> &str {
        // A code and the space after it.
        let start = if self.code == 0 { 0 } else { self.code + 1 };
        self.text.get(start..).unwrap_or_default()
    }
}

impl fmt::Debug for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostError").field("code", &self.code()).field("message", &self.message()).finish()
    }
}

impl fmt::Display for HostError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for HostError {}

impl From<&str> for HostError {
    fn from(text: &str) -> HostError {
        HostError::new(text)
    }
}

impl From<String> for HostError {
    fn from(text: String) -> HostError {
        HostError::new(text)
    }
}

/// What stands for a message that says nothing: an empty one reads as success in some hosts.
const NO_REASON: &str = "no reason was given";

/// The code that a text starts with, `ERR` where it has none, and the message.
fn split_code(text: &str) -> (&str, &str) {
    match first_word(text) {
        _ if is_blank(text) => ("ERR", NO_REASON),
        Some((code, message)) if CODES.split(|b| *b == b' ').any(|known| known == code.as_bytes()) => (code, message),
        _ => ("ERR", text),
    }
}
