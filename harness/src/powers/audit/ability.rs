//! Something that a plugin may do.

use serde::Serialize;

/// Something that a plugin may do: `storage`, `write`.
///
/// The resources are `storage`, `kv`, `database`, `state`, `network`, `events`, `system`, `filesystem`, and `host`
/// for functions of a host's own, whose action is the function's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[non_exhaustive]
pub struct Ability {
    /// What it acts on.
    pub resource: String,
    /// What it does there.
    pub action: String,
}

impl std::fmt::Display for Ability {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.resource, self.action)
    }
}
