//! What a plugin adds to Ferrite besides commands: hooks, data types, transformers, storage backends.

pub(crate) mod data_type;
pub(crate) mod hook;
pub(crate) mod round_trip;
pub(crate) mod storage_backend;
pub(crate) mod transformer;
