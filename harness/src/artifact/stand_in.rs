//! A `plugin.toml` that stands in for the records of an artifact, which only Plugsmith's macros
//! write: so guests in Go, AssemblyScript or C can be plugins of Ferrite, too.
//!
//! What the file says becomes records in the artifact's bytes, and a command whose name is no name
//! of a function in its language becomes another name of the export that the file gives: whoever
//! reads these bytes finds what a Rust plugin has.

mod entries;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use plugsmith::protocol::metadata::{Record, SECTION};
use wasm_encoder::{CustomSection, ExportKind, ExportSection, RawSection};
use wasmparser::{ExternalKind, Parser, Payload};

use self::entries::Entries;
use crate::artifact::file;
use crate::artifact::module::{Module, is_callable};
use crate::error::{Error, Result};

/// What the file is called.
pub(crate) const FILE: &str = "plugin.toml";

/// The artifact with the records that the `plugin.toml` in the same folder declares; as it is, where it has
/// records of its own, or there is no such file.
///
/// # Errors
/// [`Error::BadManifest`]: the file is no TOML, or names an export that the artifact does not have.
pub(crate) fn adopt(wasm: Vec<u8>, artifact: &Path) -> Result<Vec<u8>> {
    let file = artifact.with_file_name(FILE);
    match file::read_to_string(&file) {
        Ok(text) => adopt_text(wasm, &text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(wasm),
        Err(error) => Err(Error::File { path: file, reason: error.to_string() }),
    }
}

/// As [`adopt`], with the text of the file.
///
/// # Errors
/// As [`adopt`].
pub(crate) fn adopt_text(wasm: Vec<u8>, text: &str) -> Result<Vec<u8>> {
    // Whoever parses the module reports a file that is not one.
    let Ok(module) = Module::parse(&wasm) else { return Ok(wasm) };
    if !module.records.is_empty() {
        return Ok(wasm);
    }
    let entries = Entries::read(text)?;
    let mut records = Vec::new();
    let mut aliases = BTreeMap::new();
    for entry in entries.all() {
        let export = entry.export(&module)?;
        if let Record::Command(command) = &entry.record
            && command.name != export
        {
            if module.exports.contains_key(&command.name) {
                let label = &entry.label;
                return Err(
                    entry.bad(format!("{label} has another export, and the artifact exports {} too", command.name))
                );
            }
            aliases.insert(command.name.clone(), export.to_owned());
        }
        records.push(entry.record);
    }
    if records.is_empty() {
        return Ok(wasm);
    }
    let broken = |error: wasmparser::BinaryReaderError| Error::InvalidModule { reason: error.to_string() };
    rewritten(&wasm, &records, &aliases).map_err(broken)
}

/// The module with these records, and with other names for some exports.
fn rewritten(
    wasm: &[u8],
    records: &[Record],
    aliases: &BTreeMap<String, String>,
) -> std::result::Result<Vec<u8>, wasmparser::BinaryReaderError> {
    let mut module = wasm_encoder::Module::new();
    for payload in Parser::new(0).parse_all(wasm) {
        let payload = payload?;
        match payload {
            Payload::ExportSection(section) => {
                let mut exports = ExportSection::new();
                for export in section {
                    let export = export?;
                    exports.export(export.name, kind(export.kind), export.index);
                    for (alias, _) in aliases.iter().filter(|(_, name)| *name == export.name) {
                        exports.export(alias, kind(export.kind), export.index);
                    }
                }
                module.section(&exports);
            }
            other => {
                if let Some((id, range)) = other.as_section() {
                    module.section(&RawSection { id, data: &wasm[range] });
                }
            }
        }
    }
    let lines = records.iter().map(|record| serde_json::to_string(record).expect("a record has a JSON form") + "\n");
    let data = lines.collect::<String>().into_bytes();
    module.section(&CustomSection { name: SECTION.into(), data: Cow::Owned(data) });
    Ok(module.finish())
}

fn kind(kind: ExternalKind) -> ExportKind {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => ExportKind::Func,
        ExternalKind::Table => ExportKind::Table,
        ExternalKind::Memory => ExportKind::Memory,
        ExternalKind::Global => ExportKind::Global,
        ExternalKind::Tag => ExportKind::Tag,
    }
}

impl entries::Entry {
    /// The function of the artifact that it is about.
    fn export<'a>(&'a self, module: &Module) -> Result<&'a str> {
        let Some(export) = &self.export else {
            return Ok("");
        };
        match module.exports.get(export) {
            Some(signature) if is_callable(signature) => Ok(export),
            Some(signature) => Err(self.bad(format!(
                "{}.export is `{}`, and a host calls `() -> i32` or `()`",
                self.label,
                signature.render(export)
            ))),
            None => {
                let known = module.callable().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                Err(self.bad(format!(
                    "{} needs the export `{export}`, which the artifact does not have; it has {}: name one with \
                     `export = \"..\"`",
                    self.label,
                    if known.is_empty() { "none" } else { &known }
                )))
            }
        }
    }

    fn bad(&self, reason: String) -> Error {
        Error::BadManifest { place: format!("{FILE}:{}", self.line), reason }
    }
}
