//! `config()`: the static configuration in the host's manifest.

use crate::abi::HostHandle;
use crate::error::HostError;
use crate::text::{join, lossy};

/// The configuration that the host gave this plugin.
pub fn config() -> Config {
    Config::new(HostHandle::current())
}

/// The configuration that the host gave this plugin.
#[derive(Clone, Debug)]
pub struct Config {
    host: HostHandle,
}

impl Config {
    pub(crate) fn new(host: HostHandle) -> Config {
        Config { host }
    }

    /// The value of `key`; `None` where the host set none.
    ///
    /// An empty value is `Some("")` natively, but an Extism host passes it as offset 0, which is
    /// the same as none: give an option that may be empty a value such as `off`.
    ///
    /// ```
    /// let ctx = plugsmith::testing::MockContext::new();
    /// ctx.set_config("user", "Ada");
    /// assert_eq!(plugsmith::config().get("user").as_deref(), Some("Ada"));
    /// assert_eq!(plugsmith::config().get("color"), None);
    /// ```
    pub fn get(&self, key: &str) -> Option<String> {
        self.host.config(key).map(lossy)
    }

    /// The value of `key`.
    ///
    /// # Errors
    /// `'user' config required` where the host set none.
    pub fn require(&self, key: &str) -> Result<String, HostError> {
        self.get(key).ok_or_else(|| HostError::new(join(&["'", key, "' config required"])))
    }
}
