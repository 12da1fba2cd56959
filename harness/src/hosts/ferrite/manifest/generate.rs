//! The manifest that follows from an artifact, its `Cargo.toml`, and a file that is kept.

use plugsmith::protocol::metadata;

use super::declared::Declared;
use super::format::{Command, DataType, Dependency, Hook, Manifest, Package, Permission, StorageBackend, Transformer};
use super::permission::{self, HTTP, Needed, needed};
use crate::artifact::inspect::Inspection;
use crate::error::{Error, Result};

/// The manifest of an artifact.
///
/// Commands, data types, hooks, transformers, storage backends and permissions are the artifact's; of an artifact
/// without records, as other languages make it, all but the permissions are those of the file that is `kept`.
/// `declared` adds the package, the hosts and paths of permissions, and dependencies; what it leaves
/// open is taken over from the file that is `kept`, and so is the `max_args` of a command that takes
/// `&[Value]`, which cannot say it. An HTTP import tells no methods: it becomes `http_get` and
/// `http_post`, unless `Cargo.toml`, or else the kept file, asks for one of them alone.
///
/// ```
/// use plugsmith_harness::Inspection;
/// use plugsmith_harness::hosts::ferrite::manifest::{Declared, Manifest, generate};
///
/// let wat = br#"(module (import "extism:host/user" "storage_delete" (func (param i64) (result i64))))"#;
/// let kept = Manifest::read("[package]\nname = \"cleaner\"\nversion = \"1.0.0\"\n")?;
/// let manifest = generate(&Inspection::read(&wat[..])?, &Declared::default(), Some(&kept))?;
/// assert_eq!((manifest.package.name.as_str(), manifest.permissions[0].action.as_str()), ("cleaner", "delete"));
/// # Ok::<(), plugsmith_harness::Error>(())
/// ```
///
/// # Errors
/// [`Error::BadManifest`]: nobody says the package's name; `Cargo.toml` gives a permission that the artifact does not
/// need; a data type names a command that there is none of.
pub fn generate(artifact: &Inspection, declared: &Declared, kept: Option<&Manifest>) -> Result<Manifest> {
    let package = package(declared, kept)?;
    if let Some(kept) = kept.filter(|_| is_silent(artifact)) {
        // Nothing in the artifact says more than the author has written down.
        return Ok(Manifest {
            package,
            permissions: permissions(needed(&artifact.permissions), declared, Some(kept))?,
            dependencies: dependencies(declared, Some(kept)),
            ..kept.clone()
        });
    }
    let commands: Vec<Command> = artifact.commands.iter().map(|info| command(&info.record, kept)).collect();
    for data_type in &artifact.data_types {
        check_commands(data_type, &commands)?;
    }
    Ok(Manifest {
        package,
        commands,
        data_types: artifact.data_types.iter().map(data_type).collect(),
        hooks: artifact
            .hooks
            .iter()
            .map(|hook| Hook { event: hook.event.clone(), priority: hook.priority, export: None })
            .collect(),
        transformers: artifact.transformers.iter().map(transformer).collect(),
        storage_backends: artifact.storage_backends.iter().map(storage_backend).collect(),
        permissions: permissions(needed(&artifact.permissions), declared, kept)?,
        dependencies: dependencies(declared, kept),
    })
}

/// Whether an artifact says nothing of itself, as all do that are not made with Plugsmith's macros.
pub(super) fn is_silent(artifact: &Inspection) -> bool {
    artifact.stood_in
        || (artifact.commands.is_empty()
            && artifact.functions.is_empty()
            && artifact.hooks.is_empty()
            && artifact.data_types.is_empty()
            && artifact.transformers.is_empty()
            && artifact.storage_backends.is_empty()
            && artifact.routes.is_empty())
}

fn package(declared: &Declared, kept: Option<&Manifest>) -> Result<Package> {
    let kept = kept.map(|kept| kept.package.clone());
    match (declared.package.clone(), kept) {
        (None, None) => Err(bad(
            "the artifact",
            "it does not say its package's name and version: name the crate's folder, or put a plugin.toml beside it"
                .to_owned(),
        )),
        (None, Some(kept)) => Ok(kept),
        (Some(package), None) => Ok(package),
        (Some(mut package), Some(kept)) => {
            package.description = package.description.or(kept.description);
            package.author = package.author.or(kept.author);
            package.license = package.license.or(kept.license);
            package.homepage = package.homepage.or(kept.homepage);
            package.ferrite.min_version = package.ferrite.min_version.or(kept.ferrite.min_version);
            Ok(package)
        }
    }
}

fn command(record: &metadata::Command, kept: Option<&Manifest>) -> Command {
    let (min, max) = argument_counts(record);
    let kept = kept.and_then(|kept| kept.commands.iter().find(|command| command.name == record.name));
    let added = kept.and_then(|kept| kept.max_args).filter(|max| *max >= min && record.arity < 0 && is_raw(record));
    Command {
        name: record.name.clone(),
        export: None,
        description: record.description.clone(),
        min_args: Some(min),
        max_args: max.or(added),
        flags: record.flags.clone(),
        acl_categories: record.acl_categories.clone(),
        first_key: record.first_key,
        last_key: record.last_key,
        step: record.step,
        complexity: record.complexity.clone(),
        since: record.since.clone(),
        tips: record.tips.clone(),
    }
}

/// The fewest and the most arguments; the arity counts the name, these do not.
fn argument_counts(record: &metadata::Command) -> (u32, Option<u32>) {
    let least = record.arity.unsigned_abs().saturating_sub(1);
    if record.arity >= 0 {
        return (least, Some(least));
    }
    let optional = record.parameters.iter().filter(|parameter| parameter.kind == "optional").count();
    let is_open = optional == 0 || record.parameters.iter().any(|parameter| parameter.kind == "rest");
    let most = u32::try_from(optional).ok().filter(|_| !is_open).map(|optional| least.saturating_add(optional));
    (least, most)
}

/// Whether its function takes the arguments as they are, `&[Value]`: then only the arity tells of them.
fn is_raw(record: &metadata::Command) -> bool {
    let mut arguments = record.parameters.iter().filter(|parameter| parameter.kind != "context");
    arguments.all(|parameter| parameter.kind == "rest" && parameter.ty == "value")
}

fn data_type(record: &metadata::DataType) -> DataType {
    DataType {
        name: record.name.clone(),
        description: record.description.clone(),
        encoding: Some(record.encoding.clone()),
        version: Some(record.version),
        commands: record.commands.clone(),
    }
}

/// A data type names its commands as text, which no compiler has seen.
fn check_commands(data_type: &metadata::DataType, commands: &[Command]) -> Result<()> {
    match data_type.commands.iter().find(|name| !commands.iter().any(|command| command.name == **name)) {
        None => Ok(()),
        Some(name) => Err(bad(
            "the artifact",
            format!(
                "the data type {} names the command `{name}`, there is {}: correct `commands` in its #[data_type]",
                data_type.name,
                permission::list(commands.iter().map(|command| command.name.as_str())),
            ),
        )),
    }
}

fn transformer(record: &metadata::Transformer) -> Transformer {
    Transformer {
        on: record.on.clone(),
        pattern: record.pattern.clone(),
        priority: record.priority,
        export: None,
        description: record.description.clone(),
    }
}

fn storage_backend(record: &metadata::StorageBackend) -> StorageBackend {
    StorageBackend { prefix: record.prefix.clone(), export: None, description: record.description.clone() }
}

/// The permissions that the imports need; others add hosts and paths to them, and nothing else.
fn permissions(needed: Vec<Needed>, declared: &Declared, kept: Option<&Manifest>) -> Result<Vec<Permission>> {
    for permission in &declared.permissions {
        if !needed.iter().any(|needed| needed.is(permission)) {
            return Err(bad(
                "Cargo.toml",
                format!(
                    "[package.metadata.ferrite] asks for the permission {}, for which the artifact imports nothing: \
                     take it out",
                    permission::name(permission)
                ),
            ));
        }
    }
    let kept = kept.map_or(&[][..], |kept| &kept.permissions);
    let methods = http_methods(&declared.permissions).or_else(|| http_methods(kept));
    let asked = |needed: &Needed| {
        !needed.is_http() || methods.as_ref().is_none_or(|methods| methods.contains(&needed.action.as_str()))
    };
    Ok(needed
        .into_iter()
        .filter(asked)
        .map(|needed| {
            let mut permission = Permission {
                resource: needed.resource.clone(),
                action: needed.action.clone(),
                ..Permission::default()
            };
            for source in declared.permissions.iter().chain(kept).filter(|source| needed.is(source)) {
                add(&mut permission.hosts, &source.hosts);
                add(&mut permission.paths, &source.paths);
            }
            permission
        })
        .collect())
}

/// The methods that somebody asks for, if anybody does.
fn http_methods(permissions: &[Permission]) -> Option<Vec<&'static str>> {
    let is_asked = |method: &&str| {
        permissions.iter().any(|permission| permission.resource == "network" && permission.action == *method)
    };
    Some(HTTP.iter().copied().filter(is_asked).collect()).filter(|methods: &Vec<_>| !methods.is_empty())
}

fn add(all: &mut Vec<String>, more: &[String]) {
    for one in more {
        if !all.contains(one) {
            all.push(one.clone());
        }
    }
}

fn dependencies(declared: &Declared, kept: Option<&Manifest>) -> Vec<Dependency> {
    let mut all = declared.dependencies.clone();
    for dependency in kept.map_or(&[][..], |kept| &kept.dependencies) {
        if !all.iter().any(|known| known.name == dependency.name) {
            all.push(dependency.clone());
        }
    }
    all
}

fn bad(place: &str, reason: String) -> Error {
    Error::BadManifest { place: place.to_owned(), reason }
}
