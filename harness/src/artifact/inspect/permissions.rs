//! What an artifact's imports let it do. What is not imported cannot be done, so this is all of it.

use std::collections::{BTreeMap, BTreeSet};

use plugsmith::protocol::orbis;
use serde::Serialize;

use crate::artifact::module::Module;
use crate::import::{Import, KERNEL, WASI};

/// A thing that the artifact can do, and the imports that let it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Permission {
    /// `storage`, `kv`, `database`, `state`, `network`, `events`, `system`, `filesystem`, or `host` for
    /// functions of a host's own.
    pub resource: String,
    /// Such as `read`, `write`, `delete`, `http`, `time`, `random`; for `host` the function's name.
    pub action: String,
    /// The imports, sorted.
    pub imports: Vec<String>,
}

/// The permissions that follow from its imports, in the order of resources above.
pub(super) fn of(module: &Module) -> Vec<Permission> {
    // Only then is `env` Orbis' own.
    let is_orbis = module.sections.iter().any(|(name, _)| name == orbis::MANIFEST_SECTION);
    let mut found: BTreeMap<(usize, usize, &str), (&str, BTreeSet<&str>)> = BTreeMap::new();
    for import in &module.imports {
        let kinds = if is_orbis && import.module == orbis::MODULE { in_orbis(import) } else { kinds(import) };
        for &(resource, action) in kinds {
            let action = if action.is_empty() { import.name.as_str() } else { action };
            let place = RESOURCES.iter().position(|known| *known == resource).unwrap_or(RESOURCES.len());
            let (_, imports) =
                found.entry((place, order(action), action)).or_insert_with(|| (resource, BTreeSet::new()));
            imports.insert(&import.name);
        }
    }
    let owned = |((_, _, action), (resource, imports)): ((usize, usize, &str), (&str, BTreeSet<&str>))| Permission {
        resource: resource.to_owned(),
        action: action.to_owned(),
        imports: imports.into_iter().map(str::to_owned).collect(),
    };
    found.into_iter().map(owned).collect()
}

const RESOURCES: &[&str] = &["storage", "kv", "database", "state", "network", "events", "system", "filesystem", "host"];

/// `read` before `write` before `delete`, and these before the rest.
fn order(action: &str) -> usize {
    ["read", "write", "delete"].iter().position(|known| *known == action).unwrap_or(3)
}

fn kinds(import: &Import) -> &'static [(&'static str, &'static str)] {
    match (import.module.as_str(), import.name.as_str()) {
        (KERNEL, "http_request") => &[("network", "http")],
        (KERNEL, _) => &[],
        (WASI, "clock_time_get" | "clock_res_get") => &[("system", "time")],
        (WASI, "random_get") => &[("system", "random")],
        (WASI, "environ_get") => &[("system", "env")],
        (WASI, "fd_read" | "fd_readdir") => &[("filesystem", "read")],
        (WASI, "fd_write") => &[("filesystem", "write")],
        (WASI, "path_open") => &[("filesystem", "read"), ("filesystem", "write")],
        (WASI, name) if name.starts_with("path_") => &[("filesystem", "write")],
        (WASI, name) if name.starts_with("sock_") => &[("network", "tcp")],
        (WASI, _) => &[],
        (_, name) => match name {
            "storage_get" | "storage_get_typed" | "storage_exists" | "storage_ttl" | "storage_keys"
            | "storage_type_of" | "storage_read_range" => &[("storage", "read")],
            // Adding to a key tells what was in it.
            "storage_incr" => &[("storage", "read"), ("storage", "write")],
            "storage_set" | "storage_set_typed" | "storage_set_ex" => &[("storage", "write")],
            // No seconds delete a key.
            "storage_expire" => &[("storage", "write"), ("storage", "delete")],
            "storage_delete" => &[("storage", "delete")],
            "kv_read" => &[("kv", "read")],
            "kv_write" => &[("kv", "write")],
            _ => &[("host", "")],
        },
    }
}

fn in_orbis(import: &Import) -> &'static [(&'static str, &'static str)] {
    match import.name.as_str() {
        "db_query" => &[("database", "read")],
        "db_execute" => &[("database", "write")],
        "state_get" => &[("state", "read")],
        "state_set" => &[("state", "write")],
        "state_remove" => &[("state", "delete")],
        "http_request" => &[("network", "http")],
        "emit_event" => &[("events", "emit")],
        "crypto_random" => &[("system", "random")],
        "log" | "get_config" | "crypto_hash" => &[],
        _ => &[("host", "")],
    }
}
