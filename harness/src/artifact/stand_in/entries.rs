//! The entries of a `plugin.toml` that are about exports, as records.

use plugsmith::protocol::metadata::{self, Parameter, Record};
use serde::Deserialize;
use toml::Spanned;

use super::FILE;
use crate::error::{Error, Result};

/// A record, and the place that it comes from.
pub(super) struct Entry {
    pub(super) record: Record,
    /// The export that it is about; none for a data type.
    pub(super) export: Option<String>,
    /// `commands[LB.TOP]`.
    pub(super) label: String,
    pub(super) line: usize,
}

/// What is read of the file; the rest is the host's, which has read it before.
#[derive(Deserialize)]
pub(super) struct Entries {
    #[serde(skip)]
    text: String,
    #[serde(default)]
    commands: Vec<Spanned<Command>>,
    #[serde(default)]
    data_types: Vec<Spanned<DataType>>,
    #[serde(default)]
    hooks: Vec<Spanned<Hook>>,
    #[serde(default)]
    transformers: Vec<Spanned<Transformer>>,
    #[serde(default)]
    storage_backends: Vec<Spanned<StorageBackend>>,
}

#[derive(Deserialize)]
struct Command {
    name: String,
    export: Option<String>,
    #[serde(default)]
    description: String,
    #[serde(default)]
    min_args: u32,
    max_args: Option<u32>,
    #[serde(default)]
    flags: Vec<String>,
    #[serde(default)]
    acl_categories: Vec<String>,
    first_key: Option<i32>,
    last_key: Option<i32>,
    step: Option<i32>,
    complexity: Option<String>,
    since: Option<String>,
    #[serde(default)]
    tips: Vec<String>,
}

#[derive(Deserialize)]
struct DataType {
    name: String,
    #[serde(default)]
    encoding: String,
    version: Option<u32>,
    #[serde(default)]
    description: String,
    #[serde(default)]
    commands: Vec<String>,
}

#[derive(Deserialize)]
struct Hook {
    event: String,
    #[serde(default)]
    priority: i32,
    export: Option<String>,
}

#[derive(Deserialize)]
struct Transformer {
    on: String,
    pattern: String,
    #[serde(default)]
    priority: i32,
    export: Option<String>,
    #[serde(default)]
    description: String,
}

#[derive(Deserialize)]
struct StorageBackend {
    prefix: String,
    export: Option<String>,
    #[serde(default)]
    description: String,
}

impl Entries {
    pub(super) fn read(text: &str) -> Result<Entries> {
        let entries: Entries = toml::from_str(text).map_err(|error| Error::BadManifest {
            place: format!("{FILE}:{}", line_of(text, error.span().map_or(0, |span| span.start))),
            reason: error.message().to_owned(),
        })?;
        Ok(Entries { text: text.to_owned(), ..entries })
    }

    /// All of them, in the order of a manifest's sections.
    pub(super) fn all(self) -> Vec<Entry> {
        let text = self.text;
        let line = |start: usize| line_of(&text, start);
        let mut all = Vec::new();
        for entry in self.commands {
            let line = line(entry.span().start);
            let command = entry.into_inner();
            all.push(Entry { label: format!("commands[{}]", command.name), line, ..command.into() });
        }
        for entry in self.data_types {
            let line = line(entry.span().start);
            let DataType { name, encoding, version, description, commands } = entry.into_inner();
            let label = format!("data_types[{name}]");
            let version = version.unwrap_or(1);
            let record = Record::DataType(metadata::DataType { name, encoding, version, description, commands });
            all.push(Entry { record, export: None, label, line });
        }
        for entry in self.hooks {
            let line = line(entry.span().start);
            let Hook { event, priority, export } = entry.into_inner();
            let (label, export) = (format!("hooks[{event}]"), export.unwrap_or_else(|| format!("hook:{event}")));
            let description = String::new();
            let record = Record::Hook(metadata::Hook { event, priority, export: export.clone(), description });
            all.push(Entry { record, export: Some(export), label, line });
        }
        for entry in self.transformers {
            let line = line(entry.span().start);
            let Transformer { on, pattern, priority, export, description } = entry.into_inner();
            let label = format!("transformers[{on} {pattern}]");
            let export = export.unwrap_or_else(|| format!("transform:{on}"));
            let record = metadata::Transformer { on, pattern, priority, export: export.clone(), description };
            all.push(Entry { record: Record::Transformer(record), export: Some(export), label, line });
        }
        for entry in self.storage_backends {
            let line = line(entry.span().start);
            let StorageBackend { prefix, export, description } = entry.into_inner();
            let label = format!("storage_backends[{prefix}]");
            let export = export.unwrap_or_else(|| format!("backend:{prefix}"));
            let record = metadata::StorageBackend { prefix, export: export.clone(), description };
            all.push(Entry { record: Record::StorageBackend(record), export: Some(export), label, line });
        }
        all
    }
}

/// A command's arity counts its name, which the file's numbers do not.
impl From<Command> for Entry {
    fn from(command: Command) -> Entry {
        let least = i32::try_from(command.min_args).unwrap_or(i32::MAX - 1).saturating_add(1);
        let arity = if command.max_args == Some(command.min_args) { least } else { -least };
        let export = command.export.unwrap_or_else(|| command.name.clone());
        let record = metadata::Command {
            name: command.name,
            arity,
            flags: command.flags,
            first_key: command.first_key,
            last_key: command.last_key,
            step: command.step,
            timeout_ms: None,
            description: command.description,
            acl_categories: command.acl_categories,
            complexity: command.complexity,
            since: command.since,
            tips: command.tips,
            parameters: parameters(command.min_args, command.max_args),
        };
        Entry { record: Record::Command(record), export: Some(export), label: String::new(), line: 0 }
    }
}

/// Parameters without names of their own, for the usage of a command.
fn parameters(min: u32, max: Option<u32>) -> Vec<Parameter> {
    // A manifest may say anything; nobody reads the usage of more.
    const SHOWN: u32 = 16;
    let parameter =
        |kind: &str| Parameter { name: "argument".to_owned(), kind: kind.to_owned(), ty: "value".to_owned() };
    let required = (0..min.min(SHOWN)).map(|_| parameter("required"));
    match max {
        Some(max) if max.saturating_sub(min) <= SHOWN => {
            required.chain((min..max).map(|_| parameter("optional"))).collect()
        }
        _ => required.chain([parameter("rest")]).collect(),
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}
