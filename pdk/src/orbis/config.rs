//! `config()`: the object `config` in the manifest.

use serde::de::DeserializeOwned;

use super::state;
use crate::abi::orbis::HostHandle;
use crate::error::orbis::Error;
use crate::text::join;

/// The configuration in the manifest.
pub fn config() -> Config {
    Config::new(HostHandle::current())
}

/// The configuration in the manifest.
#[derive(Clone, Debug)]
pub struct Config {
    host: HostHandle,
}

impl Config {
    pub(crate) fn new(host: HostHandle) -> Config {
        Config { host }
    }

    /// The value of `key`; `None` where there is none.
    ///
    /// ```
    /// use plugsmith::orbis::{config, testing::MockHost};
    ///
    /// let host = MockHost::new();
    /// host.set_config("page_size", &20);
    /// assert_eq!(config().get::<u32>("page_size")?, Some(20));
    /// assert_eq!(config().get::<String>("color")?, None);
    /// # Ok::<(), plugsmith::orbis::Error>(())
    /// ```
    ///
    /// # Errors
    /// A value of another type.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Error> {
        self.host.config(key)?.map(|json| state::decode("config key '", key, &json)).transpose()
    }

    /// The value of `key`.
    ///
    /// # Errors
    /// `'page_size' config required` where there is none; a value of another type.
    pub fn require<T: DeserializeOwned>(&self, key: &str) -> Result<T, Error> {
        self.get(key)?.ok_or_else(|| Error::private(join(&["'", key, "' config required"])))
    }
}
