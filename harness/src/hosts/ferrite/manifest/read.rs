//! From text to a manifest, and from a field back to its line.

use std::collections::HashMap;

use toml::de::{DeTable, DeValue};

use super::format::Manifest;
use super::{dependency, permission};
use crate::error::{Error, Result};

/// What the file is called.
pub(crate) const FILE: &str = "plugin.toml";

impl Manifest {
    /// Reads a `plugin.toml`; what the page does not know is an error, and so is what it cannot mean.
    ///
    /// ```
    /// use plugsmith_harness::hosts::ferrite::manifest::Manifest;
    ///
    /// let error = Manifest::read("[package]\nname = \"a\"\nversion = \"1.0.0\"\nlicence = \"MIT\"\n").unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "plugin.toml:4: unknown field `licence`, expected one of `name`, `version`, `description`, `author`, \
    ///      `license`, `homepage`, `ferrite`",
    /// );
    /// ```
    ///
    /// # Errors
    /// [`Error::BadManifest`] with the line: no TOML, an unknown or a missing field, a value of another type, a
    /// permission that there is none of, hosts or paths where they mean nothing, a host that is no name, a
    /// dependency's version that is none, an entry twice.
    pub fn read(text: &str) -> Result<Manifest> {
        let manifest: Manifest = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            malformed(line, error.message())
        })?;
        verify(&manifest, &Lines::of(text))?;
        Ok(manifest)
    }
}

/// What serde cannot see.
fn verify(manifest: &Manifest, lines: &Lines) -> Result<()> {
    let names = manifest.commands.iter().map(|command| command.name.as_str());
    refuse_twice("commands", names, lines)?;
    let permissions: Vec<_> = manifest.permissions.iter().map(permission::name).collect();
    refuse_twice("permissions", permissions.iter().map(String::as_str), lines)?;
    refuse_twice("data_types", manifest.data_types.iter().map(|data_type| data_type.name.as_str()), lines)?;
    refuse_twice("storage_backends", manifest.storage_backends.iter().map(|backend| backend.prefix.as_str()), lines)?;
    refuse_twice("dependencies", manifest.dependencies.iter().map(|dependency| dependency.name.as_str()), lines)?;
    for (index, command) in manifest.commands.iter().enumerate() {
        if let (min, Some(max)) = (command.min_args.unwrap_or(0), command.max_args)
            && max < min
        {
            let line = lines.field("commands", index, "max_args");
            return Err(malformed(line, &format!("commands[{}].max_args is less than min_args ({min})", command.name)));
        }
    }
    for (index, permission) in manifest.permissions.iter().enumerate() {
        permission::verify(permission)
            .map_err(|wrong| malformed(lines.field("permissions", index, wrong.field), &wrong.reason))?;
    }
    for (index, dependency) in manifest.dependencies.iter().enumerate() {
        dependency::verify(dependency)
            .map_err(|reason| malformed(lines.field("dependencies", index, "version"), &reason))?;
    }
    Ok(())
}

fn refuse_twice<'a>(section: &str, names: impl Iterator<Item = &'a str>, lines: &Lines) -> Result<()> {
    let mut known = HashMap::new();
    for (index, name) in names.enumerate() {
        let line = lines.entry(section, index);
        if let Some(first) = known.insert(name, line) {
            return Err(malformed(line, &format!("{section}[{name}] is there already, on line {first}")));
        }
    }
    Ok(())
}

fn malformed(line: usize, reason: &str) -> Error {
    Error::BadManifest { place: format!("{FILE}:{line}"), reason: reason.to_owned() }
}

/// Where things stand in a file; lines count from 1.
pub(super) struct Lines {
    /// The place of a table (`package`) or an entry (`commands`, 2), and of the keys in it.
    places: HashMap<(String, usize), (usize, HashMap<String, usize>)>,
    /// The entries of each section.
    entries: HashMap<String, usize>,
    last: usize,
}

impl Lines {
    /// The lines of a file that is TOML.
    pub(super) fn of(text: &str) -> Lines {
        let mut lines = Lines { places: HashMap::new(), entries: HashMap::new(), last: text.lines().count().max(1) };
        let Ok(document) = DeTable::parse(text) else { return lines };
        for (name, value) in document.get_ref() {
            lines.add(text, name.get_ref(), name.span().start, value.get_ref());
        }
        lines
    }

    fn add(&mut self, text: &str, name: &str, start: usize, value: &DeValue<'_>) {
        match value {
            DeValue::Table(table) => {
                self.place(text, (name.to_owned(), 0), start, table);
                for (key, value) in table {
                    self.add(text, &format!("{name}.{}", key.get_ref()), key.span().start, value.get_ref());
                }
            }
            DeValue::Array(array) => {
                self.entries.insert(name.to_owned(), array.len());
                for (index, entry) in array.iter().enumerate() {
                    if let DeValue::Table(table) = entry.get_ref() {
                        self.place(text, (name.to_owned(), index), entry.span().start, table);
                    }
                }
            }
            _ => {}
        }
    }

    fn place(&mut self, text: &str, at: (String, usize), start: usize, table: &DeTable<'_>) {
        let keys = table.iter().map(|(key, _)| (key.get_ref().to_string(), line_of(text, key.span().start))).collect();
        self.places.insert(at, (line_of(text, start), keys));
    }

    /// Whether the file has this table.
    pub(super) fn has(&self, table: &str) -> bool {
        self.places.contains_key(&(table.to_owned(), 0))
    }

    /// The line on which an entry starts.
    pub(super) fn entry(&self, section: &str, index: usize) -> usize {
        self.places.get(&(section.to_owned(), index)).map_or(self.last, |(line, _)| *line)
    }

    /// The line of a field; of its entry where it has none.
    pub(super) fn field(&self, section: &str, index: usize, field: &str) -> usize {
        match self.places.get(&(section.to_owned(), index)) {
            Some((line, keys)) => keys.get(field).copied().unwrap_or(*line),
            None => self.last,
        }
    }

    /// The line of the last entry of a section, after which another can be added; the file's last where it has none.
    pub(super) fn last(&self, section: &str) -> usize {
        match self.entries.get(section) {
            Some(count) if *count > 0 => self.entry(section, count - 1),
            _ => self.last,
        }
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}
