//! `storage()`: the host's keys and values, with types and expiry.

#[cfg(not(target_arch = "wasm32"))]
mod native;

use std::ops::{Bound, RangeBounds};

#[cfg(not(target_arch = "wasm32"))]
pub use self::native::SharedStore;
use crate::abi::HostHandle;
use crate::error::HostError;
use crate::protocol::Value;
use crate::values::ferrite::{self, DataType, Encoded};

/// The host functions behind [`Storage`], each its own import, so that a plugin which only reads
/// cannot write. Keys are text; a value crosses as one RESP value and keeps its type; every
/// answer is a RESP reply, where `-NOPERM ..` is a refusal.
#[plugsmith_macros::host_functions(prefix = "storage_")]
pub trait StorageImports {
    /// The value of `key`.
    fn get(&self, key: &str) -> Result<Option<Value>, HostError>;
    /// Sets `key`, and ends its expiry.
    fn set(&self, key: &str, value: &Value) -> Result<(), HostError>;
    /// Sets `key` for `seconds`.
    fn set_ex(&self, key: &str, value: &Value, seconds: u64) -> Result<(), HostError>;
    /// Removes `key`; whether it was there.
    fn delete(&self, key: &str) -> Result<bool, HostError>;
    /// Whether `key` is there.
    fn exists(&self, key: &str) -> Result<bool, HostError>;
    /// Adds `by` to the integer at `key`, 0 where there is none; the sum.
    fn incr(&self, key: &str, by: i64) -> Result<i64, HostError>;
    /// Lets `key` end in `seconds`; whether it was there.
    fn expire(&self, key: &str, seconds: u64) -> Result<bool, HostError>;
    /// The seconds that `key` has left; -1 for ever, -2 where it is not there.
    fn ttl(&self, key: &str) -> Result<i64, HostError>;
    /// The keys that match a glob pattern, in order.
    fn keys(&self, pattern: &str) -> Result<Vec<String>, HostError>;
    /// The type of the value at `key`, `none` where there is none.
    fn type_of(&self, key: &str) -> Result<String, HostError>;
    /// The value of a data type at `key`; `-WRONGTYPE` where it is of another.
    fn get_typed(&self, key: &str, name: &str) -> Result<Option<Encoded>, HostError>;
    /// Sets `key` to a value of a data type; `-WRONGTYPE` where it holds one of another.
    fn set_typed(&self, key: &str, name: &str, version: u32, bytes: &[u8]) -> Result<(), HostError>;
    /// The bytes of a string from `start` to `end`, both counted in; negative ones from the end.
    fn read_range(&self, key: &str, start: i64, end: i64) -> Result<Vec<u8>, HostError>;
}

/// The host's keys and values.
pub fn storage() -> Storage {
    Storage::new(HostHandle::current())
}

/// The host's keys and values.
///
/// ```
/// use plugsmith::{Ttl, Value};
///
/// let ctx = plugsmith::testing::MockContext::new();
/// let storage = ctx.storage();
/// storage.set_ex("session", "abc", 3600)?;
/// assert_eq!(storage.get("session")?, Some(Value::String("abc".into())));
/// assert_eq!(storage.ttl("session")?, Ttl::Seconds(3600));
/// ctx.advance(std::time::Duration::from_secs(3600));
/// assert_eq!(storage.get("session")?, None);
/// # Ok::<(), plugsmith::HostError>(())
/// ```
///
/// # Errors
/// Every method can be refused (`NOPERM ..`), and answers `WRONGTYPE ..` where the value is of
/// a type that the operation does not know.
#[derive(Clone, Debug)]
pub struct Storage {
    #[cfg_attr(target_arch = "wasm32", expect(dead_code, reason = "a guest reaches its host by imports"))]
    host: HostHandle,
}

/// How long a key has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ttl {
    /// The key is not there.
    Absent,
    /// The key stays.
    Forever,
    /// So many seconds, rounded up.
    Seconds(u64),
}

impl Storage {
    pub(crate) fn new(host: HostHandle) -> Storage {
        Storage { host }
    }

    /// The value of `key`; `None` where there is none.
    pub fn get(&self, key: &str) -> Result<Option<Value>, HostError> {
        self.imports().get(key)
    }

    /// Sets `key`, and ends its expiry.
    pub fn set(&self, key: &str, value: impl Into<Value>) -> Result<(), HostError> {
        self.imports().set(key, &value.into())
    }

    /// Sets `key` for `seconds`.
    ///
    /// # Errors
    /// Zero seconds: `ERR invalid expire time`.
    pub fn set_ex(&self, key: &str, value: impl Into<Value>, seconds: u64) -> Result<(), HostError> {
        self.imports().set_ex(key, &value.into(), seconds)
    }

    /// Removes `key`; whether it was there.
    pub fn delete(&self, key: &str) -> Result<bool, HostError> {
        self.imports().delete(key)
    }

    /// Whether `key` is there.
    pub fn exists(&self, key: &str) -> Result<bool, HostError> {
        self.imports().exists(key)
    }

    /// Adds one to the integer at `key`, which starts at 0; the sum.
    ///
    /// # Errors
    /// `ERR value is not an integer or out of range`.
    pub fn incr(&self, key: &str) -> Result<i64, HostError> {
        self.incr_by(key, 1)
    }

    /// Adds `by` to the integer at `key`, which starts at 0; the sum.
    ///
    /// # Errors
    /// `ERR value is not an integer or out of range`.
    pub fn incr_by(&self, key: &str, by: i64) -> Result<i64, HostError> {
        self.imports().incr(key, by)
    }

    /// Lets `key` end in `seconds` (0 removes it); whether it was there.
    pub fn expire(&self, key: &str, seconds: u64) -> Result<bool, HostError> {
        self.imports().expire(key, seconds)
    }

    /// How long `key` has left.
    pub fn ttl(&self, key: &str) -> Result<Ttl, HostError> {
        Ok(match self.imports().ttl(key)? {
            -1 => Ttl::Forever,
            seconds => u64::try_from(seconds).map_or(Ttl::Absent, Ttl::Seconds),
        })
    }

    /// The keys that match a glob pattern (`*`, `?`, `[a-z]`, `\` before a letter), in order.
    pub fn keys(&self, pattern: &str) -> Result<Vec<String>, HostError> {
        self.imports().keys(pattern)
    }

    /// The type of the value at `key`, such as `string` or `hash`; `none` where there is none.
    pub fn type_of(&self, key: &str) -> Result<String, HostError> {
        self.imports().type_of(key)
    }

    /// The bytes of the string at `key` that lie in `range`; none where the key is not there.
    ///
    /// ```
    /// let ctx = plugsmith::testing::MockContext::new();
    /// ctx.storage().set("greeting", "Hello, Ada!")?;
    /// assert_eq!(ctx.storage().read_range("greeting", 7..10)?, b"Ada");
    /// # Ok::<(), plugsmith::HostError>(())
    /// ```
    pub fn read_range(&self, key: &str, range: impl RangeBounds<u64>) -> Result<Vec<u8>, HostError> {
        let signed = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let start = match range.start_bound() {
            Bound::Included(n) => signed(*n),
            Bound::Excluded(n) => signed(n.saturating_add(1)),
            Bound::Unbounded => 0,
        };
        let end = match range.end_bound() {
            Bound::Included(n) => signed(*n),
            // `..0` holds nothing, and the wire has no end before the first byte.
            Bound::Excluded(0) => return Ok(Vec::new()),
            Bound::Excluded(n) => signed(n - 1),
            Bound::Unbounded => -1,
        };
        self.imports().read_range(key, start, end)
    }

    /// The value of a data type at `key`; `None` where there is none.
    ///
    /// ```
    /// use plugsmith::{data_type, testing::MockContext};
    ///
    /// #[data_type(name = "COUNTER")]
    /// struct Counter { hits: u64 }
    ///
    /// let ctx = MockContext::new();
    /// ctx.storage().set_typed("page", &Counter { hits: 7 })?;
    /// assert_eq!(ctx.storage().get_typed::<Counter>("page")?.unwrap().hits, 7);
    /// assert_eq!(ctx.storage().type_of("page")?, "COUNTER");
    /// # Ok::<(), plugsmith::HostError>(())
    /// ```
    ///
    /// # Errors
    /// `WRONGTYPE` where the value is of another type, a version that the type cannot read, and a type
    /// whose [`DataType`] contradicts its attribute.
    pub fn get_typed<T: DataType>(&self, key: &str) -> Result<Option<T>, HostError> {
        ferrite::check::<T>()?;
        self.imports().get_typed(key, T::NAME)?.map(|encoded| ferrite::decode(&encoded)).transpose()
    }

    /// Sets `key` to a value of a data type; its expiry stays.
    ///
    /// # Errors
    /// `WRONGTYPE` where the key holds a value of another type, and a type whose [`DataType`] contradicts
    /// its attribute.
    pub fn set_typed<T: DataType>(&self, key: &str, value: &T) -> Result<(), HostError> {
        ferrite::check::<T>()?;
        self.imports().set_typed(key, T::NAME, T::VERSION, &value.encode())
    }

    #[cfg(target_arch = "wasm32")]
    fn imports(&self) -> StorageImportsHost {
        StorageImportsHost
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn imports(&self) -> SharedStore {
        SharedStore::new(self.host.clone())
    }
}
