//! The hosts by their words: what each gives a plugin, and how it behaves.

pub mod extism;
pub mod query;
