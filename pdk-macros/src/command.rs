//! `#[command]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ItemFn;

use crate::arguments::{Arguments, Placed};
use crate::diagnostics::{Mistakes, generated, suggestion};
use crate::record::{Record, quoted};
use crate::signature::{self, Entry, unraw};
use crate::{export, marker, unique};

const ATTRIBUTES: &[&str] = &[
    "name",
    "flags",
    "arity",
    "first_key",
    "last_key",
    "step",
    "timeout_ms",
    "description",
    "acl_categories",
    "complexity",
    "since",
    "tips",
];

const FLAGS: &[&str] = &["read", "write", "admin", "readonly", "denyoom", "loading", "stale", "fast", "slow"];

/// A command as plain data.
struct Command {
    entry: Entry,
    name: Placed<String>,
    flags: Vec<Placed<String>>,
    arity: Option<Placed<i64>>,
    first_key: Option<Placed<i64>>,
    last_key: Option<Placed<i64>>,
    step: Option<Placed<i64>>,
    timeout_ms: Option<Placed<i64>>,
    description: String,
    acl_categories: Vec<Placed<String>>,
    complexity: Option<Placed<String>>,
    since: Option<Placed<String>>,
    tips: Vec<Placed<String>>,
}

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let item: ItemFn = syn::parse2(item).map_err(|error| {
        syn::Error::new(error.span(), "#[command] goes on a function: `fn greet(name: String) -> String`")
    })?;
    let mut mistakes = Mistakes::default();
    let command = model(args, &item, &mut mistakes);
    check(&command, &mut mistakes);
    mistakes.into_result()?;
    Ok(emit(&command, &item))
}

fn model(args: TokenStream, item: &ItemFn, mistakes: &mut Mistakes) -> Command {
    let entry = signature::read(item, "command", mistakes);
    let mut args = Arguments::parse(args, ATTRIBUTES, mistakes);
    let name = args
        .text("name", mistakes)
        .unwrap_or_else(|| Placed { value: unraw(&entry.ident).to_uppercase(), span: entry.ident.span() });
    Command {
        name,
        flags: args.texts("flags", mistakes),
        arity: args.integer("arity", -10_000..=10_000, mistakes),
        first_key: args.integer("first_key", 0..=10_000, mistakes),
        last_key: args.integer("last_key", -10_000..=10_000, mistakes),
        step: args.integer("step", 0..=10_000, mistakes),
        timeout_ms: args.integer("timeout_ms", 1..=86_400_000, mistakes),
        description: args.text("description", mistakes).map_or_else(|| entry.summary.clone(), |text| text.value),
        acl_categories: args.texts("acl_categories", mistakes),
        complexity: args.text("complexity", mistakes),
        since: args.text("since", mistakes),
        tips: args.texts("tips", mistakes),
        entry,
    }
}

fn check(command: &Command, mistakes: &mut Mistakes) {
    let name = &command.name;
    if name.value.is_empty() {
        mistakes.at(name.span, "a command needs a name: `name = \"GREET\"`");
    } else if let Some(bad) = name.value.chars().find(|letter| !letter.is_ascii_graphic()) {
        mistakes.at(
            name.span,
            format_args!(
                "a command's name is one word of ASCII letters, digits, dots and dashes, without {bad:?}: set \
                 `name = \"..\"`"
            ),
        );
    }
    for (index, flag) in command.flags.iter().enumerate() {
        if !FLAGS.contains(&flag.value.as_str()) {
            mistakes.at(flag.span, format_args!("unknown flag, {}", suggestion(&flag.value, FLAGS)));
        }
        if command.flags[..index].iter().any(|earlier| earlier.value == flag.value) {
            mistakes.at(flag.span, "this flag is set twice");
        }
    }
    if let Some(arity) = &command.arity
        && arity.value == 0
    {
        mistakes.at(arity.span, "arity counts the command's name, so it is never 0: write 1 for no arguments");
    }
    check_keys(command, mistakes);
}

fn check_keys(command: &Command, mistakes: &mut Mistakes) {
    let first = command.first_key.as_ref().map_or(0, |key| key.value);
    if let (Some(key), Some(arity)) = (&command.first_key, &command.arity)
        && arity.value > 0
        && key.value >= arity.value
    {
        mistakes.at(
            key.span,
            format_args!("first_key is beyond the arguments: `arity = {}` has {}", arity.value, arity.value - 1),
        );
    }
    if first == 0 {
        for key in [&command.last_key, &command.step].into_iter().flatten().filter(|key| key.value != 0) {
            mistakes.at(key.span, "there is no first_key: add `first_key = 1`, or leave this out");
        }
        return;
    }
    if let Some(last) = &command.last_key
        && (0..first).contains(&last.value)
    {
        mistakes.at(last.span, format_args!("last_key is before first_key ({first}); -1 is the last argument"));
    }
    if let Some(step) = &command.step
        && step.value == 0
    {
        mistakes.at(step.span, "step is the distance from key to key: at least 1");
    }
}

fn emit(command: &Command, item: &ItemFn) -> TokenStream {
    let span = generated(command.entry.ident.span());
    let function = &command.entry.ident;
    let name = &command.name.value;
    let marker = marker::emit(function, &item.vis, name, marker::Order::Free);
    // Redis knows no case in the names of commands.
    let unique = unique::emit("command", &name.to_uppercase(), generated(command.name.span));
    let parameters = command.entry.parameters.iter().map(|parameter| {
        let (ty, name) = (signature::tokens(parameter), &parameter.name);
        quote_spanned! {generated(parameter.span)=>
            ::plugsmith::__private::Parameter::of::<#ty>(#name)
        }
    });
    let arguments = command.entry.parameters.iter().map(|parameter| {
        let name = &parameter.name;
        quote_spanned! {generated(parameter.span)=>
            ::plugsmith::__private::FromCall::from_call(call, #name)?
        }
    });
    let order = command.entry.parameters.iter().enumerate().map(|(index, parameter)| {
        quote_spanned! {generated(parameter.span)=>
            const _: () = if let ::core::option::Option::Some(message) =
                ::plugsmith::__private::misplaced(PARAMETERS, #index)
            {
                ::core::panic!("{}", message)
            };
        }
    });
    let computed = quote!(::plugsmith::__private::arity(PARAMETERS));
    let (arity, contradiction) = match &command.arity {
        None => (computed, TokenStream::new()),
        Some(given) => {
            let value = i32::try_from(given.value).unwrap_or_default();
            let check = quote_spanned! {generated(given.span)=>
                const _: () = if !::plugsmith::__private::is_raw(PARAMETERS)
                    && ::plugsmith::__private::arity(PARAMETERS) != #value
                {
                    ::core::panic!("{}", ::plugsmith::__private::message(
                        &::plugsmith::__private::arity_message(#value, ::plugsmith::__private::arity(PARAMETERS))
                    ))
                };
            };
            (quote!(#value), check)
        }
    };
    let keys = beyond(command);
    let record = record(command).emit(span);
    let finish = quote_spanned!(generated(command.entry.result)=> ::plugsmith::__private::CommandOutput::finish);
    let call = quote_spanned! {span=>
                ::plugsmith::__private::export_command(&SIGNATURE, |call, reply| {
                    #finish(#function(#(#arguments),*), reply)
                })
    };
    let export = export::emit(name, &call, span);
    quote_spanned! {span=>
        #item
        #marker
        #unique
        const _: () = {
            const PARAMETERS: &[::plugsmith::__private::Parameter] = &[#(#parameters),*];
            #(#order)*
            #contradiction
            #keys
            const SIGNATURE: ::plugsmith::__private::Signature = ::plugsmith::__private::Signature {
                name: #name,
                arity: #arity,
                parameters: PARAMETERS,
            };
            #export
            #record
        };
    }
}

/// The check that keys lie within the parameters, which rustc knows and the macro does not.
fn beyond(command: &Command) -> TokenStream {
    let keys = [("first_key", &command.first_key), ("last_key", &command.last_key)];
    let checks = keys.into_iter().filter_map(|(what, key)| Some((what, key.as_ref()?))).map(|(what, key)| {
        let value = i32::try_from(key.value).unwrap_or_default();
        let message = format!("{what} is beyond the arguments that the signature takes");
        quote_spanned! {generated(key.span)=>
            const _: () = ::core::assert!(!::plugsmith::__private::beyond(PARAMETERS, #value), #message);
        }
    });
    quote!(#(#checks)*)
}

fn record(command: &Command) -> Record {
    let mut record = Record::new("command");
    record.text("name", &command.name.value);
    record.push(",\"arity\":");
    record.constant(quote!(::plugsmith::__private::arity_text(SIGNATURE.arity).as_str()));
    record.texts("flags", command.flags.iter().map(|flag| flag.value.as_str()));
    for (name, value) in [
        ("first_key", &command.first_key),
        ("last_key", &command.last_key),
        ("step", &command.step),
        ("timeout_ms", &command.timeout_ms),
    ] {
        if let Some(value) = value {
            record.raw(name, &value.value.to_string());
        }
    }
    if !command.description.is_empty() {
        record.text("description", &command.description);
    }
    record.texts("acl_categories", command.acl_categories.iter().map(|category| category.value.as_str()));
    for (name, value) in [("complexity", &command.complexity), ("since", &command.since)] {
        if let Some(value) = value {
            record.text(name, &value.value);
        }
    }
    record.texts("tips", command.tips.iter().map(|tip| tip.value.as_str()));
    record.push(",\"parameters\":[");
    for (index, parameter) in command.entry.parameters.iter().enumerate() {
        let separator = if index == 0 { "" } else { "," };
        record.push(&format!("{separator}{{\"name\":{},\"kind\":\"", quoted(&parameter.name)));
        record.constant(quote!(::plugsmith::__private::kind_name(PARAMETERS[#index].kind)));
        record.push("\",\"type\":\"");
        record.constant(quote!(PARAMETERS[#index].ty));
        record.push("\"}");
    }
    record.push("]");
    record
}
