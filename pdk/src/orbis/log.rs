//! `log()`: lines in the host's log.

use crate::abi::orbis::HostHandle;
use crate::protocol::log::Level;

/// The host's log.
pub fn log() -> Log {
    Log::new(HostHandle::current())
}

/// The host's log, whose lines bear the plugin's name.
#[derive(Clone, Debug)]
pub struct Log {
    host: HostHandle,
}

impl Log {
    pub(crate) fn new(host: HostHandle) -> Log {
        Log { host }
    }

    /// Writes a line at `level`.
    ///
    /// ```
    /// use plugsmith::log::Level;
    /// use plugsmith::orbis::{log, testing::MockHost};
    ///
    /// let host = MockHost::new();
    /// log().info("ready");
    /// assert_eq!((host.logs()[0].level, host.logs()[0].text.as_str()), (Level::Info, "ready"));
    /// ```
    pub fn write(&self, level: Level, text: impl AsRef<str>) {
        self.host.log(level, text.as_ref());
    }

    /// Writes a line at [`Level::Trace`].
    pub fn trace(&self, text: impl AsRef<str>) {
        self.host.log(Level::Trace, text.as_ref());
    }

    /// Writes a line at [`Level::Debug`].
    pub fn debug(&self, text: impl AsRef<str>) {
        self.host.log(Level::Debug, text.as_ref());
    }

    /// Writes a line at [`Level::Info`].
    pub fn info(&self, text: impl AsRef<str>) {
        self.host.log(Level::Info, text.as_ref());
    }

    /// Writes a line at [`Level::Warn`].
    pub fn warn(&self, text: impl AsRef<str>) {
        self.host.log(Level::Warn, text.as_ref());
    }

    /// Writes a line at [`Level::Error`].
    pub fn error(&self, text: impl AsRef<str>) {
        self.host.log(Level::Error, text.as_ref());
    }
}
