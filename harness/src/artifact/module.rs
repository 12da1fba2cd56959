//! A wasm module seen from outside, without running it: imports, exports, sections.

mod invalid;
mod limits;
mod reader;

use std::collections::BTreeMap;

use plugsmith::protocol::metadata::{self, Record};
use plugsmith::protocol::orbis;
use wasmparser::{Parser, Validator, WasmFeatures};

use crate::artifact::edges::Edges;
use crate::artifact::proposals;
use crate::error::{Error, Result};
use crate::import::{Import, Signature};
use reader::ModuleReader;

pub(crate) use invalid::{Invalid, NO_WASM};
pub(crate) use reader::TABLE_ELEMENTS;

/// What a module is made of.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// Functions that it wants from its host.
    pub imports: Vec<Import>,
    /// Functions that it offers, with their signatures.
    pub exports: BTreeMap<String, Signature>,
    /// The name and size in bytes of each section, in order; a custom section by its own name.
    pub sections: Vec<(String, usize)>,
    /// The plugin's own records of its entry points.
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

    /// The backends that serve keys, by their prefixes: the order of records is the linker's.
    pub(crate) fn storage_backends(&self) -> Vec<metadata::StorageBackend> {
        let backends = self.records.iter().filter_map(|record| match record {
            Record::StorageBackend(backend) => Some(backend.clone()),
            _ => None,
        });
        let mut backends: Vec<_> = backends.collect();
        backends.sort_by(|a, b| a.prefix.cmp(&b.prefix));
        backends
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

/// Whether Extism calls such a function: no parameters, and nothing or an i32.
pub(crate) fn is_callable(signature: &Signature) -> bool {
    signature.parameters.is_empty()
        && matches!(signature.results.as_slice(), [] | [_])
        && signature.results.iter().all(|ty| ty == "i32")
}
