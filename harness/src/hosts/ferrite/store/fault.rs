//! What a command is refused with, in Redis' words.

use std::borrow::Cow;
use std::fmt;

/// An error reply, its code first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault(pub(crate) Cow<'static, str>);

impl Fault {
    pub(crate) const SYNTAX: Fault = Fault(Cow::Borrowed("ERR syntax error"));
    pub(crate) const NOT_AN_INTEGER: Fault = Fault(Cow::Borrowed("ERR value is not an integer or out of range"));
    pub(crate) const OVERFLOW: Fault = Fault(Cow::Borrowed("ERR increment or decrement would overflow"));
    pub(crate) const NO_SUCH_KEY: Fault = Fault(Cow::Borrowed("ERR no such key"));
    pub(crate) const WRONG_TYPE: Fault =
        Fault(Cow::Borrowed("WRONGTYPE Operation against a key holding the wrong kind of value"));

    pub(crate) fn new(text: impl Into<Cow<'static, str>>) -> Fault {
        Fault(text.into())
    }

    /// For a command that is called with too few words, or too many.
    pub(crate) fn arity(command: &str) -> Fault {
        Fault(format!("ERR wrong number of arguments for '{command}' command").into())
    }

    pub(crate) fn expire_time(command: &[u8]) -> Fault {
        let command = String::from_utf8_lossy(command).to_lowercase();
        Fault(format!("ERR invalid expire time in '{command}' command").into())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
