//! What `#[host_functions]` and `#[peer]` read from a trait.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, Ident, ItemTrait, Pat, ReturnType, Signature, Token, TraitItem, TraitItemFn, Type};

use crate::arguments::{Arguments, keys};
use crate::diagnostics::{Mistakes, generated};
use crate::signature::{ungroup, unraw};

keys!(Keyword { Name = "name" });

/// Who implements the trait, for messages.
#[derive(Clone, Copy)]
pub(crate) enum Side {
    Host,
    Peer,
}

/// One function of the other side.
pub(crate) struct Method {
    pub(crate) ident: Ident,
    /// The author's own `self`: one of ours would be another by hygiene.
    pub(crate) this: Token![self],
    /// The name on the wire.
    pub(crate) name: String,
    pub(crate) arguments: Vec<Argument>,
    /// `None` for a function without one.
    pub(crate) result: Option<Type>,
    /// Every argument with a name, so that it can be passed on.
    pub(crate) signature: Signature,
    /// Its `#[cfg(..)]`s, which go wherever it goes.
    pub(crate) cfgs: Vec<Attribute>,
}

/// One argument.
pub(crate) struct Argument {
    pub(crate) name: Ident,
    pub(crate) ty: Type,
}

impl Side {
    fn word(self) -> &'static str {
        match self {
            Side::Host => "host",
            Side::Peer => "peer",
        }
    }

    fn function(self) -> &'static str {
        match self {
            Side::Host => "a host function",
            Side::Peer => "a peer's function",
        }
    }

    fn caller(self) -> &'static str {
        match self {
            Side::Host => "the guest",
            Side::Peer => "the caller",
        }
    }

    fn why_self(self) -> &'static str {
        match self {
            Side::Host => "so that a mock can have state",
            Side::Peer => "as it is called on a loaded peer",
        }
    }
}

/// Reads the trait's functions, whose names on the wire start with `prefix`, and notes whatever
/// such a trait cannot have.
pub(crate) fn read(item: &ItemTrait, side: Side, prefix: &str, mistakes: &mut Mistakes) -> Vec<Method> {
    let word = side.word();
    if !item.generics.params.is_empty() {
        mistakes.at(&item.generics, format_args!("a {word}'s functions have fixed types: the trait cannot be generic"));
    }
    if let Some(unsafety) = &item.unsafety {
        mistakes.at(unsafety, format_args!("a {word}'s functions are safe to call: take `unsafe` away"));
    }
    let mut methods: Vec<Method> = Vec::new();
    for member in &item.items {
        let TraitItem::Fn(function) = member else {
            mistakes.at(member, format_args!("a {word} has functions only: move this to another trait"));
            continue;
        };
        check(function, side, mistakes);
        let method = method(function, prefix, mistakes);
        if methods.iter().any(|earlier| earlier.name == method.name && earlier.cfgs == method.cfgs) {
            mistakes.at(&method.ident, format_args!("two functions are called `{}`", method.name));
        }
        methods.push(method);
    }
    methods
}

fn check(function: &TraitItemFn, side: Side, mistakes: &mut Mistakes) {
    let signature = &function.sig;
    let mut refuse = |place: Option<Span>, what: std::fmt::Arguments<'_>| {
        if let Some(place) = place {
            mistakes.at(place, format_args!("{} {what}", side.function()));
        }
    };
    refuse(
        signature.asyncness.map(|t| t.span()),
        format_args!("cannot be async: {} waits for its answer", side.caller()),
    );
    refuse(signature.unsafety.map(|t| t.span()), format_args!("is safe to call: take `unsafe` away"));
    refuse(
        signature.generics.params.first().map(Spanned::span),
        format_args!("has one signature: it cannot be generic"),
    );
    let types = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(input) => Some(&*input.ty),
        FnArg::Receiver(_) => None,
    });
    let result = match &signature.output {
        ReturnType::Type(_, ty) => Some(&**ty),
        ReturnType::Default => None,
    };
    for ty in types.chain(result).filter(|ty| matches!(ungroup(ty), Type::ImplTrait(_))) {
        refuse(Some(ty.span()), format_args!("has one signature: write a concrete type"));
    }
    refuse(
        function.default.as_ref().map(Spanned::span),
        format_args!("has no body: the {} implements it", side.word()),
    );
    match signature.receiver() {
        Some(receiver) if receiver.reference.is_none() || receiver.mutability.is_some() => {
            refuse(Some(receiver.span()), format_args!("takes `&self`"));
        }
        Some(_) => {}
        None => refuse(Some(signature.ident.span()), format_args!("takes `&self` first, {}", side.why_self())),
    }
}

fn method(function: &TraitItemFn, prefix: &str, mistakes: &mut Mistakes) -> Method {
    let mut signature = function.sig.clone();
    let mut arguments = Vec::new();
    for (index, input) in signature.inputs.iter_mut().enumerate() {
        let FnArg::Typed(input) = input else { continue };
        let name = match &*input.pat {
            Pat::Ident(pattern) => pattern.ident.clone(),
            // `_: u64` has no name to pass on.
            pattern => format_ident!("__plugsmith_argument_{index}", span = generated(pattern.span())),
        };
        *input.pat = syn::parse_quote!(#name);
        arguments.push(Argument { name, ty: ungroup(&input.ty).clone() });
    }
    let result = match &signature.output {
        ReturnType::Default => None,
        ReturnType::Type(_, ty) => Some(ungroup(ty).clone()),
    };
    Method {
        ident: signature.ident.clone(),
        this: function.sig.receiver().map(|receiver| receiver.self_token).unwrap_or_default(),
        name: wire_name(function, prefix, mistakes),
        arguments,
        result,
        signature,
        cfgs: function.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect(),
    }
}

/// The name on the wire: the method's own after the prefix, or the one of `#[import(name = "..")]`.
fn wire_name(function: &TraitItemFn, prefix: &str, mistakes: &mut Mistakes) -> String {
    let mut wire_name = format!("{prefix}{}", unraw(&function.sig.ident));
    for attribute in function.attrs.iter().filter(|attribute| attribute.path().is_ident("import")) {
        match attribute.meta.require_list() {
            Ok(list) => {
                let mut args = Arguments::parse(list.tokens.clone(), mistakes);
                match args.text(Keyword::Name, mistakes) {
                    Some(name) if name.value.is_empty() || name.value.chars().any(char::is_control) => {
                        mistakes.at(name.span, "an import needs a name of printable letters");
                    }
                    Some(name) => wire_name = name.value,
                    None if list.tokens.is_empty() => mistakes.at(attribute, "write #[import(name = \"..\")]"),
                    None => {}
                }
            }
            Err(_) => mistakes.at(attribute, "write #[import(name = \"..\")]"),
        }
    }
    wire_name
}

/// The trait without `#[import(..)]`, which rustc does not know.
pub(crate) fn stripped(mut item: ItemTrait) -> ItemTrait {
    for member in &mut item.items {
        if let TraitItem::Fn(function) = member {
            function.attrs.retain(|attribute| !attribute.path().is_ident("import"));
        }
    }
    item
}

/// The struct that implements the trait by calling the other side.
pub(crate) fn stub(ident: &Ident, side: Side) -> Ident {
    match side {
        Side::Host => format_ident!("{ident}Host"),
        Side::Peer => format_ident!("{ident}Peer"),
    }
}

/// What stands in for the macro's output on a mistake: the trait, and the struct with functions
/// that nothing calls.
pub(crate) fn stand_in(item: TokenStream, side: Side) -> TokenStream {
    let Ok(item) = syn::parse2::<ItemTrait>(item.clone()) else { return item };
    let item = stripped(item);
    let (visibility, ident, stub) = (&item.vis, &item.ident, stub(&item.ident, side));
    let span = generated(ident.span());
    let methods = item.items.iter().map(|member| match member {
        TraitItem::Fn(function) if function.default.is_none() => {
            let mut signature = function.sig.clone();
            for input in &mut signature.inputs {
                if let FnArg::Typed(input) = input {
                    *input.pat = syn::parse_quote!(_);
                }
            }
            let cfgs = function.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
            Some(quote_spanned!(span=> #(#cfgs)* #signature { ::core::panic!() }))
        }
        TraitItem::Fn(_) => Some(TokenStream::new()),
        _ => None,
    });
    // A trait with other items, or a generic one, has no implementation that is this simple.
    let implementation =
        methods.collect::<Option<Vec<_>>>().filter(|_| item.generics.params.is_empty()).map(|methods| {
            let unsafety = &item.unsafety;
            quote_spanned!(span=> #unsafety impl #ident for #stub { #(#methods)* })
        });
    let load = matches!(side, Side::Peer).then(|| {
        quote_spanned! {span=>
            impl #stub {
                #visibility fn load() -> ::core::result::Result<Self, ::__plugsmith::HostError> {
                    ::core::panic!()
                }
                #visibility fn load_from(
                    _: ::__plugsmith::peers::Peers,
                ) -> ::core::result::Result<Self, ::__plugsmith::HostError> {
                    ::core::panic!()
                }
            }
        }
    });
    quote_spanned! {span=>
        #item
        #[doc(hidden)]
        #[allow(dead_code, reason = "stands in for what a mistake prevents")]
        #visibility struct #stub;
        #[allow(dead_code, reason = "stands in for what a mistake prevents")]
        const _: () = {
            #implementation
            #load
        };
    }
}
