//! `Bytes`: bytes as an argument or a result.

use std::ops::Deref;

use crate::protocol::Value;

/// Bytes that need not be UTF-8, as an argument or a result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bytes(pub Vec<u8>);

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Bytes {
        Bytes(bytes)
    }
}

impl From<Bytes> for Value {
    fn from(bytes: Bytes) -> Value {
        bytes.0.into()
    }
}
