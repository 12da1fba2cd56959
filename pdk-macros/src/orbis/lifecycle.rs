//! `#[lifecycle]`.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::ItemFn;

use super::{PHASES, marker};
use crate::diagnostics::{Mistakes, generated, suggestion};
use crate::signature::{self, unraw};

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let item: ItemFn = syn::parse2(item)
        .map_err(|error| syn::Error::new(error.span(), "#[lifecycle] goes on a function: `fn init() {}`"))?;
    let mut mistakes = Mistakes::default();
    let entry = signature::read(&item, "lifecycle", &mut mistakes);
    let name = unraw(&entry.ident);
    if !args.is_empty() {
        mistakes.at(&args, "#[lifecycle] takes nothing: the function's name says when it is called");
    }
    if !PHASES.contains(&name.as_str()) {
        mistakes.at(
            &entry.ident,
            format_args!(
                "a function of the lifecycle has its name, {}; or list it as `export_plugin!(init = {name})`",
                suggestion(&name, PHASES)
            ),
        );
    }
    for parameter in &entry.parameters {
        mistakes.at(
            parameter.span,
            "a function of the lifecycle takes nothing: its services are `plugsmith::orbis::log()` and the like",
        );
    }
    mistakes.into_result()?;
    let function = &entry.ident;
    let span = generated(function.span());
    let finish = finish(generated(entry.result));
    let marker = marker::emit(
        &item,
        &quote_spanned!(span=> ::__plugsmith::orbis::__private::Entry::lifecycle(#name, || #finish(#function()))),
    );
    Ok(quote_spanned! {span=>
        #item
        #marker
    })
}

/// What stands in for the output on a mistake.
pub(crate) fn stand_in(item: TokenStream) -> TokenStream {
    marker::stand_in(
        item,
        |name, span| quote_spanned!(span=> ::__plugsmith::orbis::__private::Entry::lifecycle(#name, || 0)),
    )
}

/// The trait's function that turns a result into the code for the host; errors about the type point at `span`.
pub(crate) fn finish(span: proc_macro2::Span) -> TokenStream {
    quote_spanned!(span=> ::__plugsmith::orbis::__private::LifecycleOutput::finish)
}
