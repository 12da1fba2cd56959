//! `#[storage_backend]`.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, ItemImpl, Type, Visibility};

use crate::arguments::{Arguments, Placed, keys};
use crate::diagnostics::{Mistakes, generated};
use crate::record::Record;
use crate::signature::{self, summary, unraw};
use crate::{export, marker, unique};

keys!(Keyword { Prefix = "prefix" });

/// A backend as plain data.
struct Backend {
    /// The unit struct that implements it.
    ident: Ident,
    prefix: Option<Placed<String>>,
    summary: String,
}

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let item: ItemImpl = syn::parse2(item).map_err(|error| {
        syn::Error::new(error.span(), "#[storage_backend] goes on an impl: `impl StorageBackend for Archive { .. }`")
    })?;
    let mut mistakes = Mistakes::default();
    let backend = model(args, &item, &mut mistakes);
    check(&backend, &item, &mut mistakes);
    mistakes.into_result()?;
    Ok(emit(&backend, &item))
}

/// What stands in for the output on a mistake.
pub(crate) fn stand_in(item: TokenStream) -> TokenStream {
    let parsed = syn::parse2::<ItemImpl>(item.clone()).ok();
    let ident = parsed.as_ref().and_then(|item| match signature::ungroup(&item.self_ty) {
        Type::Path(path) => path.path.get_ident(),
        _ => None,
    });
    match ident {
        Some(ident) => marker::stand_in(&item, ident, &Visibility::Inherited),
        None => item,
    }
}

fn model(args: TokenStream, item: &ItemImpl, mistakes: &mut Mistakes) -> Backend {
    let mut args = Arguments::parse(args, mistakes);
    let ident = match signature::ungroup(&item.self_ty) {
        Type::Path(path) if path.qself.is_none() => path.path.get_ident().cloned(),
        _ => None,
    };
    Backend {
        ident: ident.unwrap_or_else(|| {
            mistakes.at(&item.self_ty, "a storage backend is a unit struct of this module: `struct Archive;`");
            format_ident!("_Unknown")
        }),
        prefix: args.text(Keyword::Prefix, mistakes),
        summary: summary(&item.attrs),
    }
}

fn check(backend: &Backend, item: &ItemImpl, mistakes: &mut Mistakes) {
    if item.trait_.is_none() {
        mistakes.at(&item.self_ty, "this impl names no trait: `impl StorageBackend for ..`");
    }
    match &backend.prefix {
        None => mistakes.at(&item.self_ty, "a storage backend says which keys it serves: `prefix = \"archive:\"`"),
        Some(prefix) if prefix.value.is_empty() => {
            mistakes.at(prefix.span, "an empty prefix would take every key from the host: `prefix = \"archive:\"`");
        }
        Some(_) => {}
    }
}

fn emit(backend: &Backend, item: &ItemImpl) -> TokenStream {
    let span = generated(item.self_ty.span());
    let ident = &backend.ident;
    let name = format!("backend:{}", unraw(ident));
    let prefix = backend.prefix.as_ref().map_or("", |prefix| prefix.value.as_str());
    let marker = marker::emit(ident, &Visibility::Inherited, &name, marker::Order::Free);
    let place = backend.prefix.as_ref().map_or(span, |prefix| generated(prefix.span));
    let unique = unique::emit("two_storage_backends_serve", prefix, place);
    let mut record = Record::new("storage_backend");
    record.text("prefix", prefix);
    record.text("export", &name);
    if !backend.summary.is_empty() {
        record.text("description", &backend.summary);
    }
    let record = record.emit(span);
    let backend_value = quote_spanned!(generated(item.self_ty.span())=> #ident);
    let call = quote_spanned! {span=>
                ::__plugsmith::__private::export_backend(&#backend_value)
    };
    let export = export::emit(&name, &call, span);
    let item = item.to_token_stream();
    quote_spanned! {span=>
        #item
        #marker
        #unique
        const _: () = {
            #export
            #record
        };
    }
}
