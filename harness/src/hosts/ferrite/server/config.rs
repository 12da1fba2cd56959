//! The configuration of the plugin manager, as the Ferrite plugin page has it.

use serde::Deserialize;

use crate::error::{Error, Result};

/// `[plugins]` of the server's configuration file.
///
/// ```
/// use plugsmith_harness::hosts::ferrite::PluginConfig;
///
/// let config = PluginConfig::read("[plugins]\nmax_plugins = 10\n\n[plugins.sandbox]\nmax_cpu_ms = 50\n")?;
/// assert_eq!((config.max_plugins, config.sandbox.max_cpu_ms, config.timeout_ms), (10, 50, 5000));
///
/// let error = PluginConfig::read("[plugins]\nmax_plugin = 10\n").unwrap_err();
/// assert_eq!(error.to_string(), "ferrite.toml:2: unknown key `max_plugin`: did you mean `max_plugins`?");
/// # Ok::<(), plugsmith_harness::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PluginConfig {
    /// Whether plugins can be loaded at all.
    pub enabled: bool,
    /// The folder with a folder for each plugin; empty for none.
    pub plugin_dir: String,
    /// Whether the plugins of `plugin_dir` are loaded at startup.
    pub auto_load: bool,
    /// How many plugins may be loaded at once.
    pub max_plugins: usize,
    /// Whether `PLUGIN.RELOAD` is allowed.
    pub hot_reload: bool,
    /// The longest that a call may take, in milliseconds of wall time.
    pub timeout_ms: u64,
    /// What becomes of an event whose hook fails: `closed` ends the command, `open` goes on. The page
    /// does not say; this key is ours.
    pub hook_failure: HookFailure,
    /// What each plugin may use.
    pub sandbox: SandboxConfig,
}

/// What becomes of an event whose hook traps, times out, or returns an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HookFailure {
    /// The event is refused, as if the hook had aborted it.
    #[default]
    Closed,
    /// The event goes on, as if the hook had said nothing.
    Open,
}

/// `[plugins.sandbox]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SandboxConfig {
    /// Memory of a plugin, in MiB.
    pub max_memory_mb: u64,
    /// CPU time of a call, in milliseconds, each counted as [`FUEL_PER_MS`] units of fuel.
    pub max_cpu_ms: u64,
    /// Open files of a plugin. Plugins have no files here, so every number holds.
    pub max_file_handles: u32,
    /// System calls that are refused. A plugin has none, so every list holds.
    pub restricted_syscalls: Vec<String>,
    /// Whether a plugin must be signed by one of `trusted_keys`.
    pub verify_signatures: bool,
    /// Public keys, as `cargo plugsmith keygen` writes them. The page does not name this key; it is ours.
    pub trusted_keys: Vec<String>,
}

/// The fuel that stands for a millisecond of CPU time: about what a plugin uses in it.
pub const FUEL_PER_MS: u64 = 2_000_000;

impl Default for PluginConfig {
    /// The page's values; no folder, so nothing is loaded by itself.
    fn default() -> PluginConfig {
        PluginConfig {
            enabled: true,
            plugin_dir: String::new(),
            auto_load: true,
            max_plugins: 100,
            hot_reload: true,
            timeout_ms: 5000,
            hook_failure: HookFailure::Closed,
            sandbox: SandboxConfig::default(),
        }
    }
}

impl Default for SandboxConfig {
    fn default() -> SandboxConfig {
        SandboxConfig {
            max_memory_mb: 128,
            max_cpu_ms: 1000,
            max_file_handles: 10,
            restricted_syscalls: Vec::new(),
            verify_signatures: false,
            trusted_keys: Vec::new(),
        }
    }
}

/// The whole file.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    plugins: PluginConfig,
}

impl PluginConfig {
    /// Reads a configuration file.
    ///
    /// # Errors
    /// [`Error::BadManifest`] with the line: no TOML, an unknown key with the nearest right one, a value of another
    /// type.
    pub fn read(text: &str) -> Result<PluginConfig> {
        toml::from_str::<File>(text).map(|file| file.plugins).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let line = text.as_bytes().iter().take(start).filter(|byte| **byte == b'\n').count() + 1;
            Error::BadManifest { place: format!("ferrite.toml:{line}"), reason: hint(error.message()) }
        })
    }
}

/// serde's message, with the nearest right key where it lists them all.
fn hint(message: &str) -> String {
    let Some((unknown, expected)) =
        message.strip_prefix("unknown field `").and_then(|rest| rest.split_once("`, expected "))
    else {
        return message.to_owned();
    };
    let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    match known.iter().min_by_key(|key| distance(unknown, key)) {
        Some(nearest) if distance(unknown, nearest) <= unknown.len().max(3) / 3 => {
            format!("unknown key `{unknown}`: did you mean `{nearest}`?")
        }
        _ => format!("unknown key `{unknown}`: there is {}", known.join(", ")),
    }
}

/// The edits from one word to another.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let substitution = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = substitution.min(row[j] + 1).min(row[j + 1] + 1);
        }
    }
    row[other.len()]
}
