//! The constant beside an Orbis entry point, by which `export_plugin!` finds it.

use proc_macro2::TokenStream;
use quote::{format_ident, quote_spanned};
use syn::{Ident, ItemFn, Path};

use crate::diagnostics::generated;
use crate::signature::unraw;

/// The marker's name. rustc shows it when a list names anything else, so it spells out the fix.
fn ident(function: &Ident) -> Ident {
    format_ident!("__plugsmith_{}_needs_an_orbis_route_or_lifecycle_attribute", unraw(function), span = function.span())
}

/// The marker of the function at `path`.
pub(crate) fn path(path: &Path) -> Path {
    let mut marker = path.clone();
    if let Some(last) = marker.segments.last_mut() {
        last.ident = ident(&last.ident);
    }
    marker
}

/// The marker of an entry point, as visible as the function.
///
/// Nothing else in the crate uses the function, and the marker is not kept alive by an `allow`:
/// so rustc warns of a function that the list forgets. It says nothing of the marker itself,
/// whose name begins with an underscore.
pub(crate) fn emit(item: &ItemFn, entry: &TokenStream) -> TokenStream {
    let visibility = &item.vis;
    let ident = ident(&item.sig.ident);
    let span = generated(item.sig.ident.span());
    quote_spanned! {span=>
        #[doc(hidden)]
        #[allow(non_upper_case_globals, reason = "named after the function")]
        #visibility const #ident: ::__plugsmith::orbis::__private::Entry = #entry;
    }
}

/// The author's function and a marker, where a mistake prevents everything else: `export_plugin!`
/// and `call!` still find the entry point.
pub(crate) fn stand_in(item: TokenStream, entry: fn(&str, proc_macro2::Span) -> TokenStream) -> TokenStream {
    let Ok(function) = syn::parse2::<ItemFn>(item.clone()) else { return item };
    let ident = &function.sig.ident;
    let marker = emit(&function, &entry(&unraw(ident), generated(ident.span())));
    quote_spanned!(generated(ident.span())=> #item #marker)
}
