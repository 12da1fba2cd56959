//! From an author's tokens to rustc's, for every macro: the path of the library is put in, and a
//! mistake comes with an item that keeps the rest of the crate free of errors about it.
//!
//! The macros write `::__plugsmith` where the library is meant. That is `::plugsmith`, or what
//! `crate = some::path` says, for a renamed dependency or a crate that re-exports it.

use proc_macro2::{Group, Literal, TokenStream, TokenTree};
use quote::quote;
use syn::parse::Parser;
use syn::{LitStr, Path};

use crate::arguments::{key, split};
use crate::diagnostics::Mistakes;

/// The name of the library in what the macros write.
const PLACEHOLDER: &str = "__plugsmith";

/// The output of an attribute macro. On a mistake it is its message beside `stand_in(item)`, so
/// that the rest of the crate still finds what the macro adds, and reports no errors of its own.
pub(crate) fn attribute(
    args: TokenStream,
    item: TokenStream,
    expand: fn(TokenStream, TokenStream) -> syn::Result<TokenStream>,
    stand_in: fn(TokenStream) -> TokenStream,
) -> TokenStream {
    finish(args, |args| expand(args, item.clone()), || stand_in(item.clone()))
}

/// The output of a macro that is called like a function.
pub(crate) fn function(
    tokens: TokenStream,
    expand: fn(TokenStream) -> syn::Result<TokenStream>,
    stand_in: fn() -> TokenStream,
) -> TokenStream {
    finish(tokens, expand, stand_in)
}

fn finish(
    args: TokenStream,
    expand: impl FnOnce(TokenStream) -> syn::Result<TokenStream>,
    stand_in: impl FnOnce() -> TokenStream,
) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let (library, args) = take(args, &mut mistakes);
    let output = match (mistakes.into_result(), expand(args)) {
        (Ok(()), Ok(output)) => output,
        (Err(error), Ok(output)) => {
            let error = error.into_compile_error();
            quote!(#error #output)
        }
        (before, Err(mut error)) => {
            if let Err(mut before) = before {
                before.combine(error);
                error = before;
            }
            let (error, item) = (error.into_compile_error(), stand_in());
            quote!(#error #item)
        }
    };
    resolve(output, library.as_ref()).0
}

/// Takes `crate = ..` off the arguments.
fn take(args: TokenStream, mistakes: &mut Mistakes) -> (Option<TokenStream>, TokenStream) {
    let parts = split(args.clone());
    let (given, rest): (Vec<_>, Vec<_>) =
        parts.into_iter().partition(|part| key(part).is_some_and(|key| key == "crate"));
    if given.is_empty() {
        return (None, args);
    }
    for again in given.iter().skip(1) {
        mistakes.at(again, "`crate` is set twice");
    }
    let library = given.into_iter().next().and_then(|part| {
        let value: TokenStream = part.into_iter().skip(2).collect();
        let path = match syn::parse2::<LitStr>(value.clone()) {
            Ok(text) => text.parse_with(Path::parse_mod_style).map(|path| quote!(#path)),
            Err(_) => Path::parse_mod_style.parse2(value).map(|path| quote!(#path)),
        };
        path.map_err(|error| {
            mistakes.at(error.span(), "expected the path of plugsmith in this crate: `crate = ::ps`");
        })
        .ok()
    });
    (library, quote!(#(#rest),*))
}

/// Puts the path of the library in the place of each `::__plugsmith`, and says whether there was
/// any: tokens that the author wrote hold none, and stay as they are.
fn resolve(tokens: TokenStream, library: Option<&TokenStream>) -> (TokenStream, bool) {
    let mut out: Vec<TokenTree> = Vec::new();
    let mut is_changed = false;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) if ident == PLACEHOLDER => {
                is_changed = true;
                let Some(path) = library else {
                    out.push(TokenTree::Ident(proc_macro2::Ident::new("plugsmith", ident.span())));
                    continue;
                };
                // The two colons before it.
                out.truncate(out.len().saturating_sub(2));
                // Its names are the author's, and errors about them point where ours would.
                out.extend(path.clone().into_iter().map(|mut part| {
                    part.set_span(part.span().located_at(ident.span()));
                    part
                }));
            }
            TokenTree::Group(group) => match resolve(group.stream(), library) {
                (_, false) => out.push(TokenTree::Group(group)),
                (stream, true) => {
                    is_changed = true;
                    let mut resolved = Group::new(group.delimiter(), stream);
                    resolved.set_span(group.span());
                    out.push(TokenTree::Group(resolved));
                }
            },
            TokenTree::Literal(literal) => match resolve_text(&literal, library) {
                Some(text) => {
                    is_changed = true;
                    out.push(TokenTree::Literal(text));
                }
                None => out.push(TokenTree::Literal(literal)),
            },
            other => out.push(other),
        }
    }
    (out.into_iter().collect(), is_changed)
}

/// The path in a text, as `#[serde(crate = "..")]` has it.
fn resolve_text(literal: &Literal, library: Option<&TokenStream>) -> Option<Literal> {
    let text = literal.to_string();
    let rest = text.strip_prefix("\"::__plugsmith::")?.strip_suffix('"')?;
    let path = library.map_or_else(|| "::plugsmith".to_owned(), |path| path.to_string().replace(' ', ""));
    let mut resolved = Literal::string(&format!("{path}::{rest}"));
    resolved.set_span(literal.span());
    Some(resolved)
}
