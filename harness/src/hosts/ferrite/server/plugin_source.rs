//! Where a plugin comes from, and how many there are.

/// Where a plugin comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PluginSource {
    /// A file, with the `plugin.toml` beside it.
    File {
        /// Its path.
        path: String,
    },
    /// A URL, `http` or `https`.
    Url {
        /// The URL.
        url: String,
    },
    /// The artifact itself.
    Bytes {
        /// Its bytes.
        bytes: Vec<u8>,
    },
}

/// How many plugins there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PluginStats {
    /// Those that are loaded.
    pub total_plugins: usize,
    /// Those of them that are enabled.
    pub active_plugins: usize,
    /// The commands of those.
    pub commands: usize,
    /// Calls of commands, hooks and the like so far.
    pub executions: u64,
    /// How many of them failed.
    pub errors: u64,
}
