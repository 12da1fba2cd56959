//! The plugin page's Rust API.

use plugsmith::Value;

use super::Owner;
use crate::hosts::ferrite::manifest::Manifest;
use crate::hosts::ferrite::{Download, PluginConfig, PluginSource, PluginStats, Server};

/// Plugins over keys in memory, as the Ferrite plugin page has it.
///
/// A thread of its own runs them. In a test, [`Server`] does the same without one.
///
/// ```
/// use plugsmith_harness::hosts::ferrite::{PluginConfig, PluginSource};
/// use plugsmith_harness::serve::ferrite::PluginManager;
///
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let manager = PluginManager::new(PluginConfig { enabled: true, ..Default::default() });
/// manager.execute_command("SET", vec!["greeting".to_string(), "hello".to_string()]).await?;
/// assert_eq!(manager.execute_command("GET", vec!["greeting".to_string()]).await?, "hello");
///
/// let source = PluginSource::File { path: "/plugins/myplugin.wasm".to_string() };
/// let error = manager.load("myplugin", source, None).await.unwrap_err();
/// assert!(error.starts_with("ERR cannot read /plugins/myplugin.wasm"));
/// assert_eq!(manager.stats().total_plugins, 0);
/// # Ok::<(), String>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct PluginManager {
    owner: Owner,
}

const ENDED: &str = "ERR the plugin manager has ended";

impl PluginManager {
    /// A manager with the plugins of the configuration's folder.
    ///
    /// # Panics
    /// The system gives no thread.
    pub fn new(config: PluginConfig) -> PluginManager {
        let make = || {
            let mut server = Server::with(config, None);
            server.auto_load();
            server
        };
        let owner = Owner::start(make).unwrap_or_else(|error| panic!("no thread for the plugins: {error}"));
        PluginManager { owner }
    }

    /// Loads a plugin, with this manifest, or with the one beside the file or in the artifact.
    ///
    /// # Errors
    /// Why it may not run here.
    pub async fn load(&self, name: &str, source: PluginSource, manifest: Option<Manifest>) -> Result<(), String> {
        let name = name.to_owned();
        let source = match source {
            // Others go on meanwhile.
            PluginSource::Url { url } => {
                let downloaded = tokio::task::spawn_blocking(|| Download::start(url).into_bytes()).await;
                PluginSource::Bytes { bytes: downloaded.map_err(|error| format!("ERR {error}"))?? }
            }
            source => source,
        };
        self.owner
            .with(move |server| server.load(&name, &source, manifest))
            .await
            .unwrap_or_else(|| Err(ENDED.to_owned()))
    }

    /// Runs a command of a plugin or of the server.
    ///
    /// # Errors
    /// The error that a client would read.
    pub async fn execute_command(&self, name: &str, arguments: Vec<String>) -> Result<Value, String> {
        let name = name.to_owned();
        self.owner
            .with(move |server| server.execute_command(&name, &arguments))
            .await
            .unwrap_or_else(|| Err(ENDED.to_owned()))
    }

    /// How many plugins there are, and what they did.
    pub fn stats(&self) -> PluginStats {
        self.owner.with_blocking(|server| server.stats()).unwrap_or_default()
    }
}
