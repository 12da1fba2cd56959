//! What an entry point receives: the way to every service of its host.

use crate::abi::HostHandle;
use crate::services::clock::Clock;
use crate::services::config::Config;
use crate::services::http::Http;
use crate::services::kv::Kv;
use crate::services::log::Log;
use crate::services::peers::Peers;
use crate::services::random::Random;
use crate::services::storage::Storage;
use crate::services::vars::Vars;

/// The services of the host that called the plugin.
///
/// A service costs nothing until it is used: an artifact imports exactly the host functions
/// that its code can reach.
#[derive(Clone, Debug)]
pub struct PluginContext {
    pub(crate) host: HostHandle,
}

impl PluginContext {
    pub(crate) fn new(host: HostHandle) -> PluginContext {
        PluginContext { host }
    }

    /// The host's keys and values, with types and expiry.
    pub fn storage(&self) -> Storage {
        Storage::new(self.host.clone())
    }

    /// Bytes by key, through `kv_read` and `kv_write`.
    pub fn kv(&self) -> Kv {
        Kv::new(self.host.clone())
    }

    /// The configuration that the host gave this plugin.
    pub fn config(&self) -> Config {
        Config::new(self.host.clone())
    }

    /// Variables that live as long as this instance.
    pub fn vars(&self) -> Vars {
        Vars::new(self.host.clone())
    }

    /// HTTP requests, made by the host.
    pub fn http(&self) -> Http {
        Http::new(self.host.clone())
    }

    /// The host's log.
    pub fn log(&self) -> Log {
        Log::new(self.host.clone())
    }

    /// Other plugins, loaded and called by the host.
    pub fn peers(&self) -> Peers {
        Peers::new(self.host.clone())
    }

    /// The host's clock (WASI).
    pub fn clock(&self) -> Clock {
        Clock::new(self.host.clone())
    }

    /// Randomness from the host (WASI).
    pub fn random(&self) -> Random {
        Random::new(self.host.clone())
    }
}
