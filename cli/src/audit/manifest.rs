//! The manifests of all hosts, as far as permissions are concerned.

use std::path::{Path, PathBuf};

use plugsmith_harness::hosts::extism;
use plugsmith_harness::hosts::ferrite::manifest::{Manifest as PluginToml, Permission};
use plugsmith_harness::hosts::orbis::Manifest as OrbisManifest;
use plugsmith_harness::powers::audit::{Audit, Grant, Grants};
use plugsmith_harness::{Source, file};
use serde::Serialize;

use crate::artifact::Named;
use crate::error::Error;

/// Whose manifest it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Ferrite,
    Orbis,
    Extism,
}

impl Form {
    pub(super) fn file(self) -> &'static str {
        match self {
            Form::Ferrite => "plugin.toml of Ferrite",
            Form::Orbis => "manifest.json of Orbis",
            Form::Extism => "manifest.json of Extism",
        }
    }

    /// The resources that such a manifest speaks of.
    fn resources(self) -> &'static [&'static str] {
        match self {
            Form::Ferrite => &["storage", "network", "filesystem", "system", "kv", "host"],
            Form::Orbis => &["database", "network", "events", "filesystem"],
            Form::Extism => &["network", "filesystem"],
        }
    }

    /// The part of the smallest manifest that grants what is needed.
    pub(super) fn smallest(self, audit: &Audit) -> String {
        let mut needed = audit.needed();
        needed.retain(|grant| self.resources().contains(&grant.ability.resource.as_str()));
        match self {
            Form::Ferrite => plugin_toml(audit, &needed),
            Form::Orbis => {
                let names: Vec<serde_json::Value> = needed.iter().map(orbis_name).collect();
                format!("\"permissions\": {}", serde_json::Value::Array(names))
            }
            Form::Extism => {
                let hosts = serde_json::Value::from(audit.hosts().into_iter().map(without_port).collect::<Vec<_>>());
                let paths = needed.iter().any(|grant| grant.ability.resource == "filesystem");
                let paths = if paths { ",\n\"allowed_paths\": { \"FOLDER\": \"/FOLDER\" }" } else { "" };
                format!("\"allowed_hosts\": {hosts}{paths}")
            }
        }
    }
}

/// The host alone: Extism does not look at ports.
fn without_port(host: String) -> String {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name.to_owned(),
        _ => host,
    }
}

fn plugin_toml(audit: &Audit, needed: &[Grant]) -> String {
    #[derive(Serialize)]
    struct Permissions {
        permissions: Vec<Permission>,
    }
    let methods = audit.methods();
    let mut permissions = Vec::new();
    for grant in needed {
        let (resource, action) = (grant.ability.resource.as_str(), grant.ability.action.as_str());
        let reads = methods.iter().any(|method| matches!(method.as_str(), "GET" | "HEAD"));
        let writes = methods.iter().any(|method| !matches!(method.as_str(), "GET" | "HEAD"));
        let actions = match (resource, action) {
            ("network", "http") if methods.is_empty() => vec!["http_get", "http_post"],
            ("network", "http") => {
                reads.then_some("http_get").into_iter().chain(writes.then_some("http_post")).collect()
            }
            ("network", "tcp") => vec!["tcp_connect"],
            (_, action) => vec![action],
        };
        permissions.extend(actions.into_iter().map(|action| Permission {
            resource: resource.to_owned(),
            action: action.to_owned(),
            hosts: grant.hosts.clone(),
            paths: grant.paths.clone(),
        }));
    }
    if permissions.is_empty() {
        return "# no [[permissions]]".to_owned();
    }
    toml::to_string(&Permissions { permissions }).expect("permissions have a TOML form").trim_end().to_owned()
}

/// The name in a manifest of Orbis.
fn orbis_name(grant: &Grant) -> serde_json::Value {
    match (grant.ability.resource.as_str(), grant.ability.action.as_str()) {
        ("network", _) => "network".into(),
        ("filesystem", action) => format!("file_{action}").into(),
        ("database", action) => format!("database_{action}").into(),
        (resource, action) => serde_json::json!({ "custom": format!("{resource}:{action}") }),
    }
}

/// What the manifest of a plugin grants: in this file, embedded, or beside it; `None` where there is none.
pub(super) fn find(named: Option<&Path>, plugin: &Named, artifact: &Path) -> Result<Option<(Form, Grants)>, Error> {
    if let Some(file) = named {
        return read(file).map(Some);
    }
    let wasm = Source::Path(artifact.to_owned()).read()?;
    if let Some(embedded) = OrbisManifest::embedded(&wasm)? {
        return Ok(Some((Form::Orbis, orbis(&embedded, "the manifest in the artifact"))));
    }
    let beside = |name: &str| -> PathBuf {
        match plugin {
            Named::Crate(folder) => folder.join(name),
            Named::Artifact(file) => file.with_file_name(name),
        }
    };
    let found = ["plugin.toml", "manifest.json"].map(beside).into_iter().find(|file| file.is_file());
    found.map(|file| read(&file)).transpose()
}

/// Reads a manifest of any host: which it is, its keys tell.
fn read(file: &Path) -> Result<(Form, Grants), Error> {
    let text = file::read_to_string(file).map_err(|reason| Error::File { path: file.to_owned(), reason })?;
    let place = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned();
    let is_json = text.trim_start().starts_with('{');
    let has = |key: &str| match is_json {
        true => serde_json::from_str::<serde_json::Value>(&text).is_ok_and(|json| json.get(key).is_some()),
        false => toml::from_str::<toml::Table>(&text).is_ok_and(|table| table.contains_key(key)),
    };
    if !is_json && has("package") {
        return Ok((Form::Ferrite, ferrite(&PluginToml::read(&text)?, &place)));
    }
    if is_json && !has("wasm") && has("name") {
        return Ok((Form::Orbis, orbis(&OrbisManifest::read(file)?, &place)));
    }
    let manifest = extism::read(file)?;
    let hosts: Vec<String> = manifest.allowed_hosts.into_iter().flatten().collect();
    let paths: Vec<String> = manifest.allowed_paths.into_iter().flatten().map(|(folder, _)| folder).collect();
    let mut list = Vec::new();
    if !hosts.is_empty() {
        list.push(Grant::new("network", "http").hosts(hosts));
    }
    if !paths.is_empty() {
        list.push(Grant::new("filesystem", "read").paths(paths.clone()));
        // Extism marks the folders that may only be read.
        if paths.iter().any(|folder| !folder.starts_with("ro:")) {
            list.push(Grant::new("filesystem", "write"));
        }
    }
    Ok((Form::Extism, Grants::new(&place, Form::Extism.resources(), list)))
}

fn ferrite(manifest: &PluginToml, place: &str) -> Grants {
    let grants = manifest.permissions.iter().map(|permission| {
        let grant = match (permission.resource.as_str(), permission.action.as_str()) {
            ("network", "http_get") => Grant::new("network", "http").methods(&["GET", "HEAD"]),
            ("network", "http_post") => Grant::new("network", "http").methods(&["POST", "PUT", "PATCH", "DELETE"]),
            ("network", "tcp_connect") => Grant::new("network", "tcp"),
            (resource, action) => Grant::new(resource, action),
        };
        grant.hosts(permission.hosts.clone()).paths(permission.paths.clone())
    });
    Grants::new(place, Form::Ferrite.resources(), grants.collect())
}

fn orbis(manifest: &OrbisManifest, place: &str) -> Grants {
    let json: serde_json::Value = serde_json::from_str(&manifest.text()).unwrap_or_default();
    let names = json.get("permissions").and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
    let grants = names.iter().filter_map(|name| {
        let custom = name.get("custom").and_then(serde_json::Value::as_str);
        Some(match (name.as_str(), custom) {
            (Some("network"), _) => Grant::new("network", "http"),
            (Some("database_read"), _) => Grant::new("database", "read"),
            (Some("database_write"), _) => Grant::new("database", "write"),
            (Some("file_read"), _) => Grant::new("filesystem", "read"),
            (Some("file_write"), _) => Grant::new("filesystem", "write"),
            (Some(name), _) => Grant::new(name, "all"),
            (None, Some(custom)) => {
                let (resource, action) = custom.split_once(':').unwrap_or((custom, "all"));
                Grant::new(resource, action)
            }
            (None, None) => return None,
        })
    });
    Grants::new(place, Form::Orbis.resources(), grants.collect())
}
