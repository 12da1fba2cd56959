//! The options of a call: JSON text, read by the same types as the server's.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use extism_manifest::MemoryOptions;
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::hosts::extism::{Manifest, Wasm};

/// What the server reads from the options, by the name that its own messages use. Unknown keys
/// (`timeout_ms`, too) are passed over, in `memory` they are an error.
#[derive(Debug, Default, Deserialize)]
pub(super) struct PluginConfig {
    memory: Option<MemoryOptions>,
    allowed_hosts: Option<Vec<String>>,
    allowed_paths: Option<HashMap<String, PathBuf>>,
    config: Option<HashMap<String, String>>,
    timeout: Option<u64>,
}

impl PluginConfig {
    /// Absent and empty are the same: no options.
    pub(super) fn parse(options: Option<&str>) -> Result<PluginConfig> {
        match options {
            None | Some("") => Ok(PluginConfig::default()),
            Some(text) => serde_json::from_str(text)
                .map_err(|error| Error::BadManifest { place: "the options".to_owned(), reason: error.to_string() }),
        }
    }

    /// The manifest that the server makes of them.
    pub(super) fn manifest(self, wasm: Wasm) -> Manifest {
        let mut manifest = Manifest::new([wasm]);
        if let Some(memory) = self.memory {
            manifest = manifest.with_memory_options(memory);
        }
        if let Some(hosts) = self.allowed_hosts {
            manifest = manifest.with_allowed_hosts(hosts.into_iter());
        }
        if let Some(paths) = self.allowed_paths {
            manifest = manifest.with_allowed_paths(paths.into_iter());
        }
        if let Some(config) = self.config {
            manifest = manifest.with_config(config.into_iter());
        }
        if let Some(milliseconds) = self.timeout {
            manifest = manifest.with_timeout(Duration::from_millis(milliseconds));
        }
        manifest
    }
}
