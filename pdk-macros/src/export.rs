//! The export of an entry point: one call into the library, under the name that hosts know.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote_spanned};

use crate::arguments::Placed;
use crate::diagnostics::Mistakes;

/// Names that mean something else to Extism, to WASI or to the linker; so do all that start with
/// two underscores.
const TAKEN: &[&str] = &[
    "_initialize",
    "_start",
    "bcmp",
    "hs_exit",
    "hs_init",
    "memcmp",
    "memcpy",
    "memmove",
    "memory",
    "memset",
    "strlen",
];

/// Refuses a name under which an artifact would not link, or not load.
pub(crate) fn check(name: &Placed<String>, mistakes: &mut Mistakes) {
    if name.value.starts_with("__") || TAKEN.contains(&name.value.as_str()) {
        mistakes.at(
            name.span,
            format_args!(
                "the export `{}` belongs to the host or to the linker: set another `name = \"..\"`",
                name.value
            ),
        );
    }
}

/// An export called `name` whose body is `call`. Natively it is compiled, so that rustc judges its
/// types, but nothing calls it.
pub(crate) fn emit(name: &str, call: &TokenStream, span: Span) -> TokenStream {
    let export = format_ident!("__plugsmith_export", span = span);
    quote_spanned! {span=>
        #[cfg_attr(target_arch = "wasm32", unsafe(export_name = #name))]
        #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "an export of the artifact only"))]
        extern "C" fn #export() -> i32 {
            #call
        }
    }
}
