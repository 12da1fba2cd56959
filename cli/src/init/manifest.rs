//! Cargo.toml of a crate or a workspace, with what is added to it; comments and order stay.

use std::path::{Path, PathBuf};

use plugsmith_harness::file;
use toml_edit::{Array, DocumentMut, Item, Table, value};

use super::Change;
use crate::error::Error;

/// Which ABI a plugin speaks.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Extism,
    Orbis,
}

/// The crates that turn a plugin into machine code for its tests, and the hash by which that is found again:
/// without optimisation a load takes seconds.
const OPTIMISED: [&str; 4] = ["cranelift-codegen", "cranelift-frontend", "regalloc2", "sha2"];

pub(super) struct Manifest {
    pub(super) path: PathBuf,
    document: DocumentMut,
    told: Vec<String>,
}

impl Manifest {
    /// # Errors
    /// A file that is missing, or that is not TOML.
    pub(super) fn read(path: &Path) -> Result<Manifest, Error> {
        let text = match file::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Error::Input(format!(
                    "there is no {}: `cargo plugsmith new NAME` creates a plugin",
                    path.display()
                )));
            }
            Err(reason) => return Err(Error::File { path: path.to_owned(), reason }),
        };
        let document = text
            .parse::<DocumentMut>()
            .map_err(|error| Error::Input(format!("{} is not valid TOML: {error}", path.display())))?;
        Ok(Manifest { path: path.to_owned(), document, told: Vec::new() })
    }

    /// # Errors
    /// A workspace without a package, and a package without a library.
    pub(super) fn refuse_what_is_no_library(&self, folder: &Path) -> Result<(), Error> {
        if !self.document.contains_key("package") {
            return Err(Error::Input(format!(
                "{} is a workspace without a package: name the folder of a member",
                self.path.display()
            )));
        }
        let has_path = self.document.get("lib").and_then(|lib| lib.get("path")).is_some();
        if !has_path && !folder.join("src/lib.rs").is_file() {
            return Err(Error::Input(format!(
                "{} has no library: move the plugin's functions into src/lib.rs",
                self.path.display()
            )));
        }
        Ok(())
    }

    pub(super) fn kind(&self) -> Kind {
        let depends = |name| self.document.get("dependencies").and_then(|list| list.get(name)).is_some();
        if depends("orbis-plugin-api") { Kind::Orbis } else { Kind::Extism }
    }

    /// Adds the crate type of an artifact.
    pub(super) fn add_crate_type(&mut self) {
        let lib = self.document.entry("lib").or_insert_with(table);
        let is_new = lib.get("crate-type").is_none();
        let Some(types) =
            lib.as_table_like_mut().map(|lib| lib.entry("crate-type").or_insert_with(|| value(Array::new())))
        else {
            return;
        };
        let Some(types) = types.as_array_mut() else { return };
        if types.iter().any(|kind| kind.as_str() == Some("cdylib")) {
            return;
        }
        types.push("cdylib");
        if is_new {
            // What a library is where nothing is said.
            types.push("rlib");
        }
        self.told.push("the crate type cdylib".to_owned());
    }

    /// Adds the harness, as `version` or a table.
    pub(super) fn add_harness(&mut self, kind: Kind, dependency: toml_edit::Value) {
        let list = self.document.entry("dev-dependencies").or_insert_with(table);
        let Some(list) = list.as_table_like_mut() else { return };
        if list.contains_key("plugsmith-harness") {
            return;
        }
        let mut entry = match dependency {
            toml_edit::Value::InlineTable(table) => table,
            version => toml_edit::InlineTable::from_iter([("version", version)]),
        };
        if kind == Kind::Orbis {
            entry.insert("features", Array::from_iter(["orbis"]).into());
        }
        list.insert("plugsmith-harness", value(entry));
        self.told.push("the dev-dependency plugsmith-harness".to_owned());
    }

    /// Adds the settings that make tests load quickly, where the file has none for these crates.
    pub(super) fn add_profile(&mut self) {
        let mut at = self.document.as_table_mut();
        for key in ["profile", "dev", "package"] {
            let next = at.entry(key).or_insert_with(table);
            let Some(next) = next.as_table_mut() else { return };
            at = next;
        }
        let mut added = false;
        for name in OPTIMISED {
            if !at.contains_key(name) {
                let mut settings = Table::new();
                settings.insert("opt-level", value(2));
                at.insert(name, Item::Table(settings));
                added = true;
            }
        }
        if added {
            self.told.push("profile settings for tests that load quickly".to_owned());
        }
    }

    pub(super) fn change(self) -> Option<Change> {
        let contents = self.document.to_string();
        (!self.told.is_empty()).then_some(Change { path: self.path, contents, told: self.told })
    }
}

/// A table that is written only if it has entries.
fn table() -> Item {
    let mut table = Table::new();
    table.set_implicit(true);
    Item::Table(table)
}
