//! The real hosts, each by its word: what it asks of a plugin, and what it does with it.

pub mod ferrite;
