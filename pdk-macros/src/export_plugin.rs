//! `export_plugin!(f, module::g)`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Path, Token};

use crate::diagnostics::{Mistakes, generated};
use crate::marker;

pub(crate) fn expand(names: TokenStream) -> syn::Result<TokenStream> {
    let paths = Punctuated::<Path, Token![,]>::parse_terminated.parse2(names).map_err(|error| {
        syn::Error::new(
            error.span(),
            "expected names of commands, hooks and functions: `export_plugin!(greet, other::greet)`",
        )
    })?;
    let mut mistakes = Mistakes::default();
    let (mut entries, mut checks) = (Vec::new(), Vec::new());
    for (index, path) in paths.iter().enumerate() {
        if paths.iter().take(index).any(|earlier| earlier == path) {
            mistakes.at(path, format_args!("`{}` is listed twice: take one away", last(path)));
        }
        let mut marker = path.clone();
        if let Some(last) = marker.segments.last_mut() {
            last.ident = marker::ident(&last.ident);
        }
        entries.push(quote_spanned!(path.span()=> #marker));
        checks.push(quote_spanned! {generated(path.span())=>
            const _: () = ::core::assert!(
                !::__plugsmith::__private::is_repeated(ENTRIES, #index),
                "an earlier entry point of this list has the same name: rename one"
            );
        });
    }
    mistakes.into_result()?;
    Ok(quote! {
        const _: () = {
            const ENTRIES: &[::__plugsmith::__private::Entry] = &[#(#entries),*];
            #(#checks)*
            // The order in which hooks and transformers of one priority run.
            #[cfg(target_arch = "wasm32")]
            const _: () = {
                const LENGTH: ::core::primitive::usize = ::__plugsmith::__private::order_length(ENTRIES);
                #[unsafe(link_section = "plugsmith")]
                static _RECORD: [::core::primitive::u8; LENGTH] = ::__plugsmith::__private::order(ENTRIES);
            };
            // All of the list: what it names of other crates is meant to be here.
            #[cfg(target_arch = "wasm32")]
            const _: () = {
                const START: &::core::primitive::str = ::core::concat!(
                    "{\"kind\":\"list\",\"module\":\"", ::core::module_path!(), "\",\"exports\":["
                );
                const LENGTH: ::core::primitive::usize = ::__plugsmith::__private::list_length(START, ENTRIES);
                #[unsafe(link_section = "plugsmith")]
                static _RECORD: [::core::primitive::u8; LENGTH] = ::__plugsmith::__private::list(START, ENTRIES);
            };
        };
    })
}

fn last(path: &Path) -> String {
    path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
}
