//! `.query/plugins.toml`: which plugins a project has installed, and from where.

use std::path::Path;

use serde::{Deserialize, Serialize};
use toml_edit::{DocumentMut, Item, Table};

use crate::artifact::file;
use crate::error::{Error, Result};

/// The installed plugins, as `query plugin install` writes them down.
///
/// ```
/// use plugsmith_harness::hosts::query::{Entry, Plugins};
///
/// let mut plugins = Plugins::parse("")?;
/// plugins.put(Entry { name: "query-plugin-argon2.wasm".into(), tag: "v0.1.0".into(), ..Entry::default() });
/// assert!(plugins.to_toml().starts_with("[[plugin]]\nname = \"query-plugin-argon2.wasm\"\ntag = \"v0.1.0\"\n"));
/// # Ok::<(), plugsmith_harness::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plugins {
    /// The plugins in the order of the file.
    #[serde(default, rename = "plugin")]
    pub entries: Vec<Entry>,
}

/// One installed plugin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The file's name, by which JavaScript calls it.
    pub name: String,
    /// The release's tag.
    #[serde(default)]
    pub tag: String,
    /// Where the file was downloaded from.
    #[serde(default)]
    pub url: String,
    /// The SHA-256 of the file, in hexadecimal digits; empty where the release has none.
    #[serde(default)]
    pub sha256: String,
    /// The repository on GitHub.
    #[serde(default)]
    pub repo_url: String,
    /// When it was released, as GitHub says it.
    #[serde(default)]
    pub published_at: String,
}

impl Plugins {
    /// The plugins in a file; none where there is no file, as Query takes it.
    ///
    /// # Errors
    /// [`Error::File`] for a file that cannot be read, and as [`Plugins::parse`].
    pub fn read(path: impl AsRef<Path>) -> Result<Plugins> {
        let path = path.as_ref();
        match file::read_to_string(path) {
            Ok(text) => Plugins::parse(&text).map_err(|error| match error {
                Error::BadManifest { reason, .. } => Error::BadManifest { place: path.display().to_string(), reason },
                other => other,
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Plugins::default()),
            Err(error) => Err(Error::File { path: path.to_owned(), reason: error.to_string() }),
        }
    }

    /// The plugins in a text.
    ///
    /// # Errors
    /// [`Error::BadManifest`] if the file is not TOML, and for entries without a name.
    pub fn parse(text: &str) -> Result<Plugins> {
        toml::from_str(text).map_err(|error| Error::BadManifest {
            place: "plugins.toml".to_owned(),
            reason: error.to_string().trim_end().to_owned(),
        })
    }

    /// The file's text.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("texts have a TOML form")
    }

    /// Writes the file, and the folder that it is in. Its comments stay, and so do keys of no meaning here,
    /// as with `query plugin install`.
    ///
    /// # Errors
    /// [`Error::File`], and as [`Plugins::read`] for the file that is replaced.
    pub fn write(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let fail = |error: std::io::Error| Error::File { path: path.to_owned(), reason: error.to_string() };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(fail)?;
        }
        let text = match file::read_to_string(path) {
            Ok(text) => {
                Plugins::read(path)?;
                self.merged(&text).unwrap_or_else(|| self.to_toml())
            }
            Err(_) => self.to_toml(),
        };
        std::fs::write(path, text).map_err(fail)
    }

    /// A file's text with these plugins in the place of its own.
    fn merged(&self, text: &str) -> Option<String> {
        let mut file = text.parse::<DocumentMut>().ok()?;
        let mut fresh = self.to_toml().parse::<DocumentMut>().ok()?;
        if self.entries.is_empty() {
            file.remove("plugin");
            return Some(file.to_string());
        }
        let fresh = fresh.get_mut("plugin")?.as_array_of_tables_mut()?;
        let Some(known) = file.get_mut("plugin").and_then(Item::as_array_of_tables_mut) else {
            file.insert("plugin", Item::ArrayOfTables(std::mem::take(fresh)));
            return Some(file.to_string());
        };
        let name = |table: &Table| table.get("name").and_then(Item::as_str).map(str::to_owned);
        known.retain(|table| self.entries.iter().any(|entry| Some(&entry.name) == name(table).as_ref()));
        for entry in fresh.iter_mut() {
            let Some(same) = known.iter_mut().find(|table| name(table) == name(entry)) else {
                let mut entry = entry.clone();
                entry.set_position(None);
                known.push(entry);
                continue;
            };
            for (key, value) in entry.iter() {
                if same.get(key).and_then(Item::as_str) != value.as_str() {
                    same[key] = value.clone();
                }
            }
        }
        Some(file.to_string())
    }

    /// Adds an entry, in place of the one of the same name.
    pub fn put(&mut self, entry: Entry) {
        match self.entries.iter_mut().find(|known| known.name == entry.name) {
            Some(known) => *known = entry,
            None => self.entries.push(entry),
        }
    }
}

/// The name of a package's file, as `query plugin install` wants it: `query-plugin-*.wasm`.
pub fn file_name(package: &str) -> String {
    let package = package.replace('_', "-");
    let topic = package.strip_prefix("query-plugin-").or_else(|| package.strip_prefix("query-")).unwrap_or(&package);
    format!("query-plugin-{topic}.wasm")
}
