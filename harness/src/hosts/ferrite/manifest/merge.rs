//! A file that is kept by hand, brought up to date: what a person has written stays.

use serde::Serialize;
use toml_edit::{DocumentMut, InlineTable, Item, TableLike};

use super::entry::{Entry, Pairs, is_same_value, table};
use super::format::{Manifest, Package, Server};
use super::read::FILE;
use crate::error::{Error, Result};

/// The text of a `plugin.toml` with what `manifest` says written into it. Comments, the order of entries, and entries
/// and fields that `manifest` lacks stay as they are; [`check`](super::check()) tells of those.
///
/// ```
/// use plugsmith_harness::hosts::ferrite::manifest::{Command, Manifest, merge};
///
/// let kept = "# Of the team for searches.\n[package]\nname = \"a\"\nversion = \"1.0.0\"   # as in Cargo.toml\n";
/// let mut manifest = Manifest::read(kept)?;
/// manifest.package.version = "1.1.0".to_owned();
/// manifest.commands.push(Command { name: "FIND".to_owned(), ..Command::default() });
/// assert_eq!(
///     merge(kept, &manifest)?,
///     "# Of the team for searches.\n[package]\nname = \"a\"\nversion = \"1.1.0\"   # as in Cargo.toml\n\n\
///      [[commands]]\nname = \"FIND\"\nmin_args = 0\n",
/// );
/// # Ok::<(), plugsmith_harness::Error>(())
/// ```
///
/// # Errors
/// As [`Manifest::read`].
pub fn merge(kept: &str, manifest: &Manifest) -> Result<String> {
    let old = Manifest::read(kept)?;
    let bad =
        |error: toml_edit::TomlError| Error::BadManifest { place: FILE.to_owned(), reason: error.message().to_owned() };
    let mut document: DocumentMut = kept.parse().map_err(bad)?;
    let root = document.as_table_mut();
    if let Some(package) = root.get_mut("package").and_then(Item::as_table_like_mut) {
        let plain = |of: &Package| Package { ferrite: Server::default(), ..of.clone() };
        write(package, &changed(&plain(&old.package), &plain(&manifest.package)));
        let server = &manifest.package.ferrite;
        if *server != old.package.ferrite && *server != Server::default() {
            let inner = package.entry("ferrite").or_insert_with(|| Item::Table(toml_edit::Table::new()));
            if let Some(inner) = inner.as_table_like_mut() {
                write(inner, &changed(&old.package.ferrite, server));
            }
        }
    }
    entries(root, &old.commands, &manifest.commands);
    entries(root, &old.data_types, &manifest.data_types);
    entries(root, &old.hooks, &manifest.hooks);
    entries(root, &old.transformers, &manifest.transformers);
    entries(root, &old.storage_backends, &manifest.storage_backends);
    entries(root, &old.permissions, &manifest.permissions);
    entries(root, &old.dependencies, &manifest.dependencies);
    Ok(document.to_string())
}

/// Brings the entries of one section up to date, and adds those that are missing behind the others.
fn entries<T: Entry>(root: &mut toml_edit::Table, kept: &[T], expected: &[T]) {
    let Pairs { differing, missing, .. } = Pairs::of(kept, expected);
    for (index, old, new) in differing {
        let section = root.get_mut(T::SECTION);
        let entry: Option<&mut dyn TableLike> = match section {
            Some(Item::ArrayOfTables(tables)) => tables.get_mut(index).map(|table| table as _),
            Some(Item::Value(toml_edit::Value::Array(array))) => {
                array.get_mut(index).and_then(toml_edit::Value::as_inline_table_mut).map(|table| table as _)
            }
            _ => None,
        };
        if let Some(entry) = entry {
            write(entry, &changed(&old, &new));
        }
    }
    for entry in missing {
        let fields = fields(&entry);
        match root.entry(T::SECTION).or_insert_with(|| Item::ArrayOfTables(toml_edit::ArrayOfTables::new())) {
            Item::Value(toml_edit::Value::Array(array)) => {
                let mut new = InlineTable::new();
                write(&mut new, &fields);
                array.push(new);
            }
            Item::ArrayOfTables(tables) => {
                let mut new = toml_edit::Table::new();
                write(&mut new, &fields);
                tables.push(new);
            }
            _ => {}
        }
    }
}

/// The fields of an entry, in their order.
fn fields<T: Serialize>(entry: &T) -> toml_edit::Table {
    let text = toml::to_string(entry).unwrap_or_default();
    text.parse::<DocumentMut>().map(|document| document.as_table().clone()).unwrap_or_default()
}

/// Those of `new` that `old` has not or has otherwise.
fn changed<T: Serialize>(old: &T, new: &T) -> toml_edit::Table {
    let (old, mut new, values) = (table(old), fields(new), table(new));
    new.retain(|key, _| match (old.get(key), values.get(key)) {
        (Some(old), Some(value)) => !is_same_value(old, value),
        _ => true,
    });
    new
}

/// Writes fields into a table, each in the place and with the comment of the one that it replaces.
fn write(into: &mut dyn TableLike, fields: &toml_edit::Table) {
    for (key, item) in fields {
        let Some(mut new) = item.as_value().cloned() else { continue };
        match into.get_mut(key).and_then(Item::as_value_mut) {
            Some(old) => {
                *new.decor_mut() = old.decor().clone();
                *old = new;
            }
            None => {
                new.decor_mut().clear();
                into.insert(key, Item::Value(new));
            }
        }
    }
}
