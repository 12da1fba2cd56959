//! `#[function]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, ItemFn};

use crate::arguments::{Arguments, Placed, keys};
use crate::client::{self, Client};
use crate::diagnostics::{Mistakes, generated};
use crate::record::Record;
use crate::signature::{self, Entry, unraw};
use crate::{export, marker, unique};

keys!(Keyword { Name = "name", Client = "client" });

/// A function as plain data.
struct Function {
    entry: Entry,
    name: Placed<String>,
    /// The name of the typed call, where it is set.
    client: Option<Ident>,
}

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let item: ItemFn = syn::parse2(item).map_err(|error| {
        syn::Error::new(error.span(), "#[function] goes on a function: `fn hash(password: String) -> String`")
    })?;
    let mut mistakes = Mistakes::default();
    let function = model(args, &item, &mut mistakes);
    check(&function, &item, &mut mistakes);
    mistakes.into_result()?;
    Ok(emit(&function, &item))
}

/// What stands in for the output on a mistake.
pub(crate) fn stand_in(item: TokenStream) -> TokenStream {
    marker::stand_in_for_function(item)
}

fn model(args: TokenStream, item: &ItemFn, mistakes: &mut Mistakes) -> Function {
    let entry = signature::read(item, "function", mistakes);
    let mut args = Arguments::parse(args, mistakes);
    let name = args
        .text(Keyword::Name, mistakes)
        .unwrap_or_else(|| Placed { value: unraw(&entry.ident), span: entry.ident.span() });
    let client = client::named(args.text(Keyword::Client, mistakes), mistakes);
    Function { entry, name, client }
}

fn check(function: &Function, item: &ItemFn, mistakes: &mut Mistakes) {
    if function.name.value.is_empty() || function.name.value.chars().any(char::is_control) {
        mistakes.at(function.name.span, "a function's export needs a name: `name = \"hash\"`");
    }
    export::check(&function.name, mistakes);
    if let Some(extra) = item.sig.inputs.iter().nth(2) {
        mistakes.at(
            extra.span(),
            "a #[function] takes its whole input as one parameter, after an optional `&PluginContext`: \
             use `Json<T>` for several values",
        );
    }
}

fn emit(function: &Function, item: &ItemFn) -> TokenStream {
    let span = generated(function.entry.ident.span());
    let ident = &function.entry.ident;
    let name = &function.name.value;
    let marker = marker::emit(ident, &item.vis, name, marker::Order::Free);
    let unique = unique::emit("two_functions_are_called", name, generated(function.name.span));
    let parameters = &function.entry.parameters;
    let place = |index: usize| generated(parameters[index].span);
    let input = |index| quote_spanned!(place(index)=> ::__plugsmith::__private::Sole::from_call(context, input)?);
    let (arguments, ty) = match parameters.len() {
        0 => (quote!(), quote!(())),
        1 => {
            let ty = signature::tokens(&parameters[0]);
            (input(0), quote_spanned!(place(0)=> #ty))
        }
        _ => {
            let ty = signature::tokens(&parameters[1]);
            let context = quote_spanned!(place(0)=> ::__plugsmith::__private::Context::from_context(context));
            let input = quote_spanned!(place(1)=> ::__plugsmith::__private::Input::from_input(input)?);
            (quote!(#context, #input), quote_spanned!(place(1)=> #ty))
        }
    };
    let mut record = Record::new("function");
    record.text("name", name);
    if !function.entry.summary.is_empty() {
        record.text("description", &function.entry.summary);
    }
    record.push(",\"input\":\"");
    record.constant(quote!(<#ty as ::__plugsmith::__private::Sole<'_>>::TYPE));
    record.push("\"");
    let record = record.emit(span);
    let finish = quote_spanned!(generated(function.entry.result)=> ::__plugsmith::__private::FunctionOutput::finish);
    let body = quote_spanned! {span=>
        |context, input| {
            // A function may take neither.
            let _ = (context, input);
            #finish(#ident(#arguments))
        }
    };
    let call = quote_spanned! {span=>
                ::__plugsmith::__private::export_function(#body)
    };
    let export = export::emit(name, &call, span);
    let client = client(function, item, &body);
    let by_reference = (parameters.len() == 1).then(|| {
        quote_spanned! {place(0)=>
            const _: () = ::core::assert!(
                !<#ty as ::__plugsmith::__private::Sole<'_>>::IS_OWNED,
                "{}",
                ::__plugsmith::__private::BY_REFERENCE
            );
        }
    });
    quote_spanned! {span=>
        #item
        #marker
        #unique
        #client
        const _: () = {
            #by_reference
            #export
            #record
        };
    }
}

/// The typed call of the function.
fn client(function: &Function, item: &ItemFn, body: &TokenStream) -> TokenStream {
    let name = &function.name.value;
    // Of two parameters the first is the context, whatever it is called.
    let parameters = &function.entry.parameters;
    let parameters = if parameters.len() > 1 { &parameters[1..] } else { &parameters[..] };
    let opaque = quote!(::__plugsmith::__private::std::vec::Vec<::core::primitive::u8>);
    let client = Client::of(item, function.client.as_ref(), parameters, "PluginContext", opaque);
    let (input, ty) = client.sole();
    let make = quote! {
        #[allow(unused_variables, reason = "a function may take neither context nor input")]
        ::__plugsmith::__private::FunctionCall::new(#name, #body, #input)
    };
    client.emit(item, &quote!(::__plugsmith::__private::FunctionCall), &ty, &make)
}
