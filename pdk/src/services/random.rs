//! `random()`: the host's randomness, through `wasi_snapshot_preview1.random_get`.
//!
//! wasm32-unknown-unknown has none of its own. [`getrandom!`](crate::getrandom) connects the crates that
//! ask `getrandom`.

use crate::abi::HostHandle;
use crate::error::HostError;

/// Randomness from the host, fit for keys and salts.
pub fn random() -> Random {
    Random::new(HostHandle::current())
}

/// Randomness from the host, fit for keys and salts.
#[derive(Clone, Debug)]
pub struct Random {
    host: HostHandle,
}

impl Random {
    pub(crate) fn new(host: HostHandle) -> Random {
        Random { host }
    }

    /// Fills `bytes`.
    ///
    /// # Errors
    /// The host has no randomness to give.
    pub fn fill(&self, bytes: &mut [u8]) -> Result<(), HostError> {
        self.host.random(bytes)
    }

    /// `N` random bytes.
    ///
    /// ```
    /// let salt: [u8; 16] = plugsmith::random().bytes().unwrap();
    /// assert_ne!(salt, [0; 16]);
    /// ```
    ///
    /// # Errors
    /// The host has no randomness to give.
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], HostError> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// A random integer, every one as likely.
    ///
    /// # Errors
    /// The host has no randomness to give.
    pub fn u64(&self) -> Result<u64, HostError> {
        self.bytes().map(u64::from_le_bytes)
    }
}

#[cfg(feature = "rand_core")]
impl rand_core::RngCore for Random {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }

    /// # Panics
    /// The host has no randomness to give.
    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.fill(bytes).expect("the host gives randomness");
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

#[cfg(feature = "rand_core")]
impl rand_core::CryptoRng for Random {}

/// Connects the `getrandom` crate (0.2, 0.3 and 0.4) to [`random()`], so that `argon2`, `uuid`,
/// `rand` and the like work on wasm32-unknown-unknown. One line in the plugin's `lib.rs`:
///
/// ```
/// plugsmith::getrandom!();
/// # fn main() {}
/// ```
///
/// `getrandom` itself must be told that somebody will: 0.2 by its feature `custom`, 0.3 and 0.4
/// by `rustflags = ["--cfg", "getrandom_backend=\"custom\""]` for the target in `.cargo/config.toml`.
/// Off wasm32 the macro is nothing.
///
/// What getrandom calls has a name of its own, and rustc exports whatever has one: the artifact
/// shows `__getrandom_custom` (0.2) and `__getrandom_v03_custom` (0.3, 0.4) among its exports. No
/// Extism host can call them.
#[macro_export]
macro_rules! getrandom {
    () => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            #[unsafe(no_mangle)]
            unsafe extern "Rust" fn __getrandom_custom(bytes: *mut u8, length: usize) -> u32 {
                // SAFETY: getrandom passes a place with room for `length` bytes.
                match unsafe { $crate::__private::fill_for_getrandom(bytes, length) } {
                    ::core::result::Result::Ok(()) => 0,
                    // The first of getrandom 0.2's range for custom errors.
                    ::core::result::Result::Err(_) => 3 << 30,
                }
            }

            #[unsafe(no_mangle)]
            unsafe extern "Rust" fn __getrandom_v03_custom(
                bytes: *mut u8,
                length: usize,
            ) -> ::core::result::Result<(), ::core::num::NonZeroI32> {
                // SAFETY: getrandom passes a place with room for `length` bytes. Its error type is
                // a struct of this one field, so both are passed as one number.
                unsafe { $crate::__private::fill_for_getrandom(bytes, length) }
            }
        };
    };
}
