//! What is wrong with a plugin's permissions.

use super::ability::Ability;
use super::model::{Audit, Finding, What};
use crate::artifact::reach::Reach;

pub(super) fn all(audit: &Audit, reached: &Reach) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |what, fails, text: String, fix: String| findings.push(Finding { what, fails, text, fix });
    let place = audit.grants.as_ref().map_or("", |grants| grants.place.as_str());
    for permission in &audit.permissions {
        let ability = &permission.ability;
        match permission.is_granted {
            Some(true) if permission.imports.is_empty() => add(
                What::UnusedGrant,
                true,
                format!("`{ability}` is granted, and the plugin imports nothing for it"),
                format!("remove it from {place}"),
            ),
            Some(true) if audit.is_tested && permission.calls == 0 => add(
                What::UntestedGrant,
                true,
                format!("`{ability}` is granted, and no test used it"),
                format!("test what needs it, or remove it from the code and from {place}"),
            ),
            Some(false) => add(
                What::NotGranted,
                true,
                format!("`{ability}` is not granted, and the plugin imports `{}`", permission.imports.join("`, `")),
                format!("add it to {place}, or remove what needs it"),
            ),
            _ => {}
        }
    }
    for import in &audit.unreached {
        let from: Vec<&str> = reached
            .iter()
            .filter(|(export, imports)| {
                audit.entries.iter().any(|entry| entry.name == **export)
                    && imports.iter().any(|(_, name)| name == import)
            })
            .map(|(export, _)| export.as_str())
            .collect();
        let from = if from.is_empty() { "no entry point".to_owned() } else { some(&from) };
        add(
            What::Unreached,
            true,
            format!("no test reached the import `{import}`; the code that calls it is behind {from}"),
            "test it, or remove the code that calls it".to_owned(),
        );
    }
    hosts(audit, &mut add);
    if !audit.is_tested {
        add(
            What::Untested,
            false,
            "no test run of this artifact, so nothing is known of what it uses".to_owned(),
            "run cargo plugsmith test first".to_owned(),
        );
    }
    findings
}

/// What is wrong with the hosts and folders of the grants.
fn hosts(audit: &Audit, add: &mut impl FnMut(What, bool, String, String)) {
    let Some(grants) = &audit.grants else { return };
    let network = |ability: &Ability| ability.resource == "network";
    let granted: Vec<&String> =
        grants.list.iter().filter(|grant| network(&grant.ability)).flat_map(|grant| &grant.hosts).collect();
    let seen = audit.hosts();
    let place = &grants.place;
    let is_used = |method: &String| audit.requests.iter().any(|request| request.split(' ').next() == Some(method));
    for grant in grants.list.iter().filter(|grant| !grant.methods.is_empty()) {
        // Without any request, the grant itself is what no test used.
        if !audit.requests.is_empty() && !grant.methods.iter().any(is_used) {
            let text = format!("{} requests are granted, and no test sent one", grant.methods.join(" and "));
            add(What::UnusedMethod, true, text, format!("test what needs it, or remove it from {place}"));
        }
    }
    for pattern in &granted {
        if pattern.as_str() == "*" {
            let fix = match seen.is_empty() {
                true => format!("name the hosts in {place}"),
                false => {
                    format!("name the hosts in {place}: {}", some(&seen.iter().map(String::as_str).collect::<Vec<_>>()))
                }
            };
            add(What::AnyHost, true, "every host is granted".to_owned(), fix);
        } else if audit.is_tested && !seen.iter().any(|host| matches(pattern, host)) {
            let text = format!("the host `{pattern}` is granted, and no test sent it a request");
            add(What::UnusedHost, true, text, format!("test what needs it, or remove it from {place}"));
        }
    }
    let is_restricted = !granted.is_empty();
    for host in seen.iter().filter(|host| is_restricted && !granted.iter().any(|pattern| matches(pattern, host))) {
        let text = format!("a test sent a request to `{host}`, which is not granted");
        add(What::HostNotGranted, true, text, format!("add it to the hosts in {place}"));
    }
    let paths: Vec<&str> = grants.list.iter().flat_map(|grant| &grant.paths).map(String::as_str).collect();
    if !paths.is_empty() {
        add(
            What::PathsNotSeen,
            false,
            format!(
                "folders are granted ({}), and tests do not record which are opened: files are WASI's",
                some(&paths)
            ),
            "look at the code".to_owned(),
        );
    }
}

/// Whether a host, perhaps with a port, is one of a pattern with `*`.
fn matches(pattern: &str, host: &str) -> bool {
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    let name = name.map_or(host, |(name, _)| name);
    let Ok(pattern) = glob::Pattern::new(pattern) else { return pattern == host || pattern == name };
    pattern.matches(host) || pattern.matches(name)
}

/// The first few names.
fn some(names: &[&str]) -> String {
    const SHOWN: usize = 4;
    let mut text = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(&format!(" and {} others", names.len() - SHOWN));
    }
    text
}
