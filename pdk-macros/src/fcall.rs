//! `#[fcall]`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::ItemFn;

use crate::client::Client;
use crate::diagnostics::generated;
use crate::named::{self, Attribute, Function};
use crate::record::{Record, quoted};
use crate::signature;
use crate::{export, marker, unique};

const ATTRIBUTE: Attribute = Attribute {
    name: "fcall",
    misplaced: "#[fcall] goes on a function of numbers: `fn add(a: i32, b: i32) -> i32`",
    nameless: "a #[fcall] function needs a name: `name = \"add\"`",
};

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let (function, item) = named::read(&ATTRIBUTE, args, item, |_, _| {})?;
    Ok(emit(&function, &item))
}

/// What stands in for the output on a mistake.
pub(crate) fn stand_in(item: TokenStream) -> TokenStream {
    marker::stand_in_for_function(item)
}

fn emit(function: &Function, item: &ItemFn) -> TokenStream {
    let span = generated(function.entry.ident.span());
    let ident = &function.entry.ident;
    let name = &function.name.value;
    let marker = marker::emit(ident, &item.vis, name, marker::Order::Free);
    // `FCALL` runs the first function that a module exports, so a second one could never be called.
    let unique = unique::emit("a_plugin_can_have_only_one", "fcall", generated(ident.span()));
    let parameters = &function.entry.parameters;
    let names = (0..parameters.len()).map(|index| format_ident!("argument{index}", span = span)).collect::<Vec<_>>();
    let argument = parameters.iter().map(|parameter| {
        let (ty, place) = (signature::tokens(parameter), generated(parameter.span));
        quote_spanned!(place=> <#ty as ::__plugsmith::__private::FcallArgument>)
    });
    let argument = argument.collect::<Vec<_>>();
    let output = match &item.sig.output {
        syn::ReturnType::Type(_, ty) => quote!(#ty),
        syn::ReturnType::Default => quote!(()),
    };
    let output = quote_spanned!(generated(function.entry.result)=> <#output as ::__plugsmith::__private::FcallOutput>);

    let mut record = Record::new("fcall");
    record.text("name", name);
    if !function.entry.summary.is_empty() {
        record.text("description", &function.entry.summary);
    }
    record.push(",\"parameters\":[");
    for (index, (parameter, argument)) in parameters.iter().zip(&argument).enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let name = quoted(&parameter.name);
        record.push(&format!("{comma}{{\"name\":{name},\"kind\":\"required\",\"type\":\""));
        record.constant(quote!(#argument::TYPE));
        record.push("\"}");
    }
    record.push("],\"result\":\"");
    record.constant(quote!(#output::TYPE));
    record.push("\"");
    let record = record.emit(span);
    let check = export::check_on_wasi(name, span);
    let client = Client::of(item, function.client.as_ref(), parameters, "", TokenStream::new());
    let given = client.arguments();
    let make = quote!(::__plugsmith::__private::FcallCall::new(#given));
    let client = client.emit(item, &quote!(::__plugsmith::__private::FcallCall), &client.types(), &make);
    quote_spanned! {span=>
        #item
        #marker
        #unique
        #client
        const _: () = {
            #check
            #[cfg_attr(target_arch = "wasm32", unsafe(export_name = #name))]
            extern "C" fn __plugsmith_export(#(#names: #argument::Wasm),*) -> #output::Wasm {
                ::__plugsmith::__private::export_fcall(|| #ident(#(#argument::from_wasm(#names)),*))
            }
            const _: extern "C" fn(#(#argument::Wasm),*) -> #output::Wasm = __plugsmith_export;
            #record
        };
    }
}
