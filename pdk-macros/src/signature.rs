//! The author's function, as an entry point sees it.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::VisitMut;
use syn::{Attribute, FnArg, Ident, ItemFn, Lifetime, Pat, ReturnType, Type};

use crate::diagnostics::{Mistakes, generated};

/// A function that can be an entry point.
pub(crate) struct Entry {
    pub(crate) ident: Ident,
    pub(crate) parameters: Vec<Parameter>,
    /// Where it says what it returns, for rustc's errors about that.
    pub(crate) result: Span,
    /// The first paragraph of its doc comment.
    pub(crate) summary: String,
}

/// One parameter.
pub(crate) struct Parameter {
    /// A number where the pattern has no name.
    pub(crate) name: String,
    pub(crate) is_named: bool,
    /// Its type, every lifetime replaced by `'_`.
    pub(crate) ty: Type,
    pub(crate) span: Span,
}

impl Parameter {
    /// Whether it has a name, and that of none of these fields: only a context may.
    pub(crate) fn is_none_of(&self, fields: &[&str]) -> bool {
        self.is_named && !fields.contains(&self.name.as_str())
    }
}

/// Reads the function, and notes whatever an entry point cannot be.
pub(crate) fn read(item: &ItemFn, macro_name: &str, mistakes: &mut Mistakes) -> Entry {
    let signature = &item.sig;
    let mut refuse = |place: Option<Span>, what: &str| {
        if let Some(place) = place {
            mistakes.at(place, format_args!("a #[{macro_name}] {what}"));
        }
    };
    refuse(signature.asyncness.map(|t| t.span()), "cannot be async: a guest runs one call to its end");
    refuse(signature.unsafety.map(|t| t.span()), "cannot be unsafe: the host knows nothing of its contract");
    refuse(signature.abi.as_ref().map(Spanned::span), "cannot be extern: the macro adds the export, write a plain fn");
    refuse(signature.variadic.as_ref().map(Spanned::span), "cannot be variadic: take a trailing Vec");
    let types_or_consts =
        signature.generics.params.iter().find(|parameter| !matches!(parameter, syn::GenericParam::Lifetime(_)));
    refuse(types_or_consts.map(Spanned::span), "cannot be generic: the host names one function");

    let mut parameters = Vec::new();
    for (index, input) in signature.inputs.iter().enumerate() {
        match input {
            FnArg::Receiver(receiver) => {
                refuse(Some(receiver.span()), "is a free function: it cannot take self");
            }
            FnArg::Typed(input) => {
                let cfg = input.attrs.iter().find(|attribute| attribute.path().is_ident("cfg"));
                refuse(cfg.map(Spanned::span), "parameter cannot depend on a cfg: write one function for each case");
                if let Type::ImplTrait(ty) = ungroup(&input.ty) {
                    refuse(Some(ty.span()), "parameter needs a concrete type");
                }
                let mut ty = (*input.ty).clone();
                EraseLifetimes.visit_type_mut(&mut ty);
                let name = name(&input.pat);
                parameters.push(Parameter {
                    is_named: name.is_some(),
                    name: name.unwrap_or_else(|| format!("arg{}", index + 1)),
                    span: input.ty.span(),
                    ty,
                });
            }
        }
    }
    let result = match &signature.output {
        ReturnType::Type(_, ty) => ty.span(),
        ReturnType::Default => signature.ident.span(),
    };
    Entry { ident: signature.ident.clone(), parameters, result, summary: summary(&item.attrs) }
}

/// The name in a pattern: `name`, `mut name`, `Json(name)`; a leading underscore is not part of it.
fn name(pattern: &Pat) -> Option<String> {
    match pattern {
        Pat::Ident(pattern) => Some(unraw(&pattern.ident).trim_start_matches('_').to_owned()),
        Pat::TupleStruct(pattern) if pattern.elems.len() == 1 => name(pattern.elems.first()?),
        Pat::Reference(pattern) => name(&pattern.pat),
        Pat::Paren(pattern) => name(&pattern.pat),
        _ => None,
    }
    .filter(|name| !name.is_empty())
}

/// A type that `macro_rules!` has put into invisible groups.
pub(crate) fn ungroup(mut ty: &Type) -> &Type {
    while let Type::Group(group) = ty {
        ty = &group.elem;
    }
    ty
}

/// An identifier's text, `r#` taken off.
pub(crate) fn unraw(ident: &Ident) -> String {
    syn::ext::IdentExt::unraw(ident).to_string()
}

/// The first paragraph of the doc comment, in one line.
pub(crate) fn summary(attributes: &[Attribute]) -> String {
    let mut lines = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("doc")) {
        let syn::Meta::NameValue(meta) = &attribute.meta else { continue };
        let mut value = &meta.value;
        while let syn::Expr::Group(group) = value {
            value = &group.expr;
        }
        let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(line), .. }) = value else { continue };
        match line.value().trim() {
            "" if !lines.is_empty() => break,
            line => lines.push(line.to_owned()),
        }
    }
    lines.join(" ").trim().to_owned()
}

/// The value of a parameter that takes a field of an event by its name. Without a name it can only
/// be a context.
pub(crate) fn from_event(parameter: &Parameter) -> TokenStream {
    let field = &parameter.name;
    let span = generated(parameter.span);
    match parameter.is_named {
        true => quote_spanned!(span=> ::__plugsmith::__private::FromEvent::from_event(context, #field)?),
        false => quote_spanned!(span=> ::__plugsmith::__private::EventContext::of(context)),
    }
}

/// The check that a parameter is a context, because no field has its name. rustc makes it, which
/// knows the types.
pub(crate) fn is_context(parameter: &Parameter, message: &str) -> TokenStream {
    let ty = tokens(parameter);
    quote_spanned! {generated(parameter.span)=>
        const _: () = ::core::assert!(
            !<#ty as ::__plugsmith::__private::FromEvent<'_>>::TAKES.is_field(),
            #message
        );
    }
}

/// The check that no parameter of a hook or a transformer is a context by value.
pub(crate) fn by_reference(parameters: &[Parameter]) -> TokenStream {
    let checks = parameters.iter().map(|parameter| {
        let ty = tokens(parameter);
        quote_spanned! {generated(parameter.span)=>
            const _: () = ::core::assert!(
                !<#ty as ::__plugsmith::__private::FromEvent<'_>>::TAKES.is_owned(),
                "{}",
                ::__plugsmith::__private::BY_REFERENCE
            );
        }
    });
    checks.collect()
}

struct EraseLifetimes;

impl VisitMut for EraseLifetimes {
    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident != "static" {
            *lifetime = Lifetime::new("'_", lifetime.span());
        }
    }
}

/// The tokens of a type, every one at the place of the author's type, so that rustc's own errors
/// about it point there.
pub(crate) fn tokens(parameter: &Parameter) -> TokenStream {
    parameter.ty.to_token_stream()
}
