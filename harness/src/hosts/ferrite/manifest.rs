//! `plugin.toml`: what a plugin tells a Ferrite host of itself, as the Ferrite plugin page has it.
//!
//! What the artifact says and links is the truth: [`generate`] writes the file from it, from
//! `Cargo.toml`, and from what only a file can say; [`check`] holds a file that is kept by hand
//! against the same, and [`merge`] writes it into such a file.

mod check;
mod declared;
mod dependency;
mod entry;
mod format;
mod generate;
mod merge;
mod permission;
mod read;

pub use check::{Difference, check};
pub use declared::Declared;
pub use format::{
    Command, DataType, Dependency, Hook, Manifest, Package, Permission, Server, StorageBackend, Transformer,
};
pub use generate::generate;
pub use merge::merge;
pub(crate) use permission::{needed, ungranted};
pub(crate) use read::FILE;
