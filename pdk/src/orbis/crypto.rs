//! `crypto()`: hashes and randomness, made by the host outside of the guest's fuel.

use crate::abi::orbis::HostHandle;
use crate::error::orbis::Error;

/// Hashes and randomness, made by the host.
pub fn crypto() -> Crypto {
    Crypto::new(HostHandle::current())
}

/// Hashes and randomness, made by the host.
#[derive(Clone, Debug)]
pub struct Crypto {
    host: HostHandle,
}

impl Crypto {
    pub(crate) fn new(host: HostHandle) -> Crypto {
        Crypto { host }
    }

    /// The SHA-256 of `bytes`.
    ///
    /// ```
    /// let hash = plugsmith::orbis::crypto().sha256(b"abc")?;
    /// assert_eq!(hash[..4], [0xba, 0x78, 0x16, 0xbf]);
    /// # Ok::<(), plugsmith::orbis::Error>(())
    /// ```
    ///
    /// # Errors
    /// A host that refuses.
    pub fn sha256(&self, bytes: impl AsRef<[u8]>) -> Result<[u8; 32], Error> {
        exactly(self.host.hash(0, bytes.as_ref())?)
    }

    /// The SHA-512 of `bytes`.
    ///
    /// # Errors
    /// A host that refuses.
    pub fn sha512(&self, bytes: impl AsRef<[u8]>) -> Result<[u8; 64], Error> {
        exactly(self.host.hash(1, bytes.as_ref())?)
    }

    /// `length` random bytes, fit for keys and salts; the host gives 1 MiB at most.
    ///
    /// # Errors
    /// A host that refuses.
    pub fn random(&self, length: usize) -> Result<Vec<u8>, Error> {
        self.host.random(length)
    }

    /// `N` random bytes.
    ///
    /// ```
    /// let key: [u8; 16] = plugsmith::orbis::crypto().random_bytes()?;
    /// assert_ne!(key, [0; 16]);
    /// # Ok::<(), plugsmith::orbis::Error>(())
    /// ```
    ///
    /// # Errors
    /// A host that refuses.
    pub fn random_bytes<const N: usize>(&self) -> Result<[u8; N], Error> {
        exactly(self.host.random(N)?)
    }
}

fn exactly<const N: usize>(bytes: Vec<u8>) -> Result<[u8; N], Error> {
    bytes.try_into().map_err(|_| Error::internal("the host returned a different number of bytes"))
}
