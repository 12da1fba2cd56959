//! `export_plugin!(f, module::g)`.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Path, Token};

use crate::diagnostics::Mistakes;
use crate::marker;

pub(crate) fn expand(names: TokenStream) -> syn::Result<TokenStream> {
    let paths = Punctuated::<Path, Token![,]>::parse_terminated.parse2(names).map_err(|error| {
        syn::Error::new(
            error.span(),
            "expected names of commands, hooks and functions: `export_plugin!(greet, other::greet)`",
        )
    })?;
    let mut mistakes = Mistakes::default();
    let mut checks = TokenStream::new();
    for (index, path) in paths.iter().enumerate() {
        if paths.iter().take(index).any(|earlier| earlier == path) {
            mistakes.at(path, format_args!("`{}` is listed twice: take one away", last(path)));
        }
        let mut marker = path.clone();
        if let Some(last) = marker.segments.last_mut() {
            last.ident = marker::ident(&last.ident);
        }
        checks.extend(quote_spanned! {path.span()=>
            const _: ::plugsmith::__private::Entry = #marker;
        });
    }
    mistakes.into_result()?;
    Ok(checks)
}

fn last(path: &Path) -> String {
    path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default()
}
