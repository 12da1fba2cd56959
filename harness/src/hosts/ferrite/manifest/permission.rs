//! The permissions that the page knows, and those that follow from an artifact's imports.

use super::format::{Manifest, Permission};
use crate::artifact::inspect::Permission as Link;

/// Every resource and what can be done with it: the page's, and what else an artifact can link.
///
/// The page has no word for `kv`, nor for functions of a host's own, which are `host` and the
/// function's name. An artifact that imports them can use them, so a manifest says it.
const ACTIONS: &[(&str, &[&str])] = &[
    ("storage", &["read", "write", "delete"]),
    ("network", &["http_get", "http_post", "tcp_connect"]),
    ("filesystem", &["read", "write"]),
    ("system", &["time", "random", "env"]),
    ("kv", &["read", "write"]),
    (HOST, &[]),
];

/// The resource whose actions are names of functions.
const HOST: &str = "host";

/// What a request over HTTP can be. An import tells that there are requests, not of which method.
pub(super) const HTTP: &[&str] = &["http_get", "http_post"];

/// What is wrong with a permission, and in which of its fields.
pub(super) struct Wrong {
    pub(super) field: &'static str,
    pub(super) reason: String,
}

/// Whether there is such a permission, with hosts and paths where they mean something.
pub(super) fn verify(permission: &Permission) -> Result<(), Wrong> {
    let name = name(permission);
    let Some((_, actions)) = ACTIONS.iter().find(|(resource, _)| *resource == permission.resource) else {
        let known = ACTIONS.iter().map(|(resource, _)| *resource);
        return Err(Wrong {
            field: "resource",
            reason: format!("unknown resource `{}`, there is {}", permission.resource, list(known)),
        });
    };
    if permission.resource != HOST && !actions.contains(&permission.action.as_str()) {
        let reason = format!(
            "unknown action `{}`, {} has {}",
            permission.action,
            permission.resource,
            list(actions.iter().copied())
        );
        return Err(Wrong { field: "action", reason });
    }
    if !permission.hosts.is_empty() && permission.resource != "network" {
        return Err(Wrong { field: "hosts", reason: format!("permissions[{name}] has hosts, which only network has") });
    }
    if let Some(host) = permission.hosts.iter().find(|host| !is_host(host)) {
        let reason = format!(
            "permissions[{name}].hosts has \"{host}\", which is no host: write its name alone, such as `api.example.com`"
        );
        return Err(Wrong { field: "hosts", reason });
    }
    if !permission.paths.is_empty() && permission.resource != "filesystem" {
        return Err(Wrong {
            field: "paths",
            reason: format!("permissions[{name}] has paths, which only filesystem has"),
        });
    }
    Ok(())
}

/// Whether this is the name of a host, which may have `*` in it, or its address; with a port or without.
fn is_host(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_*:[]".contains(&byte))
}

/// A permission that the imports ask for, and the imports.
#[derive(Clone, Debug)]
pub(crate) struct Needed {
    pub(crate) resource: String,
    pub(crate) action: String,
    pub(crate) imports: Vec<String>,
}

impl Needed {
    pub(super) fn is(&self, permission: &Permission) -> bool {
        self.resource == permission.resource && self.action == permission.action
    }

    pub(crate) fn is_http(&self) -> bool {
        self.resource == "network" && HTTP.contains(&self.action.as_str())
    }
}

/// What these imports let an artifact do, in the page's words and order, and then the rest.
pub(crate) fn needed(links: &[Link]) -> Vec<Needed> {
    let known = ACTIONS.iter().flat_map(|(resource, actions)| actions.iter().map(|action| (*resource, *action)));
    let mut needed = Vec::new();
    for (resource, action) in known {
        if let Some(link) = links.iter().find(|link| link.resource == resource && serves(&link.action, action)) {
            let (resource, action) = (resource.to_owned(), action.to_owned());
            needed.push(Needed { resource, action, imports: link.imports.clone() });
        }
    }
    let is_said = |link: &&Link| {
        needed.iter().any(|needed: &Needed| needed.resource == link.resource && serves(&link.action, &needed.action))
    };
    let rest: Vec<&Link> = links.iter().filter(|link| !is_said(link)).collect();
    needed.extend(rest.into_iter().map(|link| Needed {
        resource: link.resource.clone(),
        action: link.action.clone(),
        imports: link.imports.clone(),
    }));
    needed
}

/// The permissions that the imports ask for and no file grants: `storage read`.
pub(crate) fn ungranted(links: &[Link], kept: Option<&Manifest>) -> Vec<String> {
    let kept = kept.map_or(&[][..], |kept| &kept.permissions);
    // One import is for every method.
    let has_http =
        kept.iter().any(|permission| permission.resource == "network" && HTTP.contains(&permission.action.as_str()));
    let is_granted =
        |needed: &Needed| (needed.is_http() && has_http) || kept.iter().any(|permission| needed.is(permission));
    let missing = needed(links).into_iter().filter(|needed| !is_granted(needed));
    missing.map(|needed| format!("`{} {}`", needed.resource, needed.action)).collect()
}

/// Whether what an import does (`http`) is what a permission is for (`http_get`).
fn serves(link: &str, action: &str) -> bool {
    match link {
        "http" => HTTP.contains(&action),
        "tcp" => action == "tcp_connect",
        link => link == action,
    }
}

/// `storage read`.
pub(super) fn name(permission: &Permission) -> String {
    format!("{} {}", permission.resource, permission.action)
}

/// "`a`, `b`".
pub(super) fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
