//! What a host answers for `register_plugin` and `call_plugin`, beyond ids and blocks.
//!
//! Both answer an `i64`: the id of the peer, and the offset of a block with its output, where 0 is
//! no output. A host that can say why it has neither answers the *negated* offset of a block with
//! the error's text, whose first word is one of these codes. Ids and offsets are never negative,
//! so the signatures of the Extism demo stand, and a guest that knows nothing of it finds no
//! block there, as it finds none at 0.

/// The host has no such peer, or no longer.
pub const ABSENT: &str = "NOPEER";

/// The host does not let this plugin load that peer, or call that function, or load one more.
pub const REFUSED: &str = "NOPERM";

/// The peer answered with an error, and is still there.
pub const FAILED: &str = "PEER";

/// The peer trapped or reached a limit, and is gone: load it again.
pub const DOWN: &str = "PEERDOWN";
