//! `#[hook]`.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::ItemFn;

use crate::arguments::{Arguments, Placed, keys};
use crate::diagnostics::{Mistakes, generated, suggestion};
use crate::record::Record;
use crate::signature::{self, Entry, Parameter, unraw};
use crate::{export, marker, unique};

/// The events and their fields, as in `plugsmith::protocol::event`, which a test holds against this.
pub(crate) const EVENTS: &[(&str, &[&str])] = &[
    ("BeforeCommand", &["command", "args", "client_id"]),
    ("AfterCommand", &["command", "args", "client_id", "result"]),
    ("OnKeyWrite", &["key", "value"]),
    ("OnKeyRead", &["key", "value"]),
    ("OnKeyExpiry", &["key"]),
    ("OnKeyDelete", &["key"]),
    ("OnClientConnect", &["client_id", "address"]),
    ("OnClientDisconnect", &["client_id", "address"]),
    ("OnServerStartup", &[]),
    ("OnServerShutdown", &[]),
];

/// What the name of an author's own event starts with.
const CUSTOM: &str = "custom:";

keys!(Keyword { Event = "event", Priority = "priority" });

/// A hook as plain data.
struct Hook {
    entry: Entry,
    event: Option<Placed<String>>,
    priority: i64,
}

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let item: ItemFn = syn::parse2(item).map_err(|error| {
        syn::Error::new(error.span(), "#[hook] goes on a function: `fn guard(ctx: &HookContext) -> HookResult`")
    })?;
    let mut mistakes = Mistakes::default();
    let hook = model(args, &item, &mut mistakes);
    check(&hook, &mut mistakes);
    mistakes.into_result()?;
    Ok(emit(&hook, &item))
}

/// What stands in for the output on a mistake.
pub(crate) fn stand_in(item: TokenStream) -> TokenStream {
    marker::stand_in_for_function(item)
}

fn model(args: TokenStream, item: &ItemFn, mistakes: &mut Mistakes) -> Hook {
    let entry = signature::read(item, "hook", mistakes);
    let mut args = Arguments::parse(args, mistakes);
    let event = args.text(Keyword::Event, mistakes);
    let priority = args.integer(Keyword::Priority, i32::MIN.into()..=i32::MAX.into(), mistakes);
    Hook { entry, event, priority: priority.map_or(0, |priority| priority.value) }
}

fn check(hook: &Hook, mistakes: &mut Mistakes) {
    let Some(event) = &hook.event else {
        mistakes.at(&hook.entry.ident, "a hook needs an event: `#[hook(event = \"OnKeyWrite\")]`");
        return;
    };
    if let Some(name) = event.value.strip_prefix(CUSTOM) {
        if name.is_empty() || !name.chars().all(|letter| letter.is_ascii_graphic()) {
            mistakes.at(event.span, "a custom event has a name of one word: `custom:StockLow`");
        }
        return;
    }
    if event.value.is_empty() {
        mistakes.at(event.span, "a hook needs an event: `OnKeyWrite`");
    } else if let Some(own) = own(&event.value) {
        mistakes.at(event.span, format_args!("an event of your own is `{CUSTOM}{own}`, in small letters"));
    } else if fields(&event.value).is_none() {
        let names: Vec<&str> = EVENTS.iter().map(|(name, _)| *name).collect();
        let near = suggestion(&event.value, &names);
        let message = format_args!("unknown event, {near} (an event of your own is `{CUSTOM}{}`)", event.value);
        mistakes.at(event.span, message);
    }
}

/// What stands behind `Custom:`, in whichever case.
fn own(event: &str) -> Option<&str> {
    let (start, own) = event.split_at_checked(CUSTOM.len())?;
    start.eq_ignore_ascii_case(CUSTOM).then_some(own)
}

/// The fields of an event; `None` where the event is the author's own, or unknown.
fn fields(event: &str) -> Option<&'static [&'static str]> {
    EVENTS.iter().find(|(name, _)| *name == event).map(|(_, fields)| *fields)
}

/// The check that a parameter named after no field of the event is a context.
fn contexts<'a>(event: &'a str, parameters: &'a [Parameter]) -> impl Iterator<Item = TokenStream> + 'a {
    let fields = fields(event);
    let known = match fields.unwrap_or_default() {
        [] => "no fields".to_owned(),
        fields => fields.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", "),
    };
    let none = move |parameter: &&Parameter| fields.is_some_and(|fields| parameter.is_none_of(fields));
    parameters.iter().filter(none).map(move |parameter| {
        let name = &parameter.name;
        signature::is_context(parameter, &format!("{event} carries no `{name}`: it has {known}"))
    })
}

fn emit(hook: &Hook, item: &ItemFn) -> TokenStream {
    let span = generated(hook.entry.ident.span());
    let function = &hook.entry.ident;
    let event = hook.event.as_ref().map_or("", |event| event.value.as_str());
    let name = format!("hook:{event}:{}", unraw(function));
    let marker = marker::emit(function, &item.vis, &name, marker::Order::Listed);
    let unique = unique::emit(&format!("two_hooks_of_{}_are_called", unique::letters(event)), &unraw(function), span);
    let by_reference = signature::by_reference(&hook.entry.parameters);
    let contexts = contexts(event, &hook.entry.parameters);
    let arguments = hook.entry.parameters.iter().map(signature::from_event);
    let mut record = Record::new("hook");
    record.text("event", event);
    record.raw("priority", &hook.priority.to_string());
    record.text("export", &name);
    if !hook.entry.summary.is_empty() {
        record.text("description", &hook.entry.summary);
    }
    let record = record.emit(span);
    let verdict = quote_spanned!(generated(hook.entry.result)=> ::__plugsmith::__private::HookOutput::verdict);
    let call = quote_spanned! {span=>
                ::__plugsmith::__private::export_hook(#event, |context| {
                    // A hook may take no parameter.
                    let _ = context;
                    #verdict(#function(#(#arguments),*))
                })
    };
    let export = export::emit(&name, &call, span);
    quote_spanned! {span=>
        #item
        #marker
        #unique
        const _: () = {
            #by_reference
            #(#contexts)*
            #export
            #record
        };
    }
}
