//! What a plugin must be to be loaded, and how it is.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use plugsmith::Value;
use plugsmith::storage::StorageImportsHost;
use semver::{Version, VersionReq};

use super::commands::{Spec, plain_keys};
use super::config::FUEL_PER_MS;
use super::guest::{Guest, Parts, PluginCommand, Quota};
use super::introspection::words;
use super::storage::Storage;
use super::{Server, VERSION, network, signature};
use crate::artifact::inspect::Inspection;
use crate::artifact::order::{hooks, transformers};
use crate::artifact::stand_in;
use crate::engine::host::Host;
use crate::engine::plugin::Plugin;
use crate::hosts::ferrite::manifest::{Command, Declared, Manifest, Package, generate, needed};
use crate::hosts::ferrite::names::{Clash, clash};
use crate::hosts::ferrite::store::Fault;

/// What is to be loaded.
pub(super) struct Candidate {
    pub(super) name: String,
    pub(super) wasm: Vec<u8>,
    pub(super) manifest: Option<Manifest>,
    pub(super) config: BTreeMap<String, String>,
}

impl Server {
    /// A plugin that may run here, in the place of the one with this name if there is one.
    pub(super) fn install(&self, candidate: Candidate, quota: Option<Quota>) -> Result<Guest, Fault> {
        let Candidate { name, wasm, manifest, config } = candidate;
        let others = || self.guests.iter().filter(|guest| guest.name != name);
        if !self.config.enabled {
            return Err(refused("plugins are turned off: set `enabled = true` in [plugins]"));
        }
        if others().count() >= self.config.max_plugins {
            return Err(refused(&format!(
                "there are {} plugins already, which is max_plugins",
                self.config.max_plugins
            )));
        }
        if self.config.sandbox.verify_signatures {
            signature::verify(&wasm, &self.config.sandbox.trusted_keys).map_err(|reason| {
                refused(&format!("plugin '{name}' is refused, because verify_signatures is on: {reason}"))
            })?;
        }
        let fails = |error: crate::Error| refused(&format!("plugin '{name}' does not load: {error}"));
        let inspection = Inspection::read(wasm.clone()).map_err(fails)?;
        let manifest = match manifest {
            Some(manifest) => manifest,
            None => generate(&inspection, &Declared { package: Some(unnamed(&name)), ..Declared::default() }, None)
                .map_err(fails)?,
        };
        self.check_version(&name, &manifest)?;
        self.check_dependencies(&name, &manifest)?;
        for needed in needed(&inspection.permissions) {
            // Which method a request has is known at the call.
            let serves = |action: &str| action == needed.action || (needed.is_http() && action.starts_with("http_"));
            let mut granted = manifest.permissions.iter().filter(|granted| granted.resource == needed.resource);
            if !granted.any(|granted| serves(&granted.action)) {
                return Err(refused(&format!(
                    "plugin '{name}' imports {}, and its manifest does not grant {} {}: add [[permissions]] with \
                     resource = \"{}\" and action = \"{}\"",
                    needed.imports.iter().map(|import| format!("`{import}`")).collect::<Vec<_>>().join(", "),
                    needed.resource,
                    needed.action,
                    needed.resource,
                    needed.action
                )));
            }
        }
        let quota = quota.unwrap_or(Quota {
            memory_mb: self.config.sandbox.max_memory_mb,
            cpu_ms: self.config.sandbox.max_cpu_ms,
            timeout_ms: self.config.timeout_ms,
        });
        let mut host = host(quota)
            .functions(StorageImportsHost::serve(Storage::new(Rc::clone(&self.core), manifest.permissions.clone())));
        host = network::connect(host, &manifest.permissions, Duration::from_millis(quota.timeout_ms));
        for (key, value) in &config {
            host = host.config(key, value);
        }
        // What other languages make says nothing of itself.
        let with_records = stand_in::adopt_text(wasm.clone(), &manifest.to_string()).map_err(fails)?;
        let plugin = Plugin::load_in(with_records, host).map_err(fails)?;
        let commands = self.commands(&name, &manifest, &plugin)?;
        let module = plugin.module();
        let events: Vec<&str> = manifest.hooks.iter().map(|hook| hook.event.as_str()).collect();
        let mut hooks = hooks(module);
        hooks.retain(|hook| events.contains(&hook.event.as_str()));
        let transformers = transformers(module);
        let backends = module.storage_backends();
        for backend in &backends {
            if let Some(other) =
                others().find(|guest| guest.backends.iter().any(|known| known.prefix == backend.prefix))
            {
                let prefix = &backend.prefix;
                return Err(refused(&format!(
                    "plugin '{name}' serves `{prefix}`, and so does plugin '{}'",
                    other.name
                )));
            }
        }
        let parts = Parts { name, manifest, wasm, config, quota, commands, hooks, transformers, backends };
        let guest = Guest::new(parts, plugin, Rc::clone(&self.core.traced));
        guest.watch(self.watch.clone());
        Ok(guest)
    }

    fn check_version(&self, name: &str, manifest: &Manifest) -> Result<(), Fault> {
        let Some(least) = &manifest.package.ferrite.min_version else { return Ok(()) };
        let needs = Version::parse(least)
            .map_err(|error| refused(&format!("plugin '{name}' has min_version \"{least}\": {error}")))?;
        let this = Version::parse(VERSION).map_err(|error| refused(&error.to_string()))?;
        if this < needs {
            return Err(refused(&format!("plugin '{name}' needs Ferrite {least} or later, and this is {VERSION}")));
        }
        Ok(())
    }

    fn check_dependencies(&self, name: &str, manifest: &Manifest) -> Result<(), Fault> {
        for dependency in &manifest.dependencies {
            let other = &dependency.name;
            if other == name {
                return Err(refused(&format!("plugin '{name}' depends on itself")));
            }
            let found = self.guests.iter().find(|guest| guest.name == *other || guest.manifest.package.name == *other);
            let Some(found) = found else {
                if dependency.optional {
                    continue;
                }
                return Err(refused(&format!(
                    "plugin '{name}' needs plugin '{other}', which is not loaded: load it first"
                )));
            };
            let version = &found.manifest.package.version;
            let fits = VersionReq::parse(&dependency.version)
                .is_ok_and(|wanted| Version::parse(version).is_ok_and(|version| wanted.matches(&version)));
            if !fits {
                let wanted = &dependency.version;
                return Err(refused(&format!("plugin '{name}' needs '{other}' {wanted}, and {version} is loaded")));
            }
        }
        Ok(())
    }

    fn commands(&self, name: &str, manifest: &Manifest, plugin: &Plugin) -> Result<Vec<PluginCommand>, Fault> {
        let mut commands = Vec::new();
        for command in &manifest.commands {
            if clash(&command.name) == Some(Clash::Host) {
                return Err(refused(&format!(
                    "plugin '{name}' has a command {}, which is the server's own",
                    command.name
                )));
            }
            if let Some((other, _)) = self.plugin_commands.get(&command.name.to_lowercase())
                && other.name != name
            {
                let other = &other.name;
                return Err(refused(&format!(
                    "plugin '{name}' has a command {}, and so does plugin '{other}'",
                    command.name
                )));
            }
            plugin.module().entry(&command.name).map_err(|_| {
                refused(&format!(
                    "the manifest of plugin '{name}' names the command {}, which the artifact does not export",
                    command.name
                ))
            })?;
            commands.push(PluginCommand { spec: spec(command), max_args: command.max_args.map(|most| most as usize) });
        }
        Ok(commands)
    }
}

fn refused(reason: &str) -> Fault {
    Fault::new(format!("ERR {reason}"))
}

fn unnamed(name: &str) -> Package {
    Package { name: name.to_owned(), version: "0.0.0".to_owned(), ..Package::default() }
}

fn host(quota: Quota) -> Host {
    let pages = u32::try_from(quota.memory_mb.saturating_mul(16)).unwrap_or(u32::MAX).clamp(1, 65536);
    Host::new()
        .memory_pages(pages)
        .fuel(quota.cpu_ms.saturating_mul(FUEL_PER_MS))
        .timeout(Duration::from_millis(quota.timeout_ms))
        .random_seed(entropy())
}

/// A seed that nobody can guess: the standard library's hasher takes its keys from the system.
fn entropy() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::collections::hash_map::RandomState::new().build_hasher().finish()
}

/// A plugin's command as Redis describes commands.
fn spec(command: &Command) -> Spec {
    let least = i64::from(command.min_args.unwrap_or(0));
    let arity = if command.max_args.map(i64::from) == Some(least) { least + 1 } else { -(least + 1) };
    let has = |flag: &str| command.flags.iter().any(|known| known == flag);
    let (reads, writes) = (has("read") || has("readonly"), has("write"));
    let mut flags: Vec<String> = Vec::new();
    flags.extend(writes.then(|| "write".to_owned()));
    flags.extend((reads && !writes).then(|| "readonly".to_owned()));
    flags.extend(
        ["denyoom", "admin", "loading", "stale", "fast"].into_iter().filter(|flag| has(flag)).map(str::to_owned),
    );
    flags.push("module".to_owned());
    let mut categories: Vec<String> =
        command.acl_categories.iter().map(|name| name.trim_start_matches('@').to_lowercase()).collect();
    // What a command is follows from its flags: a manifest cannot leave it out.
    let implied = [
        ("write", writes),
        ("read", reads),
        ("admin", has("admin")),
        ("dangerous", has("admin")),
        ("fast", has("fast")),
        ("slow", !has("fast")),
    ];
    for (category, applies) in implied {
        if applies && !categories.iter().any(|known| known == category) {
            categories.push(category.to_owned());
        }
    }
    let first = i64::from(command.first_key.unwrap_or(0));
    let last = i64::from(command.last_key.unwrap_or(command.first_key.unwrap_or(0)));
    let step = i64::from(command.step.unwrap_or(i32::from(first > 0)));
    let keys = plain_keys(first, last, step, reads || !writes, writes).into_iter().collect();
    let text = |text: &str| Value::String(text.to_owned());
    let info = Value::Array(vec![
        Value::String(command.name.to_lowercase()),
        Value::Integer(arity),
        words(&flags, ""),
        Value::Integer(first),
        Value::Integer(last),
        Value::Integer(step),
        words(&categories, "@"),
        Value::Set(command.tips.iter().map(|tip| text(tip)).collect()),
        Value::Set(Vec::new()),
        Value::Array(Vec::new()),
    ]);
    let mut docs = vec![(text("summary"), text(&command.description))];
    docs.extend(command.since.as_ref().map(|since| (text("since"), text(since))));
    docs.push((text("group"), text("module")));
    docs.extend(command.complexity.as_ref().map(|complexity| (text("complexity"), text(complexity))));
    let name = command.name.clone();
    Spec {
        name,
        arity,
        flags,
        categories,
        keys,
        subcommands: BTreeMap::new(),
        has_other_keys: false,
        info,
        docs: Value::Map(docs),
    }
}
