//! `events()`: what happened, told to the host.

use serde::Serialize;

use super::state;
use crate::abi::orbis::HostHandle;
use crate::error::orbis::Error;

/// The host's events.
pub fn events() -> Events {
    Events::new(HostHandle::current())
}

/// The host's events.
#[derive(Clone, Debug)]
pub struct Events {
    host: HostHandle,
}

impl Events {
    pub(crate) fn new(host: HostHandle) -> Events {
        Events { host }
    }

    /// Tells the host that `event` has happened. The shipped host refuses it to everybody.
    ///
    /// ```
    /// use plugsmith::orbis::{events, testing::MockHost};
    ///
    /// let host = MockHost::new();
    /// events().emit("item.created", &7)?;
    /// assert_eq!(host.events(), [("item.created".to_owned(), 7.into())]);
    /// # Ok::<(), plugsmith::orbis::Error>(())
    /// ```
    ///
    /// # Errors
    /// A payload without a JSON form, or a host that refuses.
    pub fn emit(&self, event: &str, payload: &(impl Serialize + ?Sized)) -> Result<(), Error> {
        self.host.emit(event, &state::encode(payload)?)
    }
}
