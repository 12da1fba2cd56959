//! `#[function]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ItemFn;
use syn::spanned::Spanned;

use crate::client::Client;
use crate::diagnostics::{Mistakes, generated};
use crate::named::{self, Attribute, Function};
use crate::record::Record;
use crate::signature;
use crate::{export, marker, unique};

const ATTRIBUTE: Attribute = Attribute {
    name: "function",
    misplaced: "#[function] goes on a function: `fn hash(password: String) -> String`",
    nameless: "a function's export needs a name: `name = \"hash\"`",
};

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let (function, item) = named::read(&ATTRIBUTE, args, item, check)?;
    Ok(emit(&function, &item))
}

/// What stands in for the output on a mistake.
pub(crate) fn stand_in(item: TokenStream) -> TokenStream {
    marker::stand_in_for_function(item)
}

fn check(item: &ItemFn, mistakes: &mut Mistakes) {
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
