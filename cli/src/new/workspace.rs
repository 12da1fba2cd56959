//! The workspace that a new plugin comes to lie in: it becomes a member, as with `cargo new`.

use std::path::{Path, PathBuf};
use std::process::Command;

use plugsmith_harness::file;
use toml_edit::{Array, DocumentMut, Item, Table, value};

use crate::error::Error;

/// A workspace, and the place of the plugin in it.
pub(super) struct Workspace {
    /// Its Cargo.toml.
    manifest: PathBuf,
    document: DocumentMut,
    /// The plugin's folder from its root, with `/`.
    member: String,
    /// The names of its packages, and their folders.
    packages: Vec<(String, String)>,
}

impl Workspace {
    /// The workspace that cargo finds for this folder, which is not there yet; none where the folder is
    /// excluded from it, or where there is none.
    ///
    /// # Errors
    /// A Cargo.toml that cannot be read.
    pub(super) fn around(folder: &Path) -> Result<Option<Workspace>, Error> {
        let fail = |reason| Error::File { path: folder.to_owned(), reason };
        let folder = std::path::absolute(folder).map_err(fail)?;
        let Some(parent) = folder.parent() else { return Ok(None) };
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let asked = Command::new(cargo)
            .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
            .current_dir(parent)
            .output();
        // Outside of any package, or in one that is broken already.
        let Some(metadata) = asked.ok().filter(|output| output.status.success()) else { return Ok(None) };
        let Ok(metadata) = serde_json::from_slice::<serde_json::Value>(&metadata.stdout) else { return Ok(None) };
        let Some(root) = metadata["workspace_root"].as_str().map(PathBuf::from) else { return Ok(None) };
        let manifest = root.join("Cargo.toml");
        let text = file::read_to_string(&manifest).map_err(|reason| Error::File { path: manifest.clone(), reason })?;
        let document = text
            .parse::<DocumentMut>()
            .map_err(|error| Error::Input(format!("{} is no TOML: {error}", manifest.display())))?;
        // A package alone takes nobody in, and leaves what is below it alone.
        let Some(table) = document.get("workspace").and_then(Item::as_table_like) else { return Ok(None) };
        let real =
            parent.canonicalize().unwrap_or_else(|_| parent.to_owned()).join(folder.file_name().unwrap_or_default());
        let Ok(member) = real.strip_prefix(root.canonicalize().unwrap_or(root)) else { return Ok(None) };
        let is_excluded =
            texts(table.get("exclude")).any(|excluded| member.starts_with(excluded.trim_end_matches('/')));
        if is_excluded {
            return Ok(None);
        }
        let member = member.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
        let packages = metadata["packages"].as_array().into_iter().flatten();
        let packages = packages.filter_map(|package| {
            let text = |key: &str| package[key].as_str().map(str::to_owned);
            Some((text("name")?, text("manifest_path")?))
        });
        let packages = packages.collect();
        Ok(Some(Workspace { manifest, document, member, packages }))
    }

    /// Refuses a name that another of its packages has, by which cargo would know neither.
    ///
    /// # Errors
    /// Where that package is.
    pub(super) fn refuse_twice(&self, name: &str) -> Result<(), Error> {
        let crate_name = |name: &str| name.replace('-', "_");
        match self.packages.iter().find(|(known, _)| crate_name(known) == crate_name(name)) {
            None => Ok(()),
            Some((known, manifest)) => Err(Error::Input(format!(
                "the workspace {} has a package called {known} already, {manifest}: choose another name",
                self.manifest.display()
            ))),
        }
    }

    /// Makes a member of what would be a workspace of its own: what only a root can have goes.
    ///
    /// # Errors
    /// A Cargo.toml that is no TOML.
    pub(super) fn fit(&self, cargo_toml: &mut Vec<u8>) -> Result<(), Error> {
        let broken = |reason: String| Error::Input(format!("the template's Cargo.toml is no TOML: {reason}"));
        let text = String::from_utf8_lossy(cargo_toml).into_owned();
        let mut document = text.parse::<DocumentMut>().map_err(|error| broken(error.to_string()))?;
        let own = document.remove("workspace");
        document.remove("profile");
        // What it takes from its own workspace, it says itself.
        let shared = own.as_ref().and_then(|own| own.get("dependencies")).cloned();
        for section in ["dependencies", "dev-dependencies"] {
            let Some(dependencies) = document.get_mut(section).and_then(Item::as_table_like_mut) else { continue };
            for (name, dependency) in dependencies.iter_mut() {
                let source = shared.as_ref().and_then(|shared| shared.get(name.get()));
                if let (Some(source), Some(table)) = (source, dependency.as_table_like_mut())
                    && table.remove("workspace").is_some()
                {
                    match source.as_table_like() {
                        Some(source) => {
                            for (key, item) in source.iter() {
                                table.insert(key, item.clone());
                            }
                        }
                        None => drop(table.insert("version", source.clone())),
                    }
                }
            }
        }
        *cargo_toml = document.to_string().into_bytes();
        Ok(())
    }

    /// Adds it to the members, unless a pattern among them takes it in.
    ///
    /// # Errors
    /// That the file cannot be written.
    pub(super) fn adopt(&self) -> Result<(), Error> {
        if self.is_member() {
            return Ok(());
        }
        let mut document = self.document.clone();
        let workspace = document.entry("workspace").or_insert_with(|| Item::Table(Table::new()));
        if let Some(workspace) = workspace.as_table_like_mut() {
            let members = workspace.entry("members").or_insert_with(|| value(Array::new()));
            if let Some(members) = members.as_array_mut() {
                members.push(self.member.as_str());
            }
        }
        std::fs::write(&self.manifest, document.to_string())
            .map_err(|reason| Error::File { path: self.manifest.clone(), reason })
    }

    fn is_member(&self) -> bool {
        let members = self.document.get("workspace").and_then(|workspace| workspace.get("members"));
        // As cargo reads them: a star is a part of one name.
        let options = glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::default() };
        let is_taken_in = |pattern: &str| {
            let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
            pattern == self.member
                || glob::Pattern::new(pattern).is_ok_and(|pattern| pattern.matches_with(&self.member, options))
        };
        texts(members).any(|pattern| is_taken_in(&pattern))
    }

    /// What the author is told.
    pub(super) fn told(&self) -> String {
        format!(
            "it is a member of the workspace {}, where cargo reads profiles from the root alone: copy those of a plugin \
             that `new` makes outside of it, for a small artifact and quick tests",
            self.manifest.display()
        )
    }
}

/// The texts of a list.
fn texts(item: Option<&Item>) -> impl Iterator<Item = String> {
    let list = item.and_then(Item::as_array).into_iter().flatten();
    list.filter_map(|item| item.as_str().map(str::to_owned)).collect::<Vec<_>>().into_iter()
}
