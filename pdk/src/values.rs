//! Types in the signatures of a plugin's functions that know how they become bytes, and come back.

pub(crate) mod bytes;
pub(crate) mod ferrite;
#[cfg(feature = "json")]
pub(crate) mod json;
pub(crate) mod whole;
