//! `state()`: JSON by key, which outlives the call; the guest's own statics do not.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::abi::orbis::HostHandle;
use crate::error::orbis::Error;
use crate::text::join;

/// JSON by key, kept by the host until the plugin is stopped.
pub fn state() -> State {
    State::new(HostHandle::current())
}

/// JSON by key, kept by the host until the plugin is stopped.
#[derive(Clone, Debug)]
pub struct State {
    host: HostHandle,
}

impl State {
    pub(crate) fn new(host: HostHandle) -> State {
        State { host }
    }

    /// The value of `key`; `None` where it is not set.
    ///
    /// The host answers the same to a key that is not set and to a call that it will not serve,
    /// such as the 10,001st of a request.
    ///
    /// ```
    /// use plugsmith::orbis::{state, testing::MockHost};
    ///
    /// let host = MockHost::new();
    /// state().set("visits", &7)?;
    /// assert_eq!(state().get::<u32>("visits")?, Some(7));
    /// assert_eq!(state().get::<u32>("nobody")?, None);
    /// # Ok::<(), plugsmith::orbis::Error>(())
    /// ```
    ///
    /// # Errors
    /// A value of another type.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Error> {
        self.host.state_get(key)?.map(|json| decode("state key '", key, &json)).transpose()
    }

    /// Sets `key`.
    ///
    /// # Errors
    /// A value without a JSON form, or a host that refuses.
    pub fn set(&self, key: &str, value: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        self.host.state_set(key, &encode(value)?)
    }

    /// Removes `key`, whether it is set or not.
    ///
    /// # Errors
    /// A host that refuses.
    pub fn remove(&self, key: &str) -> Result<(), Error> {
        self.host.state_remove(key)
    }

    /// Sets `key` to what `change` makes of its value, or of `default` where it is not set, and
    /// answers that. Two requests at once may read the same value: the host has no locks.
    ///
    /// ```
    /// use plugsmith::orbis::{state, testing::MockHost};
    ///
    /// let host = MockHost::new();
    /// assert_eq!(state().update("visits", 0, |n| n + 1)?, 1);
    /// assert_eq!(state().update("visits", 0, |n| n + 1)?, 2);
    /// # Ok::<(), plugsmith::orbis::Error>(())
    /// ```
    ///
    /// # Errors
    /// A value of another type or without a JSON form, or a host that refuses.
    pub fn update<T: Serialize + DeserializeOwned>(
        &self,
        key: &str,
        default: T,
        change: impl FnOnce(T) -> T,
    ) -> Result<T, Error> {
        let value = change(self.get(key)?.unwrap_or(default));
        self.set(key, &value)?;
        Ok(value)
    }
}

/// JSON of the host as a value; it is the plugin's fault if it is another.
pub(crate) fn decode<T: DeserializeOwned>(what: &str, name: &str, json: &str) -> Result<T, Error> {
    serde_json::from_str(json).map_err(|error| Error::private(join(&[what, name, "': ", &error.to_string()])))
}

/// A value as JSON for the host.
pub(crate) fn encode(value: &(impl Serialize + ?Sized)) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::private(error.to_string()))
}
