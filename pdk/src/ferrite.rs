//! What a plugin adds to Ferrite besides commands: hooks, transformers, storage backends.
//! Its data types are among the [values](crate::values): storage has them, too.

pub mod fcall;
pub(crate) mod hook;
pub(crate) mod round_trip;
pub(crate) mod storage_backend;
pub(crate) mod transformer;
