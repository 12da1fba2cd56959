//! `#[peer]`.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{FnArg, Ident, ItemTrait, ReturnType, Token, TraitItem, TraitItemFn, Type};

use crate::arguments::{Arguments, Placed};
use crate::diagnostics::{Mistakes, generated};
use crate::host_functions::{import_name, strip_helpers};

/// A peer as plain data.
struct Peer {
    trait_ident: Ident,
    client: Ident,
    name: Placed<String>,
    /// `User` or `Env`.
    namespace: Ident,
    functions: Vec<Function>,
}

/// One export of the peer.
struct Function {
    ident: Ident,
    /// The author's own `self`: one of ours would be another by hygiene.
    this: Token![self],
    export: String,
    /// The name and the place of the input's type, if there is an input.
    input: Option<(Ident, Span)>,
    result: Type,
    /// With `__plugsmith_input` for an input without a name.
    signature: syn::Signature,
    cfgs: Vec<syn::Attribute>,
}

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let mut item: ItemTrait = syn::parse2(item).map_err(|error| {
        syn::Error::new(
            error.span(),
            "#[peer] goes on a trait: `trait Vowels { fn count(&self, text: &str) -> Result<String, HostError>; }`",
        )
    })?;
    let mut mistakes = Mistakes::default();
    let peer = model(args, &item, &mut mistakes);
    check(&peer, &item, &mut mistakes);
    mistakes.into_result()?;
    strip_helpers(&mut item);
    Ok(emit(&peer, &item))
}

fn model(args: TokenStream, item: &ItemTrait, mistakes: &mut Mistakes) -> Peer {
    let mut args = Arguments::parse(args, &["name", "namespace"], mistakes);
    let name = args
        .text("name", mistakes)
        .unwrap_or_else(|| Placed { value: snake_case(&item.ident), span: item.ident.span() });
    let namespace = match args.text("namespace", mistakes) {
        Some(text) if text.value == "env" => "Env",
        Some(text) if text.value != "extism:host/user" => {
            mistakes.at(text.span, "hosts have `call_plugin` in \"extism:host/user\" or in \"env\"");
            "User"
        }
        _ => "User",
    };
    let functions = item
        .items
        .iter()
        .filter_map(|member| match member {
            TraitItem::Fn(method) => Some(model_function(method, mistakes)),
            other => {
                mistakes.at(other, "a peer has functions only: move this to another trait");
                None
            }
        })
        .collect();
    let ident = &item.ident;
    Peer {
        trait_ident: ident.clone(),
        client: format_ident!("{ident}Peer"),
        name,
        namespace: format_ident!("{namespace}"),
        functions,
    }
}

fn model_function(method: &TraitItemFn, mistakes: &mut Mistakes) -> Function {
    let mut signature = method.sig.clone();
    let input = signature.inputs.iter_mut().find_map(|input| match input {
        FnArg::Receiver(_) => None,
        FnArg::Typed(input) => {
            let place = input.ty.span();
            let ident = match &*input.pat {
                syn::Pat::Ident(pattern) => pattern.ident.clone(),
                // `_: String` has no name to pass on.
                pattern => format_ident!("__plugsmith_input", span = generated(pattern.span())),
            };
            *input.pat = syn::parse_quote!(#ident);
            Some((ident, place))
        }
    });
    let result = match &signature.output {
        ReturnType::Default => {
            mistakes.at(&signature.ident, "a call of a peer may fail: return `Result<.., HostError>`");
            syn::parse_quote!(())
        }
        ReturnType::Type(_, ty) => (**ty).clone(),
    };
    Function {
        ident: signature.ident.clone(),
        this: method.sig.receiver().map(|receiver| receiver.self_token).unwrap_or_default(),
        export: import_name(method, "", mistakes),
        input,
        result,
        signature,
        cfgs: method.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect(),
    }
}

fn check(peer: &Peer, item: &ItemTrait, mistakes: &mut Mistakes) {
    if peer.name.value.is_empty() || peer.name.value.chars().any(char::is_control) {
        mistakes.at(peer.name.span, "a peer needs the name that it is loaded by: `name = \"count_vowels\"`");
    }
    if !item.generics.params.is_empty() {
        mistakes.at(&item.generics, "a peer's functions have fixed types: the trait cannot be generic");
    }
    if let Some(unsafety) = &item.unsafety {
        mistakes.at(unsafety, "a peer's functions are safe to call: take `unsafe` away");
    }
    for method in item.items.iter().filter_map(|member| match member {
        TraitItem::Fn(method) => Some(method),
        _ => None,
    }) {
        let signature = &method.sig;
        let mut refuse = |place: Option<Span>, what: &str| {
            if let Some(place) = place {
                mistakes.at(place, format_args!("a peer's function {what}"));
            }
        };
        refuse(signature.asyncness.map(|t| t.span()), "cannot be async: the caller waits for its answer");
        refuse(signature.unsafety.map(|t| t.span()), "is safe to call: take `unsafe` away");
        refuse(signature.generics.params.first().map(Spanned::span), "has one signature: it cannot be generic");
        refuse(method.default.as_ref().map(Spanned::span), "has no body: the peer implements it");
        match signature.receiver() {
            Some(receiver) if receiver.reference.is_none() || receiver.mutability.is_some() => {
                refuse(Some(receiver.span()), "takes `&self`");
            }
            Some(_) => {}
            None => refuse(Some(signature.ident.span()), "takes `&self` first: it is called on a loaded peer"),
        }
        let mut inputs = signature.inputs.iter().filter(|input| matches!(input, FnArg::Typed(_)));
        refuse(
            inputs.nth(1).map(Spanned::span),
            "takes its whole input as one parameter: use `Json<T>` for several values",
        );
    }
    for (index, function) in peer.functions.iter().enumerate() {
        if peer.functions[..index]
            .iter()
            .any(|earlier| earlier.export == function.export && earlier.cfgs == function.cfgs)
        {
            mistakes.at(&function.ident, format_args!("`{}` is called by two functions", function.export));
        }
    }
}

fn emit(peer: &Peer, item: &ItemTrait) -> TokenStream {
    let span = generated(peer.trait_ident.span());
    let (trait_ident, client, name, namespace) = (&peer.trait_ident, &peer.client, &peer.name.value, &peer.namespace);
    let visibility = &item.vis;
    let doc = format!("The peer `{name}`: implements [`{trait_ident}`] by calling it.");
    let peers = match namespace == "Env" {
        true => quote_spanned!(span=> peers.in_env()),
        false => quote_spanned!(span=> peers),
    };
    let methods = peer.functions.iter().map(|function| {
        let (signature, export, cfgs) = (&function.signature, &function.export, &function.cfgs);
        let this = &function.this;
        let input = match &function.input {
            Some((input, place)) => quote_spanned!(generated(*place)=> #input),
            None => quote!(()),
        };
        // All of it stands at the result's type, which rustc judges.
        let call = quote_spanned! {generated(function.result.span())=>
            ::plugsmith::peers::Peer::call(&#this.__plugsmith_peer, #export, #input)
        };
        quote_spanned! {span=>
            #(#cfgs)*
            #signature {
                #call
            }
        }
    });
    let native = emit_native(peer, span);
    quote_spanned! {span=>
        #item

        #[doc = #doc]
        #[derive(Clone, Debug)]
        #visibility struct #client {
            __plugsmith_peer: ::plugsmith::peers::Peer<::plugsmith::peers::#namespace>,
        }

        const _: () = {
            #[allow(dead_code, reason = "a plugin needs one way to load")]
            impl #client {
                /// The name that it is loaded by.
                pub const NAME: &'static str = #name;

                /// The peer, loaded by the first call.
                pub fn load() -> ::core::result::Result<Self, ::plugsmith::HostError> {
                    Self::load_from(::plugsmith::peers())
                }

                /// The peer in the host of a context: `load_from(ctx.peers())`.
                pub fn load_from(
                    peers: ::plugsmith::peers::Peers,
                ) -> ::core::result::Result<Self, ::plugsmith::HostError> {
                    ::core::result::Result::Ok(Self { __plugsmith_peer: #peers.load(Self::NAME)? })
                }
            }

            impl #trait_ident for #client {
                #(#methods)*
            }
        };

        #[cfg(not(target_arch = "wasm32"))]
        const _: () = { #native };
    }
}

/// An implementation of the trait as a peer, for unit tests and the harness.
fn emit_native(peer: &Peer, span: Span) -> TokenStream {
    let (trait_ident, client) = (&peer.trait_ident, &peer.client);
    let functions = peer.functions.iter().map(|function| {
        let (ident, export, cfgs) = (&function.ident, &function.export, &function.cfgs);
        let input = function
            .input
            .as_ref()
            .map(|(_, place)| quote_spanned!(generated(*place)=> ::plugsmith::Input::from_input(input)?));
        let answer = quote_spanned! {generated(function.result.span())=>
            ::plugsmith::testing::PeerAnswer::answer(implementation.#ident(#input))
        };
        quote_spanned! {span=>
            #(#cfgs)*
            let peer = {
                let implementation = ::std::rc::Rc::clone(&implementation);
                peer.raw(#export, move |_, input| {
                    let _ = input;
                    #answer
                })
            };
        }
    });
    quote_spanned! {span=>
        #[allow(dead_code, reason = "for tests")]
        impl #client {
            /// Puts `mock` in the place of the peer for this thread's unit tests, until the guard is dropped.
            pub fn mock(mock: impl #trait_ident + 'static) -> ::plugsmith::testing::MockGuard {
                ::plugsmith::__private::mock_peer(Self::NAME, Self::serve(mock))
            }

            /// `implementation` as a peer, for `MockContext::mock_peer` and the harness's `Host::plugin`.
            pub fn serve(implementation: impl #trait_ident + 'static) -> ::plugsmith::testing::MockPeer {
                let implementation = ::std::rc::Rc::new(implementation);
                let peer = ::plugsmith::testing::MockPeer::new();
                #(#functions)*
                peer
            }
        }
    }
}

/// `CountVowels` as `count_vowels`.
fn snake_case(ident: &Ident) -> String {
    let mut name = String::new();
    for letter in crate::signature::unraw(ident).chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}
