//! The typed call of an entry point, for tests: `greet_call` beside `fn greet`.
//!
//! It has the parameters of the function without the context, and makes a value that the harness runs in the artifact
//! and a native host in the function itself. It is a function, and not a type that bears the function's name, so that
//! `mod greet; pub use greet::greet;` stays possible, and editors show the names of the parameters. On wasm32 it is
//! empty, so that `pub use greet::{greet, greet_call}` compiles there too.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Ident, ItemFn, Lifetime, ReturnType, Type, TypeBareFn, TypeReference};

use crate::arguments::Placed;
use crate::diagnostics::{Mistakes, generated};
use crate::signature::{Parameter, ungroup, unraw};

/// The typed call of an entry point.
pub(crate) struct Client {
    ident: Ident,
    /// The lifetime of what a call borrows, if it borrows.
    lifetime: Option<Lifetime>,
    /// Their names and types.
    parameters: Vec<(Ident, Type)>,
    /// What the function returns.
    output: TokenStream,
    /// The name of the context's type.
    context: &'static str,
}

/// The name that an attribute gives, checked.
pub(crate) fn named(name: Option<Placed<String>>, mistakes: &mut Mistakes) -> Option<Ident> {
    let name = name?;
    match syn::parse_str::<Ident>(&name.value) {
        Ok(mut ident) => {
            ident.set_span(name.span);
            Some(ident)
        }
        Err(_) => {
            mistakes.at(name.span, "expected a function's name: `client = \"greet_again\"`");
            None
        }
    }
}

impl Client {
    /// The typed call of `item`, whose context, if it has one, is a reference to a type with this name. `opaque`
    /// stands in for a result that only the function itself can name.
    pub(crate) fn of(
        item: &ItemFn,
        named: Option<&Ident>,
        parameters: &[Parameter],
        context: &'static str,
        opaque: TokenStream,
    ) -> Client {
        let function = &item.sig.ident;
        let ident = named.cloned().unwrap_or_else(|| format_ident!("{}_call", unraw(function), span = function.span()));
        let mut lifetimes = NameLifetimes { lifetime: Lifetime::new("'call", Span::mixed_site()), is_used: false };
        let mut named: Vec<(Ident, Type)> = Vec::new();
        for (index, parameter) in parameters.iter().enumerate() {
            if is_context(&parameter.ty, context) {
                continue;
            }
            let place = generated(parameter.span);
            let name = syn::parse_str::<Ident>(&parameter.name).map(|ident| ident.to_string());
            let name = name.unwrap_or_else(|_| format!("{}_", parameter.name));
            let is_taken = named.iter().any(|(other, _)| *other == name);
            let name = if is_taken { format!("{name}{index}") } else { name };
            let mut ty = parameter.ty.clone();
            lifetimes.visit_type_mut(&mut ty);
            named.push((Ident::new(&name, place), ty));
        }
        let output = match &item.sig.output {
            ReturnType::Default => quote!(()),
            ReturnType::Type(_, ty) if is_opaque(ty) => opaque,
            ReturnType::Type(_, ty) => {
                let mut ty = (**ty).clone();
                lifetimes.visit_type_mut(&mut ty);
                ty.into_token_stream()
            }
        };
        let lifetime = lifetimes.is_used.then_some(lifetimes.lifetime);
        Client { ident, lifetime, parameters: named, output, context }
    }

    /// The tuple of the arguments.
    pub(crate) fn arguments(&self) -> TokenStream {
        let names = self.parameters.iter().map(|(name, _)| name);
        quote!((#(#names,)*))
    }

    /// The tuple of their types.
    pub(crate) fn types(&self) -> TokenStream {
        let types = self.parameters.iter().map(|(_, ty)| ty);
        quote!((#(#types,)*))
    }

    /// The only argument and its type; `()` where there is none.
    pub(crate) fn sole(&self) -> (TokenStream, TokenStream) {
        match self.parameters.first() {
            Some((name, ty)) => (name.to_token_stream(), ty.to_token_stream()),
            None => (quote!(()), quote!(())),
        }
    }

    /// The names of the parameters, as a host knows them.
    pub(crate) fn names<'a>(&self, parameters: &'a [Parameter]) -> impl Iterator<Item = &'a String> {
        let context = self.context;
        parameters.iter().filter(move |parameter| !is_context(&parameter.ty, context)).map(|parameter| &parameter.name)
    }

    /// The function: its result is `ty`, of the types `P` and `R`, and its body makes it.
    pub(crate) fn emit(
        &self,
        item: &ItemFn,
        ty: &TokenStream,
        parameters: &TokenStream,
        body: &TokenStream,
    ) -> TokenStream {
        let (ident, visibility, output) = (&self.ident, &item.vis, &self.output);
        let span = generated(item.sig.ident.span());
        let generics = self.lifetime.as_ref().map(|lifetime| quote!(<#lifetime>));
        let (names, types): (Vec<_>, Vec<_>) = self.parameters.iter().map(|(name, ty)| (name, ty)).unzip();
        let docs = format!("A call of [`{}`] for tests: of the artifact in the harness, or natively.", item.sig.ident);
        quote_spanned! {span=>
            #[cfg(not(target_arch = "wasm32"))]
            #[doc = #docs]
            #[allow(
                dead_code, deprecated, single_use_lifetimes, clippy::all, clippy::pedantic,
                reason = "made from the signature of the function, for tests that may not use it"
            )]
            #visibility fn #ident #generics(#(#names: #types),*) -> #ty<#parameters, #output> {
                #body
            }
            #[cfg(target_arch = "wasm32")]
            #[doc(hidden)]
            #[allow(dead_code, reason = "for those who name it in a `use` of both targets")]
            #visibility fn #ident() {}
        }
    }
}

/// Whether a parameter is the context, which whoever runs a call has. A context behind another name stays a parameter,
/// which is not written.
fn is_context(ty: &Type, context: &str) -> bool {
    match ungroup(ty) {
        Type::Reference(reference) => match ungroup(&reference.elem) {
            Type::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == context),
            _ => false,
        },
        _ => false,
    }
}

/// Whether only the function itself can name a type: there is an `impl Trait` in it.
fn is_opaque(ty: &Type) -> bool {
    struct Finds(bool);
    impl VisitMut for Finds {
        fn visit_type_impl_trait_mut(&mut self, _: &mut syn::TypeImplTrait) {
            self.0 = true;
        }
    }
    let mut finds = Finds(false);
    finds.visit_type_mut(&mut ty.clone());
    finds.0
}

/// Gives every lifetime but `'static` the one name that the call has.
struct NameLifetimes {
    lifetime: Lifetime,
    is_used: bool,
}

impl VisitMut for NameLifetimes {
    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident != "static" {
            *lifetime = Lifetime { apostrophe: lifetime.span(), ..self.lifetime.clone() };
            self.is_used = true;
        }
    }

    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        if reference.lifetime.is_none() {
            reference.lifetime = Some(self.lifetime.clone());
            self.is_used = true;
        }
        visit_mut::visit_type_reference_mut(self, reference);
    }

    /// The lifetimes of a function are its own.
    fn visit_type_bare_fn_mut(&mut self, _: &mut TypeBareFn) {}
}
