//! `vars()`: variables of the running instance, kept by the Extism host.

use crate::abi::HostHandle;
use crate::error::HostError;
use crate::text::decimal;
use crate::text::{integer, join};

/// Variables that live as long as this instance; 1 MiB in all unless the host says otherwise.
pub fn vars() -> Vars {
    Vars::new(HostHandle::current())
}

/// Variables that live as long as this instance; 1 MiB in all unless the host says otherwise.
#[derive(Clone, Debug)]
pub struct Vars {
    host: HostHandle,
}

impl Vars {
    pub(crate) fn new(host: HostHandle) -> Vars {
        Vars { host }
    }

    /// The bytes of `key`; `None` where it was never set, or removed.
    pub fn get(&self, key: &str) -> Option<Vec<u8>> {
        self.host.var(key)
    }

    /// The integer of `key`; 0 where it was never set.
    ///
    /// ```
    /// let ctx = plugsmith::testing::MockContext::new();
    /// let n = ctx.vars().get_int("count").unwrap() + 1;
    /// ctx.vars().set_int("count", n);
    /// assert_eq!(ctx.vars().get_int("count"), Ok(1));
    /// ```
    ///
    /// # Errors
    /// A variable that is not decimal text.
    pub fn get_int(&self, key: &str) -> Result<i64, HostError> {
        let Some(bytes) = self.get(key) else { return Ok(0) };
        integer(&bytes).ok_or_else(|| HostError::new(join(&["the variable '", key, "' is not an integer"])))
    }

    /// Sets `key` to bytes.
    ///
    /// # Errors
    /// An empty value: Extism reads it as a removal, so say [`Vars::remove`].
    pub fn set(&self, key: &str, value: impl AsRef<[u8]>) -> Result<(), HostError> {
        let value = value.as_ref();
        if value.is_empty() {
            return Err(HostError::new("an Extism host removes a variable that is set to nothing: call remove"));
        }
        self.host.set_var(key, Some(value));
        Ok(())
    }

    /// Sets `key` to an integer, as decimal text.
    pub fn set_int(&self, key: &str, value: i64) {
        self.host.set_var(key, Some(decimal(value).as_bytes()));
    }

    /// Removes `key`.
    pub fn remove(&self, key: &str) {
        self.host.set_var(key, None);
    }
}
