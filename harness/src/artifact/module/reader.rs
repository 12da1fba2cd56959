//! Reads a module, part by part.

use std::collections::{BTreeMap, BTreeSet};

use plugsmith::protocol::metadata::{self, Record};
use wasmparser::{ExternalKind, KnownCustom, Payload, TypeRef, ValType};

use super::{Invalid, Module, limits};
use crate::artifact::edges::Edges;
use crate::import::{Import, Signature};

/// The parts as they come by.
#[derive(Default)]
pub(super) struct ModuleReader {
    module: Module,
    types: Vec<Option<Signature>>,
    /// The type of each function, imported ones first.
    functions: Vec<u32>,
    exported: Vec<(String, u32)>,
    names: BTreeMap<u32, String>,
    metadata: Vec<u8>,
    imported_functions: u32,
    /// Imports that are no functions.
    foreign: Vec<String>,
    /// How many elements all tables start with, and how many they may have.
    elements: (u64, u64),
    /// Whether some code makes a table larger.
    grows_tables: bool,
    sizes: Vec<usize>,
    totals: limits::Totals,
    excess: Option<String>,
}

impl limits::Types for ModuleReader {
    fn of_function(&self, index: u32) -> u64 {
        self.functions.get(index as usize).map_or(0, |ty| self.of_type(*ty))
    }

    fn of_type(&self, index: u32) -> u64 {
        let signature = self.types.get(index as usize).and_then(Option::as_ref);
        signature.map_or(0, |signature| (signature.parameters.len() + signature.results.len()) as u64)
    }
}

impl ModuleReader {
    pub(super) fn read(&mut self, payload: Payload<'_>) -> std::result::Result<(), wasmparser::BinaryReaderError> {
        if let Some((id, range)) = payload.as_section() {
            let name = match &payload {
                Payload::CustomSection(section) => section.name().to_owned(),
                _ => section_name(id).to_owned(),
            };
            self.module.sections.push((name, range.len()));
        }
        match payload {
            Payload::TypeSection(types) => {
                for group in types {
                    for ty in group?.types() {
                        self.types.push(match &ty.composite_type.inner {
                            wasmparser::CompositeInnerType::Func(function) => Some(Signature {
                                parameters: function.params().iter().map(type_name).collect(),
                                results: function.results().iter().map(type_name).collect(),
                            }),
                            _ => None,
                        });
                    }
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    let import = import?;
                    match import.ty {
                        TypeRef::Func(index) | TypeRef::FuncExact(index) => {
                            self.functions.push(index);
                            self.imported_functions += 1;
                            self.module.imports.push(Import {
                                module: import.module.to_owned(),
                                name: import.name.to_owned(),
                                signature: self.signature(index),
                            });
                        }
                        other => self.foreign.push(format!("{} `{}.{}`", kind(other), import.module, import.name)),
                    }
                }
            }
            Payload::FunctionSection(functions) => {
                for index in functions {
                    self.functions.push(index?);
                }
            }
            Payload::MemorySection(memories) => {
                for memory in memories {
                    self.memory(memory?);
                }
            }
            Payload::TableSection(tables) => {
                for table in tables {
                    let ty = table?.ty;
                    self.elements.0 = self.elements.0.saturating_add(ty.initial);
                    self.elements.1 = self.elements.1.saturating_add(ty.maximum.unwrap_or(u64::MAX));
                }
            }
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    match export.kind {
                        ExternalKind::Func => self.exported.push((export.name.to_owned(), export.index)),
                        ExternalKind::Memory if export.name == "memory" => {
                            self.module.memory = Some(export.index as usize);
                        }
                        ExternalKind::Memory => {
                            self.module.edges = self.module.edges.or(Edges::of_export(export.name, export.index));
                        }
                        _ => {}
                    }
                }
            }
            Payload::CodeSectionEntry(body) => {
                if self.elements.1 > TABLE_ELEMENTS && !self.grows_tables {
                    for operator in body.get_operators_reader()? {
                        self.grows_tables |= matches!(operator?, wasmparser::Operator::TableGrow { .. });
                    }
                }
                self.weigh(&body)?;
                self.sizes.push(body.range().len());
            }
            Payload::CustomSection(section) if section.name() == metadata::SECTION => {
                self.metadata.extend_from_slice(section.data());
            }
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(names) = section.as_known() {
                    // A custom section may hold anything: the part that can be read is.
                    for name in names.into_iter().map_while(std::result::Result::ok) {
                        if let wasmparser::Name::Function(names) = name {
                            for naming in names.into_iter().map_while(std::result::Result::ok) {
                                self.names.insert(naming.index, naming.name.to_owned());
                            }
                        }
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Adds a function to what the compiler is given.
    fn weigh(&mut self, body: &wasmparser::FunctionBody<'_>) -> std::result::Result<(), wasmparser::BinaryReaderError> {
        if self.excess.is_some() {
            return Ok(());
        }
        let index = self.imported_functions as usize + self.sizes.len();
        let ty = self.functions.get(index).and_then(|ty| self.types.get(*ty as usize)).and_then(Option::as_ref);
        let parameters = ty.map_or(0, |signature| signature.parameters.len() as u64);
        let mut totals = std::mem::take(&mut self.totals);
        let weighed = totals.add(body, parameters, self)?;
        self.totals = totals;
        self.excess = weighed.err().map(|reason| format!("function {index}: {reason}"));
        Ok(())
    }

    fn memory(&mut self, memory: wasmparser::MemoryType) {
        self.module.memories += 1;
        self.module.initial_pages += memory.initial;
        self.module.maximum_pages = memory.maximum;
    }

    fn signature(&self, index: u32) -> Signature {
        self.types.get(index as usize).cloned().flatten().unwrap_or_default()
    }

    pub(super) fn finish(mut self) -> std::result::Result<Module, Invalid> {
        if let Some(foreign) = self.foreign.first() {
            return Err(Invalid::new(
                format!("it asks its host for {foreign}: hosts give functions only"),
                "define it in the module, without `--import-memory`, `--import-table` or dynamic linking",
            ));
        }
        if self.elements.0 > TABLE_ELEMENTS {
            self.module.boundless = Some(format!(
                "its tables start with more than {TABLE_ELEMENTS} elements, Plugsmith's own limit of what Extism does \
                 not limit: make them smaller"
            ));
        } else if self.grows_tables {
            self.module.boundless = Some(format!(
                "it grows a table, and its tables may have more than {TABLE_ELEMENTS} elements, Plugsmith's own limit \
                 of what Extism does not limit: give each a maximum"
            ));
        }
        for (name, index) in std::mem::take(&mut self.exported) {
            let ty = self.functions.get(index as usize).copied().unwrap_or_default();
            let signature = self.signature(ty);
            self.module.exports.insert(name, signature);
        }
        self.module.records = metadata::parse(&self.metadata).map_err(|line| {
            Invalid::new(
                format!("its `{}` section holds what is no record: {line}", metadata::SECTION),
                "use a cargo-plugsmith that is no older than the plugsmith it was built with",
            )
        })?;
        self.module.origins = metadata::origins(&self.metadata);
        if let Some(twice) = twice(&self.module.records) {
            return Err(Invalid::new(format!("two {twice}"), "rename one, in its source or in a crate that it links"));
        }
        let counts = [
            (limits::IMPORTS, self.module.imports.len()),
            (limits::EXPORTS, self.module.exports.len()),
            (limits::RECORDS, self.module.records.len()),
        ];
        let too_many = counts.into_iter().find_map(|(limit, count)| limit.check(count as u64).err());
        self.module.excess = self.excess.take().or(too_many);
        self.module.functions = self
            .sizes
            .iter()
            .zip(self.imported_functions..)
            .map(|(&size, index)| (self.names.get(&index).cloned(), size))
            .collect();
        Ok(self.module)
    }
}

/// The most elements of tables: wasmtime takes 8 bytes of the host for each, unasked and unlimited.
pub(crate) const TABLE_ELEMENTS: u64 = 10_000_000;

/// What two records both say they are. rustc refuses it within a crate, not in two that are linked
/// into one artifact.
fn twice(records: &[Record]) -> Option<String> {
    let mut seen = BTreeSet::new();
    records.iter().find_map(|record| {
        let (what, name) = match record {
            // Redis knows no case in the names of commands.
            Record::Command(command) => ("commands are called", command.name.to_uppercase()),
            Record::DataType(data_type) => ("data types are called", data_type.name.clone()),
            Record::StorageBackend(backend) => ("storage backends serve", backend.prefix.clone()),
            _ => return None,
        };
        (!seen.insert((what, name.clone()))).then(|| format!("{what} `{name}`"))
    })
}

fn kind(ty: TypeRef) -> &'static str {
    match ty {
        TypeRef::Func(_) | TypeRef::FuncExact(_) => "the function",
        TypeRef::Table(_) => "the table",
        TypeRef::Memory(_) => "the memory",
        TypeRef::Global(_) => "the global",
        TypeRef::Tag(_) => "the tag",
    }
}

fn type_name(ty: &ValType) -> String {
    ty.to_string()
}

fn section_name(id: u8) -> &'static str {
    match id {
        1 => "type",
        2 => "import",
        3 => "function",
        4 => "table",
        5 => "memory",
        6 => "global",
        7 => "export",
        8 => "start",
        9 => "element",
        10 => "code",
        11 => "data",
        12 => "data count",
        13 => "tag",
        _ => "custom",
    }
}
