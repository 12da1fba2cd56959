//! `#[peer]`.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, ItemTrait};

use crate::arguments::{Arguments, Placed, keys};
use crate::diagnostics::{Mistakes, generated};
use crate::interface::{self, Method, Side};

keys!(Keyword { Name = "name", Namespace = "namespace" });

/// A peer as plain data.
struct Peer {
    trait_ident: Ident,
    client: Ident,
    name: Placed<String>,
    /// `User` or `Env`.
    namespace: Ident,
    functions: Vec<Method>,
}

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let item: ItemTrait = syn::parse2(item).map_err(|error| {
        syn::Error::new(
            error.span(),
            "#[peer] goes on a trait: `trait Vowels { fn count(&self, text: &str) -> Result<String, HostError>; }`",
        )
    })?;
    let mut mistakes = Mistakes::default();
    let peer = model(args, &item, &mut mistakes);
    mistakes.into_result()?;
    Ok(emit(&peer, &interface::stripped(item)))
}

/// What stands in for the output on a mistake.
pub(crate) fn stand_in(item: TokenStream) -> TokenStream {
    interface::stand_in(item, Side::Peer)
}

fn model(args: TokenStream, item: &ItemTrait, mistakes: &mut Mistakes) -> Peer {
    let mut args = Arguments::parse(args, mistakes);
    let name = args
        .text(Keyword::Name, mistakes)
        .unwrap_or_else(|| Placed { value: snake_case(&item.ident), span: item.ident.span() });
    if name.value.is_empty() || name.value.chars().any(char::is_control) {
        mistakes.at(name.span, "a peer needs the name that it is loaded by: `name = \"count_vowels\"`");
    }
    let namespace = match args.text(Keyword::Namespace, mistakes) {
        Some(text) if text.value == "env" => "Env",
        Some(text) if text.value != "extism:host/user" => {
            mistakes.at(text.span, "hosts have `call_plugin` in \"extism:host/user\" or in \"env\"");
            "User"
        }
        _ => "User",
    };
    let functions = interface::read(item, Side::Peer, "", mistakes);
    for function in &functions {
        if function.result.is_none() {
            mistakes.at(&function.ident, "a call of a peer may fail: return `Result<.., HostError>`");
        }
        if let Some(second) = function.arguments.get(1) {
            mistakes.at(
                second.name.span(),
                "a peer's function takes its whole input as one parameter: use `Json<T>` for several values",
            );
        }
    }
    Peer {
        trait_ident: item.ident.clone(),
        client: interface::stub(&item.ident, Side::Peer),
        name,
        namespace: format_ident!("{namespace}"),
        functions,
    }
}

/// The place of what a function returns.
fn result_place(function: &Method) -> Span {
    generated(function.result.as_ref().map_or_else(|| function.ident.span(), Spanned::span))
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
        let Method { signature, name: export, cfgs, this, .. } = function;
        let input = match function.arguments.first() {
            Some(input) => {
                let name = &input.name;
                quote_spanned!(generated(input.ty.span())=> #name)
            }
            None => quote!(()),
        };
        // All of it stands at the result's type, which rustc judges.
        let call = quote_spanned! {result_place(function)=>
            ::__plugsmith::peers::Peer::call(&#this.__plugsmith_peer, #export, #input)
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
        #[::core::prelude::v1::derive(::core::clone::Clone, ::core::fmt::Debug)]
        #visibility struct #client {
            __plugsmith_peer: ::__plugsmith::peers::Peer<::__plugsmith::peers::#namespace>,
        }

        const _: () = {
            #[allow(dead_code, reason = "a plugin needs one way to load")]
            impl #client {
                /// The name that it is loaded by.
                pub const NAME: &'static ::core::primitive::str = #name;

                /// The peer, loaded by the first call.
                pub fn load() -> ::core::result::Result<Self, ::__plugsmith::HostError> {
                    Self::load_from(::__plugsmith::peers())
                }

                /// The peer in the host of a context: `load_from(ctx.peers())`.
                pub fn load_from(
                    peers: ::__plugsmith::peers::Peers,
                ) -> ::core::result::Result<Self, ::__plugsmith::HostError> {
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
        let Method { ident, name: export, cfgs, .. } = function;
        let input = function
            .arguments
            .first()
            .map(|input| quote_spanned!(generated(input.ty.span())=> ::__plugsmith::Input::from_input(input)?));
        let answer = quote_spanned! {result_place(function)=>
            ::__plugsmith::testing::PeerAnswer::answer(implementation.#ident(#input))
        };
        quote_spanned! {span=>
            #(#cfgs)*
            let peer = {
                let implementation = ::core::clone::Clone::clone(&implementation);
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
            pub fn mock(mock: impl #trait_ident + 'static) -> ::__plugsmith::testing::MockGuard {
                ::__plugsmith::__private::mock_peer(Self::NAME, Self::serve(mock))
            }

            /// `implementation` as a peer, for `MockContext::mock_peer` and the harness's `Host::plugin`.
            pub fn serve(implementation: impl #trait_ident + 'static) -> ::__plugsmith::testing::MockPeer {
                let implementation = ::__plugsmith::__private::std::rc::Rc::new(implementation);
                let peer = ::__plugsmith::testing::MockPeer::new();
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
