//! `kv()`: bytes by key, through the two host functions of Extism's own guide.

use crate::abi::HostHandle;

/// `kv_read` and `kv_write` exactly as the Extism guide declares them: offsets of blocks, and
/// offset 0 for no value.
#[plugsmith_macros::host_functions]
pub trait KvImports {
    /// The value of `key`.
    fn kv_read(&self, key: &str) -> Option<Vec<u8>>;
    /// Sets the value of `key`.
    fn kv_write(&self, key: &str, value: &[u8]);
}

/// Bytes by key, through `kv_read` and `kv_write`.
pub fn kv() -> Kv {
    Kv::new(HostHandle::current())
}

/// Bytes by key, through `kv_read` and `kv_write`.
#[derive(Clone, Debug)]
pub struct Kv {
    #[cfg_attr(target_arch = "wasm32", expect(dead_code, reason = "a guest reaches its host by imports"))]
    host: HostHandle,
}

impl Kv {
    pub(crate) fn new(host: HostHandle) -> Kv {
        Kv { host }
    }

    /// The value of `key`; `None` where there is none.
    ///
    /// A host whose SDK makes no block of zero bytes (the Rust and Python ones) cannot say
    /// "empty": there an empty value reads as `None` too.
    ///
    /// ```
    /// let ctx = plugsmith::testing::MockContext::new();
    /// ctx.kv().write("my-key", b"value");
    /// assert_eq!(ctx.kv().read("my-key").as_deref(), Some(&b"value"[..]));
    /// assert_eq!(ctx.kv().read("other"), None);
    /// ```
    pub fn read(&self, key: &str) -> Option<Vec<u8>> {
        self.imports().kv_read(key)
    }

    /// Sets the value of `key`.
    ///
    /// # Panics
    /// Off wasm32, where a host in memory is full; see [`HeldLimits`](crate::testing::HeldLimits).
    pub fn write(&self, key: &str, value: impl AsRef<[u8]>) {
        self.imports().kv_write(key, value.as_ref());
        #[cfg(not(target_arch = "wasm32"))]
        self.host.with(|host| {
            if let Some(refused) = host.held.take_refused() {
                panic!("{refused}");
            }
        });
    }

    #[cfg(target_arch = "wasm32")]
    fn imports(&self) -> KvImportsHost {
        KvImportsHost
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn imports(&self) -> &HostHandle {
        &self.host
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl KvImports for HostHandle {
    fn kv_read(&self, key: &str) -> Option<Vec<u8>> {
        self.with(|host| host.kv.get(key).cloned())
    }

    fn kv_write(&self, key: &str, value: &[u8]) {
        self.with(|host| {
            let old = host.kv.get(key).map(Vec::len);
            // What is refused is told by whoever called this.
            if host.held.fits(key, old, value.len()).is_ok() {
                host.held.replaced(key, old, Some(value.len()));
                host.kv.insert(key.to_owned(), value.to_vec());
            }
        });
    }
}
