//! The marker that `export_plugin!` looks for beside an entry point.

use proc_macro2::TokenStream;
use quote::{format_ident, quote_spanned};
use syn::{Ident, ItemFn, Visibility};

use crate::diagnostics::generated;
use crate::record::quoted;
use crate::signature::unraw;

/// What the order in `export_plugin!` means for an entry point.
pub(crate) enum Order {
    /// Nothing: the host calls it by its name.
    Free,
    /// It runs in the order of the list, among others of its kind.
    Listed,
}

/// The marker's name. rustc shows it when `export_plugin!` names a plain function, so it spells
/// out the fix.
pub(crate) fn ident(function: &Ident) -> Ident {
    format_ident!("__plugsmith_{}_needs_an_attribute_such_as_command_or_hook", unraw(function), span = function.span())
}

/// The marker of an entry point and its export, as visible as the entry point.
pub(crate) fn emit(entry: &Ident, visibility: &Visibility, export: &str, order: Order) -> TokenStream {
    let ident = ident(entry);
    let export = quoted(export);
    let listed = matches!(order, Order::Listed);
    let span = generated(entry.span());
    quote_spanned! {span=>
        #[doc(hidden)]
        #[allow(non_upper_case_globals, reason = "named after the function")]
        #visibility const #ident: ::__plugsmith::__private::Entry =
            ::__plugsmith::__private::Entry { export: #export, listed: #listed };
    }
}

/// The author's item and a marker, where a mistake prevents everything else: `export_plugin!` still
/// finds the entry point.
pub(crate) fn stand_in(item: &TokenStream, entry: &Ident, visibility: &Visibility) -> TokenStream {
    let marker = emit(entry, visibility, &format!("{} with a mistake", unraw(entry)), Order::Free);
    quote_spanned!(generated(entry.span())=> #item #marker)
}

/// [`stand_in`] for a function.
pub(crate) fn stand_in_for_function(item: TokenStream) -> TokenStream {
    match syn::parse2::<ItemFn>(item.clone()) {
        Ok(function) => stand_in(&item, &function.sig.ident, &function.vis),
        Err(_) => item,
    }
}
