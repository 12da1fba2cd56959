//! The marker that `export_plugin!` looks for beside an entry point.

use proc_macro2::TokenStream;
use quote::{format_ident, quote_spanned};
use syn::{Ident, ItemFn};

use crate::diagnostics::generated;
use crate::signature::unraw;

/// The marker's name. rustc shows it when `export_plugin!` names a plain function, so it spells
/// out the fix.
pub(crate) fn ident(function: &Ident) -> Ident {
    format_ident!("__plugsmith_{}_needs_a_command_hook_or_function_attribute", unraw(function), span = function.span())
}

/// The marker of an entry point, as visible as the function.
pub(crate) fn emit(item: &ItemFn) -> TokenStream {
    let visibility = &item.vis;
    let ident = ident(&item.sig.ident).clone();
    let span = generated(item.sig.ident.span());
    quote_spanned! {span=>
        #[doc(hidden)]
        #[allow(non_upper_case_globals, dead_code, reason = "named after the function, used by export_plugin! only")]
        #visibility const #ident: ::plugsmith::__private::Entry = ::plugsmith::__private::Entry;
    }
}
