//! Which exports may answer with a code other than 0, which is an error.

use std::collections::BTreeMap;

use wasmparser::{BinaryReaderError, ExternalKind, FunctionBody, Operator, Parser, Payload, TypeRef};

use super::Artifact;

impl Artifact {
    /// The exports that Extism can call and whose code does not evidently give 0 wherever it ends.
    pub(crate) fn may_give_codes(&self) -> Vec<String> {
        let gives_i32 = |name: &str| self.module.exports.get(name).is_some_and(|export| export.results == ["i32"]);
        let codes = codes(&self.wasm).unwrap_or_default();
        self.module.callable().filter(|name| gives_i32(name) && codes.contains_key(*name)).map(str::to_owned).collect()
    }
}

/// The exported functions that may give something else than 0.
fn codes(wasm: &[u8]) -> Result<BTreeMap<String, u32>, BinaryReaderError> {
    let (mut imported, mut defined) = (0, 0);
    let mut exports = BTreeMap::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)));
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    if export.kind == ExternalKind::Func {
                        exports.insert(export.name.to_owned(), export.index);
                    }
                }
            }
            Payload::CodeSectionEntry(body) => {
                let index = imported + defined;
                if gives_zero(&body)? {
                    exports.retain(|_, export| *export != index);
                }
                defined += 1;
            }
            _ => {}
        }
    }
    Ok(exports)
}

/// Whether a constant 0 stands before each end of this function.
fn gives_zero(body: &FunctionBody<'_>) -> Result<bool, BinaryReaderError> {
    let (mut depth, mut is_zero) = (0, false);
    for operator in body.get_operators_reader()? {
        let operator = operator?;
        let ends = match &operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } | Operator::TryTable { .. } => {
                depth += 1;
                false
            }
            Operator::End if depth == 0 => true,
            Operator::End => {
                depth -= 1;
                false
            }
            Operator::Return => true,
            Operator::Br { relative_depth } => *relative_depth == depth,
            // A branch in the midst of things, and a function whose end is another's.
            Operator::BrIf { relative_depth } if *relative_depth == depth => return Ok(false),
            Operator::BrTable { targets } if targets.targets().any(|target| target.is_ok_and(|to| to == depth)) => {
                return Ok(false);
            }
            Operator::BrTable { targets } if targets.default() == depth => return Ok(false),
            Operator::ReturnCall { .. } | Operator::ReturnCallIndirect { .. } => return Ok(false),
            _ => false,
        };
        if ends && !is_zero {
            return Ok(false);
        }
        // Nothing comes behind these but a new place to branch to.
        let leaves = matches!(
            operator,
            Operator::Unreachable | Operator::Return | Operator::Br { .. } | Operator::BrTable { .. }
        );
        is_zero = leaves || matches!(operator, Operator::I32Const { value: 0 });
    }
    Ok(true)
}
