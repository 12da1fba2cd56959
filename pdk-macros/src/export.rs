//! The export of an entry point: one call into the library, under the name that hosts know.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote_spanned};

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
