//! `#[transformer]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ItemFn;

use crate::arguments::{Arguments, Placed, keys};
use crate::diagnostics::{Mistakes, generated, suggestion};
use crate::record::Record;
use crate::signature::{self, Entry, unraw};
use crate::{export, marker, unique};

/// What passes a transformer, and the directions in which it passes.
const FIELDS: &[&str] = &["key", "value"];
const REPLACES: &str = "a transformer that does not look at the value would replace it: take `value: Value`";
const DIRECTIONS: &[&str] = &["read", "write"];

keys!(Keyword { On = "on", Pattern = "pattern", Priority = "priority" });

/// A transformer as plain data.
struct Transformer {
    entry: Entry,
    on: Option<Placed<String>>,
    pattern: Option<Placed<String>>,
    priority: i64,
}

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let item: ItemFn = syn::parse2(item).map_err(|error| {
        syn::Error::new(
            error.span(),
            "#[transformer] goes on a function: `fn compress(value: Vec<u8>) -> Result<Vec<u8>, CommandError>`",
        )
    })?;
    let mut mistakes = Mistakes::default();
    let transformer = model(args, &item, &mut mistakes);
    check(&transformer, &mut mistakes);
    mistakes.into_result()?;
    Ok(emit(&transformer, &item))
}

/// What stands in for the output on a mistake.
pub(crate) fn stand_in(item: TokenStream) -> TokenStream {
    marker::stand_in_for_function(item)
}

fn model(args: TokenStream, item: &ItemFn, mistakes: &mut Mistakes) -> Transformer {
    let entry = signature::read(item, "transformer", mistakes);
    let mut args = Arguments::parse(args, mistakes);
    let (on, pattern) = (args.text(Keyword::On, mistakes), args.text(Keyword::Pattern, mistakes));
    let priority = args.integer(Keyword::Priority, i32::MIN.into()..=i32::MAX.into(), mistakes);
    Transformer { entry, on, pattern, priority: priority.map_or(0, |priority| priority.value) }
}

fn check(transformer: &Transformer, mistakes: &mut Mistakes) {
    let ident = &transformer.entry.ident;
    match &transformer.on {
        None => mistakes.at(ident, "a transformer works in one direction: `on = \"write\"` or `on = \"read\"`"),
        Some(on) if !DIRECTIONS.contains(&on.value.as_str()) => {
            mistakes.at(on.span, format_args!("unknown direction, {}", suggestion(&on.value, DIRECTIONS)));
        }
        Some(_) => {}
    }
    match &transformer.pattern {
        None => mistakes.at(ident, "a transformer says which keys pass it: `pattern = \"blob:*\"`"),
        Some(pattern) if pattern.value.is_empty() => {
            mistakes.at(pattern.span, "no key matches this pattern: `*` matches every key");
        }
        Some(_) => {}
    }
    if transformer.entry.parameters.iter().all(|parameter| parameter.is_named && parameter.name == "key") {
        mistakes.at(ident, REPLACES);
    }
}

/// The check that a parameter named after no field is a context, and that the value is looked at.
fn contexts(transformer: &Transformer) -> TokenStream {
    let parameters = &transformer.entry.parameters;
    let contexts = parameters.iter().filter(|parameter| parameter.is_none_of(FIELDS)).map(|parameter| {
        let name = &parameter.name;
        signature::is_context(parameter, &format!("no `{name}` passes a transformer: it has `key` and `value`"))
    });
    let sees_value = (!parameters.iter().any(|parameter| parameter.name == "value")).then(|| {
        let types = parameters.iter().map(signature::tokens);
        quote_spanned! {generated(transformer.entry.ident.span())=>
            const _: () = ::core::assert!(
                false #(|| <#types as ::__plugsmith::__private::FromEvent<'_>>::TAKES.is_event())*,
                #REPLACES
            );
        }
    });
    let by_reference = signature::by_reference(parameters);
    quote! {
        #by_reference
        #(#contexts)*
        #sees_value
    }
}

fn emit(transformer: &Transformer, item: &ItemFn) -> TokenStream {
    let span = generated(transformer.entry.ident.span());
    let function = &transformer.entry.ident;
    let text = |placed: &Option<Placed<String>>| placed.as_ref().map_or(String::new(), |text| text.value.clone());
    let (on, pattern) = (text(&transformer.on), text(&transformer.pattern));
    let name = format!("transform:{on}:{}", unraw(function));
    let marker = marker::emit(function, &item.vis, &name, marker::Order::Listed);
    let unique = unique::emit(&format!("two_transformers_of_{on}_are_called"), &unraw(function), span);
    let contexts = contexts(transformer);
    let arguments = transformer.entry.parameters.iter().map(signature::from_event);
    let mut record = Record::new("transformer");
    record.text("on", &on);
    record.text("pattern", &pattern);
    record.raw("priority", &transformer.priority.to_string());
    record.text("export", &name);
    if !transformer.entry.summary.is_empty() {
        record.text("description", &transformer.entry.summary);
    }
    let record = record.emit(span);
    let place = generated(transformer.entry.result);
    let transformed = quote_spanned!(place=> ::__plugsmith::__private::TransformerOutput::transformed);
    let call = quote_spanned! {span=>
                ::__plugsmith::__private::export_transformer(|context| {
                    // A transformer may take no parameter.
                    let _ = context;
                    #transformed(#function(#(#arguments),*))
                })
    };
    let export = export::emit(&name, &call, span);
    quote_spanned! {span=>
        #item
        #marker
        #unique
        const _: () = {
            #contexts
            #export
            #record
        };
    }
}
