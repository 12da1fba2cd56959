//! What a command changes, and what must still hold when it does.

use super::keyspace::Entry;

/// A key, with the database that it is in.
pub(crate) type Place = (usize, Vec<u8>);

/// What a key held when it was loaded, so that a change can be refused where it holds something else by then.
pub(crate) type Token = String;

/// What becomes of a key: `None` removes it.
pub(crate) struct Change {
    pub(crate) key: Vec<u8>,
    pub(crate) entry: Option<Entry>,
    /// Whether the key ends when it would have ended.
    #[cfg_attr(not(feature = "redis"), expect(dead_code, reason = "in memory an entry says when it ends"))]
    pub(crate) keeps_expiry: bool,
}
