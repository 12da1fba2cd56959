//! `#[route]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Ident, ItemFn, Visibility};

use super::{PHASES, marker, path, permission};
use crate::arguments::{Arguments, Keys, Placed, keys, positional};
use crate::client::{self, Client};
use crate::diagnostics::{Mistakes, generated, suggestion};
use crate::export;
use crate::record::{Record, quoted};
use crate::signature::{self, Entry, Parameter, unraw};

keys!(Keyword {
    RequiresAuth = "requires_auth",
    Permissions = "permissions",
    RateLimit = "rate_limit",
    Description = "description",
    Method = "method",
    Path = "path",
    Client = "client",
});

const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// Exports that the host calls for memory, so no handler can have them.
const ALLOCATOR: &[&str] = &["allocate", "deallocate", "alloc", "dealloc"];

/// A route as plain data.
struct Route {
    entry: Entry,
    method: Option<Placed<String>>,
    path: Option<Placed<String>>,
    /// The names in the path.
    names: Vec<String>,
    requires_auth: bool,
    permissions: Vec<Placed<String>>,
    rate_limit: Option<Placed<i64>>,
    description: String,
    /// The name of the typed call, where it is set.
    client: Option<Ident>,
}

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let item: ItemFn = syn::parse2(item).map_err(|error| {
        syn::Error::new(error.span(), "#[route] goes on a function: `fn get_item(id: u64) -> Json<Item>`")
    })?;
    let mut mistakes = Mistakes::default();
    let route = model(args, &item, &mut mistakes);
    check(&route, &mut mistakes);
    mistakes.into_result()?;
    Ok(emit(&route, &item))
}

/// What stands in for the output on a mistake.
pub(crate) fn stand_in(item: TokenStream) -> TokenStream {
    marker::stand_in(item, |name, span| {
        // No other route has this path.
        let path = format!("/{name}");
        quote_spanned! {span=>
            ::__plugsmith::orbis::__private::Entry::route(#name, "MISTAKE", #path, "", |_| ::core::panic!())
        }
    })
}

fn model(args: TokenStream, item: &ItemFn, mistakes: &mut Mistakes) -> Route {
    let entry = signature::read(item, "route", mistakes);
    let (unnamed, named) = positional(args);
    let mut args = Arguments::parse(named, mistakes);
    let mut unnamed = unnamed.into_iter();
    let method = unnamed.next().and_then(|tokens| word(tokens, mistakes));
    let method = once(Keyword::Method, method, &mut args, mistakes);
    let path = unnamed.next().and_then(|tokens| text(tokens, mistakes));
    let path = once(Keyword::Path, path, &mut args, mistakes);
    for extra in unnamed {
        mistakes.at(extra, format_args!("expected `key = value`, {}", suggestion("", &Keyword::names())));
    }
    let names = path.as_ref().map(|path| path::names(path, mistakes)).unwrap_or_default();
    Route {
        method,
        path,
        names,
        requires_auth: args.boolean(Keyword::RequiresAuth, mistakes).unwrap_or(true),
        permissions: args.texts(Keyword::Permissions, mistakes),
        rate_limit: args.integer(Keyword::RateLimit, 1..=u32::MAX.into(), mistakes),
        description: args.text(Keyword::Description, mistakes).map_or_else(|| entry.summary.clone(), |text| text.value),
        client: client::named(args.text(Keyword::Client, mistakes), mistakes),
        entry,
    }
}

/// What is given by its place or by its name, not by both.
fn once(
    key: Keyword,
    placed: Option<Placed<String>>,
    args: &mut Arguments<Keyword>,
    mistakes: &mut Mistakes,
) -> Option<Placed<String>> {
    let named = args.text(key, mistakes);
    if let (Some(_), Some(named)) = (&placed, &named) {
        let name = key.name();
        mistakes.at(named.span, format_args!("the {name} is given already: leave out `{name} = ..`"));
    }
    placed.or(named)
}

/// A method: a bare word, or a text.
fn word(tokens: TokenStream, mistakes: &mut Mistakes) -> Option<Placed<String>> {
    match syn::parse2::<syn::Ident>(tokens.clone()) {
        Ok(word) => Some(Placed { value: word.to_string(), span: word.span() }),
        Err(_) => text(tokens, mistakes),
    }
}

fn text(tokens: TokenStream, mistakes: &mut Mistakes) -> Option<Placed<String>> {
    match syn::parse2::<syn::LitStr>(tokens.clone()) {
        Ok(text) => Some(Placed { value: text.value(), span: text.span() }),
        Err(_) => {
            mistakes.at(tokens, "expected a method and a path: `#[route(GET, \"/api/items\")]`");
            None
        }
    }
}

fn check(route: &Route, mistakes: &mut Mistakes) {
    let ident = &route.entry.ident;
    if route.method.is_none() || route.path.is_none() {
        mistakes.at(ident, "a route needs a method and a path: `#[route(GET, \"/api/items\")]`");
    }
    if let Some(method) = &route.method
        && !METHODS.contains(&method.value.as_str())
    {
        mistakes.at(method.span, format_args!("unknown method, {}", suggestion(&method.value, METHODS)));
    }
    let name = unraw(ident);
    if let Some(why) = export::taken(&name) {
        mistakes.at(ident, format_args!("a handler is exported by its name, and `{name}` {why}: rename the function"));
    } else if ALLOCATOR.contains(&name.as_str()) || PHASES.contains(&name.as_str()) {
        mistakes
            .at(ident, format_args!("the host calls `{name}` for a purpose of its own: give the handler another name"));
    }
    for permission in &route.permissions {
        if let Some(right) = permission::documented(&permission.value)
            .or_else(|| permission::PERMISSIONS.iter().copied().find(|known| *known == permission.value))
        {
            mistakes.at(
                permission.span,
                format_args!(
                    "a route's permissions are what its user must have; what the plugin needs is asked for once, in \
                     `export_plugin!(.., permissions = [\"{right}\"])`"
                ),
            );
        } else if permission.value.trim().is_empty() {
            mistakes.at(permission.span, "a permission has a name: `items:write`");
        }
    }
}

fn emit(route: &Route, item: &ItemFn) -> TokenStream {
    let function = &route.entry.ident;
    let span = generated(function.span());
    let (method, path) = (text_of(&route.method), text_of(&route.path));
    let handler = unraw(function);
    let json = format!("{{{}}}", members(route));
    let arguments = route.entry.parameters.iter().map(|parameter| {
        let (name, place) = (&parameter.name, generated(parameter.span));
        let function = if is_in_path(route, parameter) {
            quote_spanned!(place=> ::__plugsmith::orbis::__private::path_parameter)
        } else {
            quote_spanned!(place=> ::__plugsmith::orbis::__private::FromRequest::from_request)
        };
        quote_spanned!(place=> #function(request, #name)?)
    });
    let respond = quote_spanned!(generated(route.entry.result)=> ::__plugsmith::orbis::IntoResponse::into_response);
    let body = quote_spanned! {span=>
        |request| { ::core::result::Result::Ok(#respond(#function(#(#arguments),*))) }
    };
    let marker = marker::emit(
        item,
        &quote_spanned! {span=>
            ::__plugsmith::orbis::__private::Entry::route(#handler, #method, #path, #json, #body)
        },
    );
    let client = client(route, item, &body);
    let checks = checks(route, method);
    let record = record(route).emit(span);
    quote_spanned! {span=>
        #item
        #marker
        #client
        const _: () = {
            #checks
            #record
        };
    }
}

/// The typed call of the route. A private handler has none: no test can name it, and rustc would no longer warn of one
/// that `export_plugin!` forgets.
fn client(route: &Route, item: &ItemFn, body: &TokenStream) -> Option<TokenStream> {
    if matches!(item.vis, Visibility::Inherited) {
        return None;
    }
    let opaque = quote!(::__plugsmith::orbis::Response);
    let client = Client::of(item, route.client.as_ref(), &route.entry.parameters, "Request", opaque);
    let names = client.names(&route.entry.parameters).map(|name| {
        let place = if route.names.contains(name) { quote!(Path) } else { quote!(Query) };
        quote!((#name, ::__plugsmith::orbis::__private::Place::#place))
    });
    let (method, path, arguments) = (text_of(&route.method), text_of(&route.path), client.arguments());
    let make = quote! {
        ::__plugsmith::orbis::__private::RouteCall::new(#method, #path, &[#(#names),*], #body, #arguments)
    };
    Some(client.emit(item, &quote!(::__plugsmith::orbis::__private::RouteCall), &client.types(), &make))
}

/// What only rustc can judge, because it depends on types.
fn checks(route: &Route, method: &str) -> TokenStream {
    let kinds = route.entry.parameters.iter().map(|parameter| {
        let ty = signature::tokens(parameter);
        if is_in_path(route, parameter) {
            quote_spanned!(generated(parameter.span)=> ::__plugsmith::orbis::__private::Kind::Path)
        } else {
            quote_spanned! {generated(parameter.span)=>
                <#ty as ::__plugsmith::orbis::__private::FromRequest<'_>>::KIND
            }
        }
    });
    let bodies = route.entry.parameters.iter().enumerate().map(|(index, parameter)| {
        quote_spanned! {generated(parameter.span)=>
            const _: () = if let ::core::option::Option::Some(message) =
                ::__plugsmith::orbis::__private::misplaced_body(#method, KINDS, #index)
            {
                ::core::panic!("{}", message)
            };
        }
    });
    let unused = route.names.iter().filter(|name| !route.entry.parameters.iter().any(|other| other.name == **name));
    let unused = unused.map(|name| {
        let message = format!("`{{{name}}}` is no parameter of this function: add `{name}: &str`, or take `&Request`");
        let place = route.path.as_ref().map_or_else(|| route.entry.ident.span(), |path| path.span);
        quote_spanned! {generated(place)=>
            const _: () = if !::__plugsmith::orbis::__private::takes_the_request(KINDS) {
                ::core::panic!("{}", #message)
            };
        }
    });
    quote! {
        #[allow(dead_code, reason = "a route may need no check")]
        const KINDS: &[::__plugsmith::orbis::__private::Kind] = &[#(#kinds),*];
        #(#bodies)*
        #(#unused)*
    }
}

/// The members of the route in the manifest.
fn members(route: &Route) -> String {
    let mut out = format!(
        "\"method\":{},\"path\":{},\"handler\":{},\"requires_auth\":{}",
        quoted(text_of(&route.method)),
        quoted(text_of(&route.path)),
        quoted(&unraw(&route.entry.ident)),
        route.requires_auth
    );
    if !route.description.is_empty() {
        out.push_str(&format!(",\"description\":{}", quoted(&route.description)));
    }
    if !route.permissions.is_empty() {
        let texts: Vec<_> = route.permissions.iter().map(|permission| quoted(&permission.value)).collect();
        out.push_str(&format!(",\"permissions\":[{}]", texts.join(",")));
    }
    if let Some(limit) = &route.rate_limit {
        out.push_str(&format!(",\"rate_limit\":{}", limit.value));
    }
    out
}

fn record(route: &Route) -> Record {
    let mut record = Record::new("route");
    record.push(&format!(",{},\"parameters\":[", members(route)));
    for (index, parameter) in route.entry.parameters.iter().enumerate() {
        let ty = signature::tokens(parameter);
        let separator = if index == 0 { "" } else { "," };
        record.push(&format!("{separator}{{\"name\":{},\"kind\":\"", quoted(&parameter.name)));
        record.constant(quote!(KINDS[#index].name()));
        record.push("\",\"type\":\"");
        record.constant(if is_in_path(route, parameter) {
            quote!(<#ty as ::__plugsmith::orbis::__private::Parameter<'_>>::TYPE)
        } else {
            quote!(<#ty as ::__plugsmith::orbis::__private::FromRequest<'_>>::TYPE)
        });
        record.push("\"}");
    }
    record.push("]");
    record
}

fn is_in_path(route: &Route, parameter: &Parameter) -> bool {
    route.names.contains(&parameter.name)
}

fn text_of(text: &Option<Placed<String>>) -> &str {
    text.as_ref().map_or("", |text| text.value.as_str())
}
