//! `export_plugin!(f, module::g)`.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Path, Token};

use crate::marker;

pub(crate) fn expand(names: TokenStream) -> syn::Result<TokenStream> {
    let paths = Punctuated::<Path, Token![,]>::parse_terminated.parse2(names)?;
    let mut checks = TokenStream::new();
    for (index, path) in paths.iter().enumerate() {
        if paths.iter().take(index).any(|earlier| earlier == path) {
            return Err(syn::Error::new(path.span(), "listed twice"));
        }
        let mut marker = path.clone();
        if let Some(last) = marker.segments.last_mut() {
            last.ident = marker::ident(&last.ident);
        }
        checks.extend(quote_spanned! {path.span()=>
            const _: ::plugsmith::__private::Entry = #marker;
        });
    }
    Ok(checks)
}
