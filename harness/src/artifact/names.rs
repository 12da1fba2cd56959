//! The file with names beside an artifact that ships, which has none.

use std::path::Path;

use crate::artifact::module::Module;
use crate::artifact::{build, file};

/// The same code, with the names of its functions.
pub(crate) struct Named {
    pub(crate) wasm: Vec<u8>,
    pub(crate) module: Module,
}

/// The file with names beside this artifact, if it is of the same code.
pub(crate) fn beside(path: Option<&Path>, module: &Module) -> Option<Named> {
    let wasm = file::read(&build::named(path?)).ok()?;
    let named = Module::parse(&wasm).ok()?;
    let lengths = |module: &Module| module.functions.iter().map(|(_, length)| *length).collect::<Vec<_>>();
    (lengths(&named) == lengths(module)).then_some(Named { wasm, module: named })
}
