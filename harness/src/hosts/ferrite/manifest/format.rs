//! The file as Rust types, table by table.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A `plugin.toml`.
///
/// ```
/// use plugsmith_harness::hosts::ferrite::manifest::Manifest;
///
/// let text = "[package]\nname = \"redis-json\"\nversion = \"1.0.0\"\n\n[[hooks]]\nevent = \"OnKeyWrite\"\npriority = 0\n";
/// let manifest = Manifest::read(text)?;
/// assert_eq!(manifest.hooks[0].event, "OnKeyWrite");
/// assert_eq!(manifest.to_string(), text);
/// # Ok::<(), plugsmith_harness::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Who it is.
    pub package: Package,
    /// Its commands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<Command>,
    /// Its data types.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub data_types: Vec<DataType>,
    /// Its hooks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hooks: Vec<Hook>,
    /// Its transformers; the page names them and gives no form, so this one is ours.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transformers: Vec<Transformer>,
    /// Its storage backends; the page names them and gives no form, so this one is ours.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub storage_backends: Vec<StorageBackend>,
    /// What it may do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<Permission>,
    /// The plugins that it needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<Dependency>,
}

/// `[package]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it is, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Who wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// An SPDX expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// A URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub homepage: Option<String>,
    /// What it asks of the server.
    #[serde(default, skip_serializing_if = "Server::is_empty")]
    pub ferrite: Server,
}

/// `[package.ferrite]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// The earliest Ferrite that it runs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_version: Option<String>,
}

/// `[[commands]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// Its name.
    pub name: String,
    /// The export that answers; none is the name itself. It is for artifacts without records, and
    /// for languages that cannot export a name with a dot in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export: Option<String>,
    /// What it does, in a sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The fewest arguments, the name not counted; none is 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_args: Option<u32>,
    /// The most arguments, the name not counted; none is any number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_args: Option<u32>,
    /// `read`, `write` ..
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
    /// ACL categories.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acl_categories: Vec<String>,
    /// The first argument that is a key, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_key: Option<i32>,
    /// The last argument that is a key; negative from the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_key: Option<i32>,
    /// The distance from key to key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<i32>,
    /// Such as `O(1)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complexity: Option<String>,
    /// The version that brought it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Advice for its callers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tips: Vec<String>,
}

/// `[[data_types]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataType {
    /// Its name in storage.
    pub name: String,
    /// What it is, in a sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The name of its encoding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// The version that is written; none is 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// The commands that work on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<String>,
}

/// `[[hooks]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hook {
    /// The event that it waits for.
    pub event: String,
    /// Hooks of one event run by priority, lowest first.
    #[serde(default)]
    pub priority: i32,
    /// The export that answers, in an artifact without records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export: Option<String>,
}

/// `[[transformers]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transformer {
    /// `write` or `read`.
    pub on: String,
    /// The keys whose values pass it, as a glob.
    pub pattern: String,
    /// Writers run by priority, lowest first; readers the other way round.
    #[serde(default)]
    pub priority: i32,
    /// The export that answers, in an artifact without records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export: Option<String>,
    /// What it does, in a sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

/// `[[storage_backends]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StorageBackend {
    /// What the keys that it serves start with.
    pub prefix: String,
    /// The export that answers, in an artifact without records.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub export: Option<String>,
    /// What it is, in a sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

/// `[[permissions]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permission {
    /// `storage`, `network`, `filesystem` or `system`.
    pub resource: String,
    /// What it may do with it, such as `read`.
    pub action: String,
    /// The hosts that it may reach, for `network`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// The folders that it may open, for `filesystem`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
}

/// `[[dependencies]]`: another plugin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dependency {
    /// Its name.
    pub name: String,
    /// The version that is needed.
    pub version: String,
    /// Whether the plugin works without it.
    #[serde(default)]
    pub optional: bool,
}

impl Server {
    fn is_empty(&self) -> bool {
        *self == Server::default()
    }
}

/// The file's text.
impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&toml::to_string(self).map_err(|_| fmt::Error)?)
    }
}
