//! Why bytes are no module: what is wrong, and what to do about it.

use crate::error::Error;

/// Of bytes that are neither wasm nor its text format.
pub(crate) const NO_WASM: &str = "it does not start with the wasm magic number";

/// Why bytes are no module that a host takes.
pub(crate) struct Invalid {
    /// What is wrong.
    pub(crate) what: String,
    /// What to do; `None` where wasm's own rules are broken.
    pub(crate) fix: Option<&'static str>,
}

impl Invalid {
    pub(super) fn new(what: impl Into<String>, fix: &'static str) -> Invalid {
        Invalid { what: what.into(), fix: Some(fix) }
    }

    /// The error for a module that is refused for this reason.
    pub(crate) fn into_error(self) -> Error {
        Error::InvalidModule {
            reason: match self.fix {
                Some(fix) => format!("{}: {fix}", self.what),
                None => self.what,
            },
        }
    }
}
