//! What a `Cargo.toml` declares about a plugin: its package, and `[package.metadata.ferrite]`.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value as Json;

use super::format::{Dependency, Package, Permission, Server};
use super::{dependency, permission};
use crate::artifact::build;
use crate::error::{Error, Result};

/// What a `Cargo.toml` declares about a plugin, or nothing for an artifact without one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// `[package]`, and `min_version` of `[package.metadata.ferrite]`.
    pub package: Option<Package>,
    /// Hosts and paths for the permissions that the artifact needs.
    pub permissions: Vec<Permission>,
    /// The plugins that it needs.
    pub dependencies: Vec<Dependency>,
}

/// `[package.metadata.ferrite]`.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Metadata {
    min_version: Option<String>,
    permissions: Vec<Permission>,
    dependencies: Vec<Dependency>,
}

impl Declared {
    /// Asks cargo about the crate in `folder`.
    ///
    /// # Errors
    /// cargo cannot read the crate; [`Error::BadManifest`] for mistakes in `[package.metadata.ferrite]`.
    pub fn read(folder: &Path) -> Result<Declared> {
        let package = build::describe(folder)?;
        let bad = |reason: String| Error::BadManifest {
            place: "Cargo.toml".to_owned(),
            reason: format!("[package.metadata.ferrite]: {reason}"),
        };
        let metadata = match &package.metadata["ferrite"] {
            Json::Null => Metadata::default(),
            json => serde_json::from_value(json.clone()).map_err(|error| bad(error.to_string()))?,
        };
        for permission in &metadata.permissions {
            permission::verify(permission).map_err(|wrong| bad(wrong.reason))?;
        }
        for dependency in &metadata.dependencies {
            dependency::verify(dependency).map_err(bad)?;
        }
        let authors = package.authors.join(", ");
        Ok(Declared {
            package: Some(Package {
                name: package.name.to_string(),
                version: package.version.to_string(),
                description: package.description,
                author: Some(authors).filter(|authors| !authors.is_empty()),
                license: package.license,
                homepage: package.homepage,
                ferrite: Server { min_version: metadata.min_version },
            }),
            permissions: metadata.permissions,
            dependencies: metadata.dependencies,
        })
    }
}
