//! `call!(get_item, request)`: a handler as its export runs it, for unit tests.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Expr, Path, Token};

use super::marker;

pub(crate) fn expand(tokens: TokenStream) -> syn::Result<TokenStream> {
    let usage = "expected a handler and a request: `call!(get_item, host.request(\"GET\", \"/api/items/7\"))`";
    let parts = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens)?;
    let mut parts = parts.into_iter();
    let (Some(Expr::Path(handler)), Some(request), None) = (parts.next(), parts.next(), parts.next()) else {
        return Err(syn::Error::new(proc_macro2::Span::call_site(), usage));
    };
    let path: &Path = &handler.path;
    let marker = marker::path(path);
    Ok(quote_spanned! {path.span()=>
        ::__plugsmith::orbis::__private::call(&#marker, #request)
    })
}

/// What stands in for the output on a mistake: an expression of any type.
pub(crate) fn stand_in() -> TokenStream {
    quote::quote!(::core::panic!())
}
