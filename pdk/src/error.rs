//! What a command answers when it fails, and what a host service says when it refuses.

use std::borrow::Cow;
use std::fmt;

use crate::Value;

/// What a `#[command]` in its raw form returns.
pub type CommandResult = Result<Value, CommandError>;

/// The error codes that a message may start with; any other message is sent as `ERR <message>`.
const CODES: &[&str] = &[
    "ASK",
    "BUSY",
    "BUSYKEY",
    "CROSSSLOT",
    "DENIED",
    "ERR",
    "EXECABORT",
    "LOADING",
    "MASTERDOWN",
    "MISCONF",
    "MOVED",
    "NOAUTH",
    "NOGROUP",
    "NOPERM",
    "NOPROTO",
    "NOREPLICAS",
    "NOSCRIPT",
    "OOM",
    "READONLY",
    "TRYAGAIN",
    "UNKILLABLE",
    "WRONGPASS",
    "WRONGTYPE",
];

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
    /// The text on the wire.
    fn text(&self) -> Cow<'_, str> {
        match self {
            CommandError::WrongType => "WRONGTYPE Operation against a key holding the wrong kind of value".into(),
            CommandError::OutOfRange => "ERR value is out of range".into(),
            CommandError::Syntax => "ERR syntax error".into(),
            CommandError::NoAuth => "NOAUTH Authentication required.".into(),
            CommandError::Host(error) => error.text.as_str().into(),
            CommandError::Custom(message) => with_code(message),
        }
    }

    /// The text on the wire, owned; without the formatting machinery.
    pub(crate) fn into_text(self) -> String {
        match self {
            CommandError::Host(error) => error.text,
            other => other.text().into_owned(),
        }
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
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

/// Why the host did not do what a service asked: `CODE message`, such as `NOPERM ..`.
///
/// ```
/// let error = plugsmith::HostError::new("NOPERM storage.write is not granted");
/// assert_eq!(error.code(), "NOPERM");
/// assert_eq!(error.message(), "storage.write is not granted");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostError {
    text: String,
}

impl HostError {
    /// An error with this text; `ERR` is put before it unless it starts with a Redis error code.
    /// No text at all becomes `ERR no reason was given`.
    pub fn new(text: impl Into<String>) -> HostError {
        let text = text.into();
        HostError { text: with_code(&text).into_owned() }
    }

    /// An error with a code of its own, such as `BILLING`.
    pub fn with_code(code: &str, message: &str) -> HostError {
        HostError { text: [code, " ", message].concat() }
    }

    /// An error exactly as the host sent it.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn from_wire(text: String) -> HostError {
        if text.trim().is_empty() { HostError::new(text) } else { HostError { text } }
    }

    /// The first word.
    pub fn code(&self) -> &str {
        self.text.split(' ').next().unwrap_or_default()
    }

    /// What follows the code.
    pub fn message(&self) -> &str {
        self.text.split_once(' ').map_or("", |(_, message)| message)
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

fn with_code(message: &str) -> Cow<'_, str> {
    if message.trim().is_empty() {
        return "ERR no reason was given".into();
    }
    match message.split_once(' ') {
        Some((code, _)) if CODES.contains(&code) => message.into(),
        _ => ["ERR ", message].concat().into(),
    }
}
