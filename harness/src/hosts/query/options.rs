//! The options of a call: JSON text, read by the same types as the server's.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use extism_manifest::MemoryOptions;
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::hosts::extism::{Manifest, Wasm};

/// The fourth argument of JavaScript's `plugin(name, function, input, options)`.
///
/// The server takes `null` and a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Options<'a> {
    /// `null`: no options.
    Null,
    /// A text: JSON, or empty for none.
    Text(&'a str),
    /// Left out, which is a `TypeError`.
    Missing,
    /// An object, which is a `TypeError`: the server takes its text, from `JSON.stringify`.
    Object,
}

impl<'a> Options<'a> {
    /// The text, or the exception that JavaScript sees.
    pub(super) fn text(self) -> Result<Option<&'a str>> {
        let type_error =
            |message: &str| Err(Error::BadManifest { place: TYPE_ERROR.to_owned(), reason: message.to_owned() });
        match self {
            Options::Null => Ok(None),
            Options::Text(text) => Ok(Some(text)),
            Options::Missing => type_error("Error calling function with 3 argument(s) while 4 where expected"),
            Options::Object => type_error("Error converting from js 'object' into type 'string'"),
        }
    }

    /// As it stands in the call; an argument that is left out does not.
    pub(super) fn shown(self) -> Option<Option<&'a str>> {
        match self {
            Options::Null => Some(None),
            Options::Text(text) => Some(Some(text)),
            Options::Missing => None,
            Options::Object => Some(Some("[object Object]")),
        }
    }
}

/// The place of a mistake that is a `TypeError`.
pub(super) const TYPE_ERROR: &str = "TypeError";

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
