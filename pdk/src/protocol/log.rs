//! The lines that a plugin logs.

/// How much a log line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Everything that happens.
    Trace,
    /// What helps in finding a fault.
    Debug,
    /// What an operator wants to know.
    Info,
    /// What may become a fault.
    Warn,
    /// A fault.
    Error,
}

impl Level {
    /// The level in lower case: `info`.
    pub fn name(self) -> &'static str {
        match self {
            Level::Trace => "trace",
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
        }
    }
}

/// One line that a plugin logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its level.
    pub level: Level,
    /// Its text.
    pub text: String,
}
