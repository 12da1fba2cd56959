//! Which imports the code behind each export can reach.
//!
//! An indirect call can lead to every function of the same type whose reference is taken anywhere. So this is
//! more than what a call really does, and never less.

use std::collections::{BTreeMap, BTreeSet};

use wasmparser::{
    CompositeInnerType, ElementItems, ExternalKind, FuncType, FunctionBody, Operator, Parser, Payload, TypeRef,
};

/// The imports, by module and name, that each exported function can reach.
pub(crate) type Reach = BTreeMap<String, BTreeSet<(String, String)>>;

/// What the exports of a module can reach; nothing if it is not a module.
pub(crate) fn imports(wasm: &[u8]) -> Reach {
    Code::read(wasm).map(|code| code.reach()).unwrap_or_default()
}

/// The functions of a module, as far as calls are concerned.
#[derive(Default)]
struct Code {
    types: Vec<Option<FuncType>>,
    imports: Vec<(String, String)>,
    /// The type of each function, of imports first.
    functions: Vec<u32>,
    bodies: Vec<Calls>,
    /// The functions whose references are taken.
    referenced: BTreeSet<u32>,
    exports: Vec<(String, u32)>,
}

/// What a function calls.
#[derive(Default)]
struct Calls {
    functions: BTreeSet<u32>,
    /// The types of indirect calls.
    types: BTreeSet<u32>,
}

impl Code {
    fn read(wasm: &[u8]) -> wasmparser::Result<Code> {
        let mut code = Code::default();
        for payload in Parser::new(0).parse_all(wasm) {
            match payload? {
                Payload::TypeSection(groups) => {
                    for group in groups {
                        for ty in group?.into_types() {
                            code.types.push(match ty.composite_type.inner {
                                CompositeInnerType::Func(ty) => Some(ty),
                                _ => None,
                            });
                        }
                    }
                }
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        let import = import?;
                        if let TypeRef::Func(ty) | TypeRef::FuncExact(ty) = import.ty {
                            code.imports.push((import.module.to_owned(), import.name.to_owned()));
                            code.functions.push(ty);
                        }
                    }
                }
                Payload::FunctionSection(types) => {
                    for ty in types {
                        code.functions.push(ty?);
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export?;
                        if matches!(export.kind, ExternalKind::Func | ExternalKind::FuncExact) {
                            code.exports.push((export.name.to_owned(), export.index));
                        }
                    }
                }
                Payload::ElementSection(elements) => {
                    for element in elements {
                        match element?.items {
                            ElementItems::Functions(functions) => {
                                for function in functions {
                                    code.referenced.insert(function?);
                                }
                            }
                            ElementItems::Expressions(_, expressions) => {
                                for expression in expressions {
                                    for operator in expression?.get_operators_reader() {
                                        code.note_reference(&operator?);
                                    }
                                }
                            }
                        }
                    }
                }
                Payload::GlobalSection(globals) => {
                    for global in globals {
                        for operator in global?.init_expr.get_operators_reader() {
                            code.note_reference(&operator?);
                        }
                    }
                }
                Payload::CodeSectionEntry(body) => code.note_body(&body)?,
                _ => {}
            }
        }
        Ok(code)
    }

    fn note_reference(&mut self, operator: &Operator<'_>) {
        if let Operator::RefFunc { function_index } = operator {
            self.referenced.insert(*function_index);
        }
    }

    fn note_body(&mut self, body: &FunctionBody<'_>) -> wasmparser::Result<()> {
        let mut calls = Calls::default();
        for operator in body.get_operators_reader()? {
            let operator = operator?;
            match &operator {
                Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                    calls.functions.insert(*function_index);
                }
                Operator::CallIndirect { type_index, .. }
                | Operator::ReturnCallIndirect { type_index, .. }
                | Operator::CallRef { type_index }
                | Operator::ReturnCallRef { type_index } => {
                    calls.types.insert(*type_index);
                }
                operator => self.note_reference(operator),
            }
        }
        self.bodies.push(calls);
        Ok(())
    }

    fn reach(&self) -> Reach {
        let mut by_type: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for ty in self.bodies.iter().flat_map(|calls| &calls.types) {
            by_type.entry(*ty).or_insert_with(|| {
                self.referenced.iter().copied().filter(|function| self.is_of_type(*function, *ty)).collect()
            });
        }
        self.exports.iter().map(|(name, function)| (name.clone(), self.reached_from(*function, &by_type))).collect()
    }

    fn is_of_type(&self, function: u32, ty: u32) -> bool {
        let of = |ty: u32| self.types.get(ty as usize).and_then(Option::as_ref);
        self.functions.get(function as usize).is_some_and(|own| *own == ty || of(*own) == of(ty))
    }

    fn reached_from(&self, start: u32, by_type: &BTreeMap<u32, Vec<u32>>) -> BTreeSet<(String, String)> {
        let (mut seen, mut waiting) = (BTreeSet::from([start]), vec![start]);
        let mut found = BTreeSet::new();
        while let Some(function) = waiting.pop() {
            if let Some(import) = self.imports.get(function as usize) {
                found.insert(import.clone());
                continue;
            }
            let Some(calls) = self.bodies.get(function as usize - self.imports.len()) else { continue };
            let indirect = calls.types.iter().filter_map(|ty| by_type.get(ty)).flatten();
            for next in calls.functions.iter().chain(indirect) {
                if seen.insert(*next) {
                    waiting.push(*next);
                }
            }
        }
        found
    }
}
