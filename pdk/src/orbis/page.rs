//! The calls of `export_plugin!(.., abi = "page")`: as those beside it, in the signatures on Orbis' page.

pub use super::{allocate, deallocate};
use crate::orbis::entry::Entry;

/// One call of a handler's export.
#[cfg(target_arch = "wasm32")]
pub fn export(input: i32, length: i32, entry: &Entry) -> i32 {
    crate::abi::orbis::page::export(input, length, |text| entry.reply(text))
}

/// Nothing calls an export natively; it is compiled there so that rustc judges its types.
#[cfg(not(target_arch = "wasm32"))]
pub fn export(_input: i32, _length: i32, _entry: &Entry) -> i32 {
    0
}

/// One call of a marked function of the lifecycle.
pub fn export_lifecycle(_phase: &str, entry: &Entry) -> i32 {
    run_lifecycle(|| entry.code())
}

/// One call of a function of the lifecycle.
pub fn run_lifecycle(body: impl FnOnce() -> i32) -> i32 {
    #[cfg(target_arch = "wasm32")]
    crate::abi::orbis::page::begin();
    body()
}
