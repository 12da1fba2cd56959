//! The plugins that a plugin needs, by versions as Cargo writes them.

use semver::VersionReq;

use super::format::Dependency;

/// Whether the version of a dependency is a requirement such as `1.0`, `^1.2.3`, `>=1, <3` or `*`.
pub(super) fn verify(dependency: &Dependency) -> Result<(), String> {
    let Dependency { name, version, .. } = dependency;
    VersionReq::parse(version).map(drop).map_err(|error| {
        format!("dependencies[{name}].version is \"{version}\", {error}: write it like `1.0`, or `>=1.2, <3`")
    })
}
