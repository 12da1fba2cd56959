//! `log()`: lines in the host's log.

use crate::abi::HostHandle;
pub use crate::protocol::log::{Level, Line};

/// The host's log.
pub fn log() -> Log {
    Log::new(HostHandle::current())
}

/// The host's log.
#[derive(Clone, Debug)]
pub struct Log {
    host: HostHandle,
}

impl Log {
    pub(crate) fn new(host: HostHandle) -> Log {
        Log { host }
    }

    /// Writes a line at `level`.
    pub fn write(&self, level: Level, text: impl AsRef<str>) {
        self.host.log(level, text.as_ref());
    }

    /// Writes a line at [`Level::Trace`]; the npm SDK 1.0.3 lacks this one import.
    #[inline(always)]
    pub fn trace(&self, text: impl AsRef<str>) {
        self.host.log(Level::Trace, text.as_ref());
    }

    /// Writes a line at [`Level::Debug`].
    #[inline(always)]
    pub fn debug(&self, text: impl AsRef<str>) {
        self.host.log(Level::Debug, text.as_ref());
    }

    /// Writes a line at [`Level::Info`].
    ///
    /// ```
    /// let ctx = plugsmith::testing::MockContext::new();
    /// ctx.log().info("ready");
    /// assert_eq!(ctx.logs()[0].text, "ready");
    /// ```
    #[inline(always)]
    pub fn info(&self, text: impl AsRef<str>) {
        self.host.log(Level::Info, text.as_ref());
    }

    /// Writes a line at [`Level::Warn`].
    #[inline(always)]
    pub fn warn(&self, text: impl AsRef<str>) {
        self.host.log(Level::Warn, text.as_ref());
    }

    /// Writes a line at [`Level::Error`].
    #[inline(always)]
    pub fn error(&self, text: impl AsRef<str>) {
        self.host.log(Level::Error, text.as_ref());
    }
}
