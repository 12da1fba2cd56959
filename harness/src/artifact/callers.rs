//! Which crates lead to an import: the functions that call it, and those that call them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use wasmparser::{KnownCustom, Name, Operator, Parser, Payload, TypeRef};

use crate::import::Import;

/// The crates on the shortest path from the import up to an entry point, the one that calls the import
/// first; empty where the artifact has no names, or nothing calls the import directly.
pub(crate) fn crates(wasm: &[u8], import: &Import) -> Vec<String> {
    let Some(graph) = Graph::read(wasm, import) else { return Vec::new() };
    let mut crates: Vec<String> = Vec::new();
    for function in graph.path_up() {
        if let Some(name) = graph.names.get(&function).and_then(|name| crate_of(name))
            && !crates.contains(&name)
        {
            crates.push(name);
        }
    }
    crates
}

/// The calls of a module, backwards.
#[derive(Default)]
struct Graph {
    import: u32,
    /// Who calls a function.
    callers: BTreeMap<u32, BTreeSet<u32>>,
    names: BTreeMap<u32, String>,
}

impl Graph {
    fn read(wasm: &[u8], wanted: &Import) -> Option<Graph> {
        let (mut graph, mut found, mut index) = (Graph::default(), None, 0);
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.ok()? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let import = import.ok()?;
                        if !matches!(import.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)) {
                            continue;
                        }
                        if import.module == wanted.module && import.name == wanted.name {
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
        graph.import = found?;
        Some(graph)
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
