//! The macros as functions of tokens: what they emit, and what they say to odd input.

mod expansion;
mod library;
mod linked;
mod odd_input;

use proc_macro2::TokenStream;

/// A macro's `expand`, before rustc sees it.
type Expand = fn(TokenStream, TokenStream) -> syn::Result<TokenStream>;

/// The messages of an error, one a line.
fn messages(error: syn::Error) -> String {
    error.into_iter().map(|mistake| format!("{mistake}\n")).collect()
}

fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}
