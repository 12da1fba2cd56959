//! What an artifact says and shows of itself, gathered for a reader: entry points, imports, the
//! permissions that follow from them, and where its bytes go.

mod permissions;
mod sizes;

use std::collections::{BTreeMap, HashSet};

use plugsmith::protocol::metadata::{Command, DataType, Fcall, Function, Hook, Record, StorageBackend, Transformer};
use plugsmith::protocol::orbis::Route;
use serde::Serialize;

pub use permissions::Permission;
pub use sizes::{CrateSize, Section};

use crate::artifact::module::{Module, is_callable};
use crate::artifact::order;
use crate::artifact::source::Source;
use crate::error::Result;

/// An artifact seen from outside, without running it.
#[derive(Clone, Debug, Serialize)]
pub struct Inspection {
    /// The size of the file in bytes.
    pub bytes: usize,
    /// The size without the names of functions and debug information, as `strip = true` leaves it.
    pub stripped_bytes: usize,
    /// The commands that it says it has, sorted: the linker decides on the order of records.
    pub commands: Vec<CommandInfo>,
    /// The functions that it says it has, sorted.
    pub functions: Vec<FunctionInfo>,
    /// The `#[fcall]` functions that it says it has.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fcalls: Vec<Fcall>,
    /// The hooks that it says it has, by event, and as they run.
    pub hooks: Vec<Hook>,
    /// The data types that it says it has, sorted.
    pub data_types: Vec<DataType>,
    /// The transformers that it says it has, by direction, and as those of writes run.
    pub transformers: Vec<Transformer>,
    /// The storage backends that it says it has, sorted.
    pub storage_backends: Vec<StorageBackend>,
    /// The routes that it says it has, by path.
    pub routes: Vec<Route>,
    /// What else it exports.
    pub exports: Vec<Export>,
    /// What it wants from its host, by import module.
    pub imports: Vec<ImportModule>,
    /// What these imports let it do.
    pub permissions: Vec<Permission>,
    /// Whether it says nothing of itself, and the `plugin.toml` in its folder does.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stood_in: bool,
    /// Its memory.
    pub memory: Memory,
    /// Its sections in order.
    pub sections: Vec<Section>,
    /// The code of each crate, largest first; empty where the artifact has no names.
    pub crates: Vec<CrateSize>,
}

/// A command, and how it is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CommandInfo {
    /// `GREET <name> [times]`.
    pub usage: String,
    /// All that the record holds.
    #[serde(flatten)]
    pub record: Command,
}

/// A function that takes an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FunctionInfo {
    /// All that the record holds.
    #[serde(flatten)]
    pub record: Function,
}

/// An exported function that no record speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Export {
    /// Its name.
    pub name: String,
    /// `name(i32) -> i32`.
    pub signature: String,
    /// Whether an Extism host can call it.
    pub callable: bool,
}

/// The functions that an artifact imports from one module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ImportModule {
    /// The module, such as `extism:host/env`.
    pub module: String,
    /// `name(i64) -> i64`, sorted.
    pub functions: Vec<String>,
}

/// A memory, in pages of 64 KiB.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Memory {
    /// The pages that it starts with.
    pub initial_pages: u64,
    /// The most pages that it allows itself.
    pub maximum_pages: Option<u64>,
}

impl Inspection {
    /// Reads an artifact.
    ///
    /// ```
    /// use plugsmith_harness::Inspection;
    ///
    /// let wat = br#"(module
    ///   (import "wasi_snapshot_preview1" "random_get" (func (param i32 i32) (result i32)))
    ///   (memory 17)
    ///   (func (export "run")))"#;
    /// let found = Inspection::read(&wat[..])?;
    /// assert_eq!(found.exports[0].signature, "run()");
    /// assert_eq!((found.permissions[0].resource.as_str(), found.permissions[0].action.as_str()), ("system", "random"));
    /// # Ok::<(), plugsmith_harness::Error>(())
    /// ```
    ///
    /// # Errors
    /// A missing file, an invalid module.
    pub fn read(source: impl Into<Source>) -> Result<Inspection> {
        let source = source.into();
        let wasm = source.clone().read()?;
        let as_built = Module::parse(&wasm)?;
        let stood_in = as_built.records.is_empty();
        let module = if stood_in { Module::parse(&source.read_with_records()?)? } else { as_built.clone() };
        let stood_in = stood_in && !module.records.is_empty();
        let mut commands: Vec<CommandInfo> =
            module.commands().map(|record| CommandInfo { usage: usage(record), record: record.clone() }).collect();
        let (mut functions, mut fcalls, mut data_types) = (Vec::new(), Vec::new(), Vec::new());
        let (storage_backends, mut routes) = (module.storage_backends(), Vec::new());
        for record in &module.records {
            match record {
                Record::Command(_) | Record::Hook(_) | Record::List(_) | Record::Order(_) => {}
                Record::StorageBackend(_) | Record::Transformer(_) => {}
                Record::Fcall(record) => fcalls.push(record.clone()),
                Record::DataType(record) => data_types.push(record.clone()),
                Record::Function(record) => functions.push(FunctionInfo { record: record.clone() }),
                Record::Route(record) => routes.push(record.clone()),
            }
        }
        commands.sort_by(|a, b| a.record.name.cmp(&b.record.name));
        functions.sort_by(|a, b| a.record.name.cmp(&b.record.name));
        let mut hooks = order::hooks(&module);
        hooks.sort_by(|a, b| a.event.cmp(&b.event));
        data_types.sort_by(|a, b| a.name.cmp(&b.name));
        let mut transformers = order::transformers(&module);
        transformers.sort_by(|a, b| a.on.cmp(&b.on));
        routes.sort_by(|a, b| (&a.path, &a.method).cmp(&(&b.path, &b.method)));
        let known: HashSet<&str> = (commands.iter().map(|command| command.record.name.as_str()))
            .chain(functions.iter().map(|function| function.record.name.as_str()))
            .chain(fcalls.iter().map(|function| function.name.as_str()))
            .chain(hooks.iter().map(|hook| hook.export.as_str()))
            .chain(transformers.iter().map(|transformer| transformer.export.as_str()))
            .chain(storage_backends.iter().map(|backend| backend.export.as_str()))
            .chain(routes.iter().map(|route| route.handler.as_str()))
            .collect();
        let exports = module
            .exports
            .iter()
            .filter(|(name, _)| !known.contains(name.as_str()))
            .map(|(name, signature)| Export {
                name: name.clone(),
                signature: signature.render(name),
                callable: is_callable(signature),
            })
            .collect();
        let sections = sizes::sections(&as_built);
        Ok(Inspection {
            bytes: wasm.len(),
            stripped_bytes: sizes::stripped(wasm.len(), &sections),
            exports,
            imports: imports(&module),
            permissions: permissions::of(&module),
            memory: Memory { initial_pages: module.initial_pages, maximum_pages: module.maximum_pages },
            crates: sizes::crates(&as_built),
            stood_in,
            sections,
            commands,
            functions,
            fcalls,
            hooks,
            data_types,
            transformers,
            storage_backends,
            routes,
        })
    }
}

/// What a module's imports let it do.
pub(crate) fn permissions(module: &Module) -> Vec<Permission> {
    permissions::of(module)
}

/// As the guest words it when the number of arguments is wrong.
fn usage(command: &Command) -> String {
    let mut text = command.name.clone();
    let taken: Vec<_> = command.parameters.iter().filter(|parameter| parameter.kind != "context").collect();
    let is_raw = matches!(taken[..], [only] if only.kind == "rest" && only.ty == "value");
    for parameter in &command.parameters {
        match parameter.kind.as_str() {
            // `&[Value]`: the arity alone says how many are required.
            "rest" if is_raw => {
                let required = command.arity.unsigned_abs().saturating_sub(1) as usize;
                if required > 4 {
                    text.push_str(&format!(" <{} ..>", parameter.name));
                    continue;
                }
                text.push_str(&format!(" <{}>", parameter.name).repeat(required));
                if command.arity < 0 {
                    text.push_str(&format!(" [{} ..]", parameter.name));
                }
            }
            "context" => {}
            "optional" => text.push_str(&format!(" [{}]", parameter.name)),
            "rest" => text.push_str(&format!(" [{} ..]", parameter.name)),
            _ => text.push_str(&format!(" <{}>", parameter.name)),
        }
    }
    text
}

fn imports(module: &Module) -> Vec<ImportModule> {
    let mut modules: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for import in &module.imports {
        modules.entry(&import.module).or_default().push(import.signature.render(&import.name));
    }
    let sorted = |(module, mut functions): (&str, Vec<String>)| {
        functions.sort();
        ImportModule { module: module.to_owned(), functions }
    };
    modules.into_iter().map(sorted).collect()
}
