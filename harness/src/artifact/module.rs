//! A wasm module seen from outside, without running it: imports, exports, sections.

mod invalid;
mod limits;

use std::collections::{BTreeMap, BTreeSet};

use plugsmith::protocol::metadata::{self, Record};
use plugsmith::protocol::orbis;
use wasmparser::{ExternalKind, KnownCustom, Parser, Payload, TypeRef, ValType, Validator, WasmFeatures};

use crate::artifact::edges::Edges;
use crate::artifact::proposals;
use crate::error::{Error, Result};
use crate::import::{Import, Signature};
pub(crate) use invalid::{Invalid, NO_WASM};

/// What a module is made of.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// Functions that it wants from its host.
    pub imports: Vec<Import>,
    /// Functions that it offers, with their signatures.
    pub exports: BTreeMap<String, Signature>,
    /// The name and size in bytes of each section, in order; a custom section by its own name.
    pub sections: Vec<(String, usize)>,
    /// What the plugin says of itself.
    pub records: Vec<Record>,
    /// Which crates its entry points come from, in an artifact under test.
    pub(crate) origins: Vec<metadata::Origin>,
    /// The pages of 64 KiB that its memory starts with.
    pub initial_pages: u64,
    /// The most pages that it allows itself.
    pub maximum_pages: Option<u64>,
    /// Which of its memories it exports as `memory`.
    pub(crate) memory: Option<usize>,
    /// How many memories it has.
    pub(crate) memories: usize,
    /// The counters of an instrumented module.
    pub(crate) edges: Option<Edges>,
    /// Why it may fill a host that does not limit tables.
    boundless: Option<String>,
    /// Why it is more than the compiler is given.
    excess: Option<String>,
    /// The size of each function's code in bytes, and its name where the module has names.
    pub functions: Vec<(Option<String>, usize)>,
}

impl Module {
    /// Reads and validates a module.
    ///
    /// # Errors
    /// [`Error::InvalidModule`] with the place of what is wrong.
    pub fn parse(wasm: &[u8]) -> Result<Module> {
        Module::read(wasm).map_err(|invalid| match proposals::unsupported(wasm).filter(|_| invalid.fix.is_none()) {
            Some(reason) => Error::InvalidModule { reason },
            None => invalid.into_error(),
        })
    }

    /// As [`Module::parse`], with what is wrong and what to do about it apart.
    pub(crate) fn read(wasm: &[u8]) -> std::result::Result<Module, Invalid> {
        let invalid = |error: wasmparser::BinaryReaderError| Invalid { what: error.to_string(), fix: None };
        if !wasm.starts_with(b"\0asm") {
            return Err(Invalid { what: NO_WASM.to_owned(), fix: None });
        }
        if wasm.get(6) == Some(&1) {
            return Err(Invalid::new(
                "it is a component",
                "build it for wasm32-unknown-unknown, not for wasm32-wasip2",
            ));
        }
        // What wasmtime enables for an Extism plugin: everything finished, and tail calls and GC.
        Validator::new_with_features(WasmFeatures::default() | WasmFeatures::TAIL_CALL | WasmFeatures::GC)
            .validate_all(wasm)
            .map_err(invalid)?;
        let mut reader = ModuleReader::default();
        for payload in Parser::new(0).parse_all(wasm) {
            reader.read(payload.map_err(invalid)?).map_err(invalid)?;
        }
        reader.finish()
    }

    /// The commands that the plugin says it has.
    pub fn commands(&self) -> impl Iterator<Item = &metadata::Command> {
        self.records.iter().filter_map(|record| match record {
            Record::Command(command) => Some(command),
            _ => None,
        })
    }

    /// Whether it imports a function of this name from this module.
    pub(crate) fn imports_named(&self, module: &str, name: &str) -> bool {
        self.imports.iter().any(|import| import.module == module && import.name == name)
    }

    /// The backends that serve keys by their prefixes.
    pub(crate) fn storage_backends(&self) -> Vec<metadata::StorageBackend> {
        let backends = self.records.iter().filter_map(|record| match record {
            Record::StorageBackend(backend) => Some(backend.clone()),
            _ => None,
        });
        backends.collect()
    }

    /// Whether it is for `FCALL` of the shipped Ferrite server, which calls exports with parameters.
    pub fn is_fcall(&self) -> bool {
        self.imports.iter().any(|import| import.module == metadata::FCALL_MODULE)
            || self.records.iter().any(|record| matches!(record, Record::Fcall(_)))
    }

    /// The names of the exports that an Extism host can call.
    pub fn callable(&self) -> impl Iterator<Item = &str> {
        self.exports.iter().filter(|(_, signature)| is_callable(signature)).map(|(name, _)| name.as_str())
    }

    /// Checks that it cannot fill the memory of an Extism host, which does not limit tables.
    ///
    /// # Errors
    /// [`Error::InvalidModule`], with the table.
    pub(crate) fn refuse_boundless_tables(&self) -> Result<()> {
        match &self.boundless {
            Some(reason) => Err(Error::InvalidModule { reason: reason.clone() }),
            None => Ok(()),
        }
    }

    /// Checks that it can be compiled in seconds and within megabytes; see `limits.rs`.
    ///
    /// # Errors
    /// [`Error::InvalidModule`], with the limit.
    pub(crate) fn refuse_excess(&self) -> Result<()> {
        match &self.excess {
            Some(reason) => Err(Error::InvalidModule { reason: reason.clone() }),
            None => Ok(()),
        }
    }

    /// Checks that an Extism host can call this export.
    ///
    /// # Errors
    /// That it cannot, or that the whole plugin is one for another host.
    pub(crate) fn entry(&self, function: &str) -> Result<()> {
        match self.exports.get(function) {
            Some(signature) if is_callable(signature) => Ok(()),
            _ if self.is_orbis() => Err(Error::InvalidModule {
                reason: "it is made for Orbis, and Extism cannot call it: `cargo plugsmith serve` runs it, and \
                         `hosts::orbis` in a test"
                    .to_owned(),
            }),
            _ if self.is_fcall() => Err(Error::InvalidModule {
                reason: "it is made for FCALL of the Ferrite server, and Extism cannot call it: `cargo plugsmith run` \
                         does, and `fcall!` in a test"
                    .to_owned(),
            }),
            Some(signature) => Err(Error::BadSignature {
                artifact: signature.render(function),
                other: "but Extism calls `() -> i32` or `()`".to_owned(),
            }),
            None => Err(Error::MissingExport {
                name: function.to_owned(),
                available: self.callable().map(str::to_owned).collect(),
            }),
        }
    }

    /// Why a server would run it without its hooks, transformers or backends, though it exports some: what says
    /// when they are called is in the records.
    pub(crate) fn without_records(&self) -> Option<Invalid> {
        let is_named = |export: &str| {
            self.records.iter().any(|record| match record {
                Record::Hook(hook) => hook.export == export,
                Record::Transformer(transformer) => transformer.export == export,
                Record::StorageBackend(backend) => backend.export == export,
                _ => false,
            })
        };
        let is_extension =
            |export: &&str| ["hook:", "transform:", "backend:"].iter().any(|start| export.starts_with(start));
        let unnamed: Vec<&str> = self.callable().filter(is_extension).filter(|export| !is_named(export)).collect();
        (!unnamed.is_empty()).then(|| {
            Invalid::new(
                format!("exports `{}` without the records that say when to call them", unnamed.join("`, `")),
                "keep the custom section `plugsmith`, which tools remove: `wasm-strip --keep-section=plugsmith`; \
                 `cargo plugsmith pack` strips the rest",
            )
        })
    }

    /// Whether it has what Orbis looks for, a function to get memory by or a manifest in a section, and
    /// wants nothing of any other host.
    pub fn is_orbis(&self) -> bool {
        let allocate = self.exports.get("allocate").map(|signature| signature.render(""));
        let has_manifest = self.sections.iter().any(|(name, _)| name == orbis::MANIFEST_SECTION);
        (has_manifest || allocate.as_deref() == Some("(i32) -> i32"))
            && self.imports.iter().all(|import| import.module == orbis::MODULE)
    }
}

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

/// Whether Extism calls such a function: no parameters, and nothing or an i32.
pub(crate) fn is_callable(signature: &Signature) -> bool {
    signature.parameters.is_empty()
        && matches!(signature.results.as_slice(), [] | [_])
        && signature.results.iter().all(|ty| ty == "i32")
}

/// The parts as they come by.
#[derive(Default)]
struct ModuleReader {
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
    fn read(&mut self, payload: Payload<'_>) -> std::result::Result<(), wasmparser::BinaryReaderError> {
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

    fn finish(mut self) -> std::result::Result<Module, Invalid> {
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
