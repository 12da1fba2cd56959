//! Which crates lead to an import: the functions that call it, and those that call them.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};

use wasmparser::{KnownCustom, Name, Operator, Parser, Payload, TypeRef};

use crate::artifact::module::Module;
use crate::import::{Import, WASI};

/// The crates on the shortest path from the import up to an entry point, the one that calls the import
/// first; empty where the artifact has no names, or nothing calls the import directly.
pub(crate) fn crates(wasm: &[u8], import: &Import) -> Vec<String> {
    let is_it = |found: Option<(&str, &str)>, _: Option<&str>| found == Some((&import.module, &import.name));
    Graph::of(wasm, is_it).map(|graph| graph.crates()).unwrap_or_default()
}

/// That the artifact prints by `println!` and its like, which do nothing on wasm32-unknown-unknown, and the
/// crates that do; `None` where nothing does, or nobody knows because the artifact has no names.
pub(crate) fn printing(module: &Module, wasm: &[u8]) -> Option<String> {
    let has_names = module.functions.iter().flat_map(|(name, _)| name).any(|name| prints(name));
    let is_wasi = module.imports_named(WASI, "fd_write");
    if !has_names || is_wasi {
        return None;
    }
    let crates = Graph::of(wasm, |_, name| name.is_some_and(prints)).map(|graph| graph.crates()).unwrap_or_default();
    let by = if crates.is_empty() { String::new() } else { format!(" (in `{}`)", crates.join("`, called by `")) };
    Some(format!("calls `println!` or `eprintln!`{by}, which print nothing on wasm32-unknown-unknown"))
}

/// Tells once of text that goes nowhere, where somebody looks for it.
pub(crate) fn tell_of_prints(module: &Module, wasm: &[u8], artifact: Option<&Path>) {
    static TOLD: LazyLock<Mutex<HashSet<PathBuf>>> = LazyLock::new(Mutex::default);
    let (Some(path), Some(what)) = (artifact, printing(module, wasm)) else { return };
    if TOLD.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned()) {
        let name = path.file_name().unwrap_or_default().display();
        eprintln!("plugsmith: {name} {what}: write `log().info(..)`, which traces show");
    }
}

/// Whether a function of this name, as rustc mangles it, is where text for stdout or stderr ends.
fn prints(name: &str) -> bool {
    ["5stdio6_print", "5stdio7_eprint", "5stdio10StdoutLock", "5stdio10StderrLock"]
        .iter()
        .any(|part| name.contains(part))
}

/// The calls of a module, backwards.
#[derive(Default)]
struct Graph {
    /// The function whose callers are looked for.
    import: u32,
    /// Who calls a function.
    callers: BTreeMap<u32, BTreeSet<u32>>,
    names: BTreeMap<u32, String>,
}

impl Graph {
    /// Around the first function that is the one: told by module and name of an import, and by its own name.
    fn of(wasm: &[u8], is_it: impl Fn(Option<(&str, &str)>, Option<&str>) -> bool) -> Option<Graph> {
        let (mut graph, mut found, mut index) = (Graph::default(), None, 0);
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.ok()? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let import = import.ok()?;
                        if !matches!(import.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)) {
                            continue;
                        }
                        if is_it(Some((import.module, import.name)), None) {
                            found.get_or_insert(index);
                        }
                        index += 1;
                    }
                }
                Payload::CodeSectionEntry(body) => {
                    for operator in body.get_operators_reader().ok()? {
                        if let Operator::Call { function_index } | Operator::ReturnCall { function_index } =
                            operator.ok()?
                        {
                            graph.callers.entry(function_index).or_default().insert(index);
                        }
                    }
                    index += 1;
                }
                Payload::CustomSection(section) => {
                    let KnownCustom::Name(names) = section.as_known() else { continue };
                    for name in names.into_iter().map_while(Result::ok) {
                        let Name::Function(names) = name else { continue };
                        let names = names.into_iter().map_while(Result::ok);
                        graph.names.extend(names.map(|naming| (naming.index, naming.name.to_owned())));
                    }
                }
                _ => {}
            }
        }
        let by_name = || graph.names.iter().find(|(_, name)| is_it(None, Some(name))).map(|(index, _)| *index);
        graph.import = found.or_else(by_name)?;
        Some(graph)
    }

    /// The crates on the shortest path up to an entry point.
    fn crates(&self) -> Vec<String> {
        let mut crates: Vec<String> = Vec::new();
        for function in self.path_up() {
            if let Some(name) = self.names.get(&function).and_then(|name| crate_of(name))
                && !crates.contains(&name)
            {
                crates.push(name);
            }
        }
        crates
    }

    /// A shortest path from the import to a function that nothing calls, without the import itself.
    fn path_up(&self) -> Vec<u32> {
        let mut called_by_us: BTreeMap<u32, u32> = BTreeMap::new();
        let mut waiting = VecDeque::from([self.import]);
        let mut last = None;
        while let Some(function) = waiting.pop_front() {
            last = Some(function);
            let callers = self.callers.get(&function).into_iter().flatten().copied();
            let fresh = callers.filter(|caller| *caller != self.import && !called_by_us.contains_key(caller));
            let fresh = fresh.collect::<Vec<_>>();
            if fresh.is_empty() && function != self.import {
                break;
            }
            for caller in fresh {
                called_by_us.insert(caller, function);
                waiting.push_back(caller);
            }
        }
        let mut path = Vec::new();
        while let Some(function) = last.filter(|function| *function != self.import) {
            path.push(function);
            last = called_by_us.get(&function).copied();
        }
        path.reverse();
        path
    }
}

/// The crate of a Rust function; none for Rust's own library and for wasm-bindgen's glue.
fn crate_of(name: &str) -> Option<String> {
    let name = format!("{:#}", rustc_demangle::try_demangle(name).ok()?);
    let start = name.trim_start_matches(['<', '&', '*', ' ']);
    let (name, _) = start.split_once("::")?;
    let is_name = name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    let of_rust = ["alloc", "core", "std", "wasm_bindgen", "plugsmith"];
    (is_name && !of_rust.contains(&name)).then(|| name.to_owned())
}
