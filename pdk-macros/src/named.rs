//! A function that is exported by a name of its own: what `#[function]` and `#[fcall]` read.

use proc_macro2::TokenStream;
use syn::{Ident, ItemFn};

use crate::arguments::{Arguments, Placed, keys};
use crate::client;
use crate::diagnostics::Mistakes;
use crate::export;
use crate::signature::{self, Entry, unraw};

keys!(Keyword { Name = "name", Client = "client" });

/// A function as plain data.
pub(crate) struct Function {
    pub(crate) entry: Entry,
    pub(crate) name: Placed<String>,
    /// The name of the typed call, where it is set.
    pub(crate) client: Option<Ident>,
}

/// The messages of an attribute.
pub(crate) struct Attribute {
    pub(crate) name: &'static str,
    /// It does not stand on a function.
    pub(crate) misplaced: &'static str,
    /// The name is empty, or no text.
    pub(crate) nameless: &'static str,
}

/// Reads the attribute and its function; `check` adds the mistakes that only this attribute knows.
pub(crate) fn read(
    attribute: &Attribute,
    args: TokenStream,
    item: TokenStream,
    check: impl FnOnce(&ItemFn, &mut Mistakes),
) -> syn::Result<(Function, ItemFn)> {
    let item: ItemFn = syn::parse2(item).map_err(|error| syn::Error::new(error.span(), attribute.misplaced))?;
    let mut mistakes = Mistakes::default();
    let entry = signature::read(&item, attribute.name, &mut mistakes);
    let mut args = Arguments::parse(args, &mut mistakes);
    let name = args
        .text(Keyword::Name, &mut mistakes)
        .unwrap_or_else(|| Placed { value: unraw(&entry.ident), span: entry.ident.span() });
    let client = client::named(args.text(Keyword::Client, &mut mistakes), &mut mistakes);
    if name.value.is_empty() || name.value.chars().any(char::is_control) {
        mistakes.at(name.span, attribute.nameless);
    }
    export::check(&name, &mut mistakes);
    check(&item, &mut mistakes);
    mistakes.into_result()?;
    Ok((Function { entry, name, client }, item))
}
