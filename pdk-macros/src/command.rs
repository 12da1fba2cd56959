//! `#[command]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Ident, ItemFn};

use crate::arguments::{Arguments, Placed, keys};
use crate::client::{self, Client};
use crate::diagnostics::{Mistakes, generated, suggestion};
use crate::record::{Record, quoted};
use crate::signature::{self, Entry, unraw};
use crate::{export, marker, unique};

keys!(Keyword {
    Name = "name",
    Client = "client",
    Flags = "flags",
    Arity = "arity",
    FirstKey = "first_key",
    LastKey = "last_key",
    Step = "step",
    TimeoutMs = "timeout_ms",
    Description = "description",
    AclCategories = "acl_categories",
    Complexity = "complexity",
    Since = "since",
    Tips = "tips",
});

const FLAGS: &[&str] = &["read", "write", "admin", "readonly", "denyoom", "loading", "stale", "fast", "slow"];

/// A command as plain data.
struct Command {
    entry: Entry,
    /// The name of the typed call, where it is set.
    client: Option<Ident>,
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

/// What stands in for the output on a mistake.
pub(crate) fn stand_in(item: TokenStream) -> TokenStream {
    marker::stand_in_for_function(item)
}

fn model(args: TokenStream, item: &ItemFn, mistakes: &mut Mistakes) -> Command {
    let entry = signature::read(item, "command", mistakes);
    let mut args = Arguments::parse(args, mistakes);
    let name = args
        .text(Keyword::Name, mistakes)
        .unwrap_or_else(|| Placed { value: unraw(&entry.ident).to_uppercase(), span: entry.ident.span() });
    Command {
        name,
        client: client::named(args.text(Keyword::Client, mistakes), mistakes),
        flags: args.texts(Keyword::Flags, mistakes),
        arity: args.integer(Keyword::Arity, -10_000..=10_000, mistakes),
        first_key: args.integer(Keyword::FirstKey, 0..=10_000, mistakes),
        last_key: args.integer(Keyword::LastKey, -10_000..=10_000, mistakes),
        step: args.integer(Keyword::Step, 0..=10_000, mistakes),
        timeout_ms: args.integer(Keyword::TimeoutMs, 1..=86_400_000, mistakes),
        description: args.text(Keyword::Description, mistakes).map_or_else(|| entry.summary.clone(), |text| text.value),
        acl_categories: args.texts(Keyword::AclCategories, mistakes),
        complexity: args.text(Keyword::Complexity, mistakes),
        since: args.text(Keyword::Since, mistakes),
        tips: args.texts(Keyword::Tips, mistakes),
        entry,
    }
}

fn check(command: &Command, mistakes: &mut Mistakes) {
    let name = &command.name;
    if name.value.is_empty() {
        mistakes.at(name.span, "a command needs a name: `name = \"GREET\"`");
    } else if let Some(bad) = misfit(&name.value) {
        mistakes.at(
            name.span,
            format_args!(
                "{bad:?} does not fit here: a command's name is ASCII letters, digits and `_`, and behind the first \
                 also `.` and `-`; set `name = \"..\"`"
            ),
        );
    }
    export::check(name, mistakes);
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

/// The first letter that cannot stand where it stands in a command's name.
fn misfit(name: &str) -> Option<char> {
    let fits = |(index, letter): &(usize, char)| {
        letter.is_ascii_alphanumeric() || *letter == '_' || (*index > 0 && ['.', '-'].contains(letter))
    };
    name.char_indices().find(|place| !fits(place)).map(|(_, letter)| letter)
}

fn check_keys(command: &Command, mistakes: &mut Mistakes) {
    let first = command.first_key.as_ref().map_or(0, |key| key.value);
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
    let unique = unique::emit("two_commands_are_called", &name.to_uppercase(), generated(command.name.span));
    let parameters = command.entry.parameters.iter().map(|parameter| {
        let (ty, name) = (signature::tokens(parameter), &parameter.name);
        quote_spanned! {generated(parameter.span)=>
            ::__plugsmith::__private::Parameter::of::<#ty>(#name)
        }
    });
    let arguments = command.entry.parameters.iter().map(|parameter| {
        let name = &parameter.name;
        quote_spanned! {generated(parameter.span)=>
            ::__plugsmith::__private::FromCall::from_call(call, #name)?
        }
    });
    let order = command.entry.parameters.iter().enumerate().map(|(index, parameter)| {
        quote_spanned! {generated(parameter.span)=>
            const _: () = if let ::core::option::Option::Some(message) =
                ::__plugsmith::__private::misplaced(PARAMETERS, #index)
            {
                ::core::panic!("{}", message)
            };
        }
    });
    let computed = quote!(::__plugsmith::__private::arity(PARAMETERS));
    let (arity, contradiction) = match &command.arity {
        None => (computed, TokenStream::new()),
        Some(given) => {
            let value = i32::try_from(given.value).unwrap_or_default();
            let check = quote_spanned! {generated(given.span)=>
                const _: () = if !::__plugsmith::__private::is_raw(PARAMETERS)
                    && ::__plugsmith::__private::arity(PARAMETERS) != #value
                {
                    ::core::panic!("{}", ::__plugsmith::__private::message(
                        &::__plugsmith::__private::arity_message(#value, ::__plugsmith::__private::arity(PARAMETERS))
                    ))
                };
            };
            (quote!(#value), check)
        }
    };
    let keys = keys(command);
    let record = record(command).emit(span);
    let finish = quote_spanned!(generated(command.entry.result)=> ::__plugsmith::__private::CommandOutput::finish);
    let body = quote_spanned!(span=> |call, reply| { #finish(#function(#(#arguments),*), reply) });
    let call = quote_spanned!(span=> ::__plugsmith::__private::export_command(&SIGNATURE, #body));
    let export = export::emit(name, &call, span);
    let constants = quote_spanned! {span=>
        const PARAMETERS: &[::__plugsmith::__private::Parameter] = &[#(#parameters),*];
        const ARITY: ::core::primitive::i32 = #arity;
        const SIGNATURE: ::__plugsmith::__private::Signature =
            ::__plugsmith::__signature!(#name, ARITY, PARAMETERS);
    };
    let client = client(command, item, &constants, &body);
    quote_spanned! {span=>
        #item
        #marker
        #unique
        #client
        const _: () = {
            #constants
            #(#order)*
            #contradiction
            #keys
            #export
            #record
        };
    }
}

/// The typed call of the command.
fn client(command: &Command, item: &ItemFn, constants: &TokenStream, body: &TokenStream) -> TokenStream {
    let opaque = quote!(::__plugsmith::Value);
    let client = Client::of(item, command.client.as_ref(), &command.entry.parameters, "PluginContext", opaque);
    let arguments = client.arguments();
    let make = quote! {
        #constants
        ::__plugsmith::__private::CommandCall::new(SIGNATURE, #body, #arguments)
    };
    client.emit(item, &quote!(::__plugsmith::__private::CommandCall), &client.types(), &make)
}

/// The checks that some call has these keys, by the parameters, which rustc knows and the macro
/// does not.
fn keys(command: &Command) -> TokenStream {
    let number = |key: &Option<Placed<i64>>| key.as_ref().and_then(|key| i32::try_from(key.value).ok());
    let first = number(&command.first_key).unwrap_or_default();
    let last = number(&command.last_key).unwrap_or(first);
    let check = |key: &Option<Placed<i64>>, condition: TokenStream, message: &str| {
        key.as_ref().map(|key| {
            quote_spanned! {generated(key.span)=>
                const _: () = ::core::assert!(::__plugsmith::__private::#condition, #message);
            }
        })
    };
    let step = number(&command.step).unwrap_or(1);
    let first_key = check(
        &command.first_key,
        quote!(has_argument(ARITY, PARAMETERS, #first)),
        "first_key is beyond the arguments that a call can have",
    );
    let last_key = check(
        &command.last_key,
        quote!(has_keys(ARITY, PARAMETERS, #first, #last)),
        "last_key is before first_key, or beyond the arguments that a call can have; -1 is the last argument",
    );
    let step = check(
        &command.step,
        quote!(has_step(ARITY, PARAMETERS, #first, #last, #step)),
        "step leads from first_key beyond last_key: 1 where each argument between them is a key",
    );
    quote!(#first_key #last_key #step)
}

fn record(command: &Command) -> Record {
    let mut record = Record::new("command");
    record.text("name", &command.name.value);
    record.push(",\"arity\":");
    record.constant(quote!(::__plugsmith::__private::arity_text(ARITY).as_str()));
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
        record.constant(quote!(::__plugsmith::__private::kind_name(PARAMETERS[#index].kind)));
        record.push("\",\"type\":\"");
        record.constant(quote!(PARAMETERS[#index].ty));
        record.push("\"}");
    }
    record.push("]");
    record
}
