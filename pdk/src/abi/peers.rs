//! `register_plugin` and `call_plugin`, from either of the two modules that hosts have them in.
//!
//! The module is a type, so that an artifact imports from one of them only: what is never named is
//! never linked.

#![expect(unsafe_code, reason = "the raw imports of the two functions")]

use std::cell::RefCell;

use super::extism::{Block, HostHandle};
use crate::error::HostError;

/// Where `register_plugin` and `call_plugin` are imported from: [`User`] or [`Env`].
pub trait Namespace {
    /// The module.
    #[doc(hidden)]
    const MODULE: &'static str;
    #[doc(hidden)]
    /// The id of a fresh instance of the plugin that the block at `name` names, or an error.
    fn register(name: i64) -> i64;
    #[doc(hidden)]
    /// The offset of the output of a call, or an error.
    fn call(id: i64, function: i64, input: i64) -> i64;
}

macro_rules! modules {
    ($($(#[$doc:meta])* $name:ident, $raw:ident, $module:literal;)*) => {$(
        mod $raw {
            #[link(wasm_import_module = $module)]
            unsafe extern "C" {
                pub(super) safe fn register_plugin(name: i64) -> i64;
                pub(super) safe fn call_plugin(id: i64, function: i64, input: i64) -> i64;
            }
        }

        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl Namespace for $name {
            const MODULE: &'static str = $module;

            fn register(name: i64) -> i64 {
                $raw::register_plugin(name)
            }

            fn call(id: i64, function: i64, input: i64) -> i64 {
                $raw::call_plugin(id, function, input)
            }
        }
    )*};
}
modules! {
    /// The module `extism:host/user`, where today's hosts have their functions.
    User, user, "extism:host/user";
    /// The module `env`, where a plain `extern "C"` block imports from.
    Env, env, "env";
}

thread_local! {
    /// The peers that this instance has loaded: module, name, id.
    static LOADED: RefCell<Vec<(&'static str, String, i64)>> = const { RefCell::new(Vec::new()) };
}

impl HostHandle {
    pub(crate) fn loaded_peer<N: Namespace>(&self, name: &str) -> Option<i64> {
        LOADED.with_borrow(|loaded| {
            loaded.iter().find(|(module, known, _)| *module == N::MODULE && known == name).map(|(_, _, id)| *id)
        })
    }

    pub(crate) fn keep_peer<N: Namespace>(&self, name: &str, id: i64) {
        LOADED.with_borrow_mut(|loaded| loaded.push((N::MODULE, name.to_owned(), id)));
    }

    pub(crate) fn forget_peer<N: Namespace>(&self, id: i64) {
        LOADED.with_borrow_mut(|loaded| loaded.retain(|(module, _, known)| *module != N::MODULE || *known != id));
    }

    pub(crate) fn register_peer<N: Namespace>(&self, name: &str) -> Result<i64, HostError> {
        let name = Block::new(name.as_bytes());
        checked(N::register(name.offset().cast_signed()))
    }

    /// The output; `None` where it is empty, which most hosts can only say by offset 0.
    pub(crate) fn call_peer<N: Namespace>(
        &self,
        id: i64,
        function: &str,
        input: &[u8],
    ) -> Result<Option<Vec<u8>>, HostError> {
        let (function, input) = (Block::new(function.as_bytes()), Block::new(input));
        let output = checked(N::call(id, function.offset().cast_signed(), input.offset().cast_signed()))?;
        Ok(Block::from_offset(output.cast_unsigned()).map(|block| block.read()).filter(|bytes| !bytes.is_empty()))
    }
}

/// An id or an offset; a negative one is the negated offset of the error's text.
fn checked(answer: i64) -> Result<i64, HostError> {
    if answer >= 0 {
        return Ok(answer);
    }
    let text = Block::from_offset(answer.unsigned_abs()).map(|block| block.read()).unwrap_or_default();
    // Bytes that are not text give no reason, as an empty text does.
    Err(HostError::from_wire(&String::from_utf8(text).unwrap_or_default()))
}
