//! `#[host_functions]`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, Ident, ItemTrait, Pat, ReturnType, TraitItem, TraitItemFn, Type};

use crate::arguments::Arguments;
use crate::diagnostics::{Mistakes, generated};
use crate::signature::unraw;

/// A trait of host functions as plain data.
struct Imports {
    trait_ident: Ident,
    stub: Ident,
    namespace: String,
    functions: Vec<Function>,
}

/// One host function.
struct Function {
    ident: Ident,
    import: String,
    arguments: Vec<Argument>,
    result: Type,
    signature: TokenStream,
    /// Its `#[cfg(..)]`s, which go wherever it goes.
    cfgs: Vec<Attribute>,
}

/// One argument: `name: ty`, or `name: &ty`.
struct Argument {
    name: Ident,
    ty: Type,
    by_reference: bool,
}

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let mut item: ItemTrait = syn::parse2(item).map_err(|error| {
        syn::Error::new(error.span(), "#[host_functions] goes on a trait: `trait Billing { fn charge(&self, ..); }`")
    })?;
    let mut mistakes = Mistakes::default();
    let imports = model(args, &item, &mut mistakes);
    check(&imports, &item, &mut mistakes);
    mistakes.into_result()?;
    strip_helpers(&mut item);
    Ok(emit(&imports, &item))
}

/// Takes `#[import(..)]` off the methods.
pub(crate) fn strip_helpers(item: &mut ItemTrait) {
    for member in &mut item.items {
        if let TraitItem::Fn(method) = member {
            method.attrs.retain(|attribute| !attribute.path().is_ident("import"));
        }
    }
}

fn model(args: TokenStream, item: &ItemTrait, mistakes: &mut Mistakes) -> Imports {
    let mut args = Arguments::parse(args, &["namespace", "prefix"], mistakes);
    let namespace = args.text("namespace", mistakes).map_or_else(|| "extism:host/user".to_owned(), |text| text.value);
    let prefix = args.text("prefix", mistakes).map_or_else(String::new, |text| text.value);
    let mut functions = Vec::new();
    for member in &item.items {
        match member {
            TraitItem::Fn(method) => functions.push(model_function(method, &prefix, mistakes)),
            other => mistakes.at(other, "a host has functions only: move this to another trait"),
        }
    }
    Imports { trait_ident: item.ident.clone(), stub: format_ident!("{}Host", item.ident), namespace, functions }
}

fn model_function(method: &TraitItemFn, prefix: &str, mistakes: &mut Mistakes) -> Function {
    let signature = &method.sig;
    let import = import_name(method, prefix, mistakes);
    let mut arguments = Vec::new();
    let mut named = signature.clone();
    for (index, input) in named.inputs.iter_mut().enumerate() {
        let FnArg::Typed(input) = input else { continue };
        let name = match &*input.pat {
            Pat::Ident(pattern) => pattern.ident.clone(),
            // `_: u64` has no name to pass on.
            pattern => format_ident!("__plugsmith_argument_{index}", span = generated(pattern.span())),
        };
        *input.pat = syn::parse_quote!(#name);
        let (ty, by_reference) = match &*input.ty {
            Type::Reference(reference) => {
                if let Some(mutable) = &reference.mutability {
                    mistakes.at(mutable, "a host cannot write to the guest: pass `&`, take the answer as the result");
                }
                ((*reference.elem).clone(), true)
            }
            ty => (ty.clone(), false),
        };
        arguments.push(Argument { name, ty, by_reference });
    }
    let result = match &signature.output {
        ReturnType::Default => syn::parse_quote!(()),
        ReturnType::Type(_, ty) => (**ty).clone(),
    };
    if let Type::Reference(reference) = &result {
        mistakes.at(reference, "a host answers with values of its own: return an owned type");
    }
    let cfgs = method.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect();
    let (ident, signature) = (signature.ident.clone(), named.to_token_stream());
    Function { ident, import, arguments, result, signature, cfgs }
}

/// The name on the wire: the method's own after the prefix, or the one of `#[import(name = "..")]`.
pub(crate) fn import_name(method: &TraitItemFn, prefix: &str, mistakes: &mut Mistakes) -> String {
    let mut import = format!("{prefix}{}", unraw(&method.sig.ident));
    for attribute in method.attrs.iter().filter(|attribute| attribute.path().is_ident("import")) {
        match attribute.meta.require_list() {
            Ok(list) => {
                let mut args = Arguments::parse(list.tokens.clone(), &["name"], mistakes);
                match args.text("name", mistakes) {
                    Some(name) if name.value.is_empty() || name.value.chars().any(char::is_control) => {
                        mistakes.at(name.span, "an import needs a name of printable letters");
                    }
                    Some(name) => import = name.value,
                    None if list.tokens.is_empty() => mistakes.at(attribute, "write #[import(name = \"..\")]"),
                    None => {}
                }
            }
            Err(_) => mistakes.at(attribute, "write #[import(name = \"..\")]"),
        }
    }
    import
}

fn check(imports: &Imports, item: &ItemTrait, mistakes: &mut Mistakes) {
    if !item.generics.params.is_empty() {
        mistakes.at(&item.generics, "a host's functions have fixed types: the trait cannot be generic");
    }
    if let Some(unsafety) = &item.unsafety {
        mistakes.at(unsafety, "a host's functions are safe to implement: take `unsafe` away");
    }
    if imports.namespace.is_empty() {
        mistakes.at(&item.ident, "the namespace is empty: leave it out for `extism:host/user`");
    }
    for method in item.items.iter().filter_map(|member| match member {
        TraitItem::Fn(method) => Some(method),
        _ => None,
    }) {
        let signature = &method.sig;
        let mut refuse = |place: Option<Span>, what: &str| {
            if let Some(place) = place {
                mistakes.at(place, format_args!("a host function {what}"));
            }
        };
        refuse(signature.asyncness.map(|t| t.span()), "cannot be async: the guest waits for its answer");
        refuse(signature.unsafety.map(|t| t.span()), "is safe to call: take `unsafe` away");
        refuse(signature.generics.params.first().map(Spanned::span), "has one signature: it cannot be generic");
        let types = signature.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(input) => Some(&*input.ty),
            FnArg::Receiver(_) => None,
        });
        let result = match &signature.output {
            ReturnType::Type(_, ty) => Some(&**ty),
            ReturnType::Default => None,
        };
        for ty in types.chain(result).filter(|ty| matches!(ty, Type::ImplTrait(_))) {
            refuse(Some(ty.span()), "has one signature: write a concrete type");
        }
        refuse(method.default.as_ref().map(Spanned::span), "has no body: the host implements it");
        match signature.receiver() {
            Some(receiver) if receiver.reference.is_none() || receiver.mutability.is_some() => {
                refuse(Some(receiver.span()), "takes `&self`");
            }
            Some(_) => {}
            None => refuse(Some(signature.ident.span()), "takes `&self` first, so that a mock can have state"),
        }
    }
    for (index, function) in imports.functions.iter().enumerate() {
        if imports.functions[..index].iter().any(|earlier| earlier.import == function.import) {
            mistakes.at(&function.ident, format_args!("`{}` is imported twice", function.import));
        }
    }
}

fn emit(imports: &Imports, item: &ItemTrait) -> TokenStream {
    let span = generated(imports.trait_ident.span());
    let (trait_ident, stub, visibility) = (&imports.trait_ident, &imports.stub, &item.vis);
    let doc = format!("Implements [`{trait_ident}`] by calling the host.");
    let guest = emit_guest(imports, span);
    let host = emit_host(imports, span);
    quote_spanned! {span=>
        #item

        #[doc = #doc]
        #[derive(Clone, Copy, Debug, Default)]
        #visibility struct #stub;

        #[cfg(target_arch = "wasm32")]
        const _: () = { #guest };

        #[cfg(not(target_arch = "wasm32"))]
        const _: () = { #host };
    }
}

/// The stubs on wasm32.
fn emit_guest(imports: &Imports, span: Span) -> TokenStream {
    let (trait_ident, stub, namespace) = (&imports.trait_ident, &imports.stub, &imports.namespace);
    let raw: Vec<_> = (0..imports.functions.len()).map(|index| format_ident!("__plugsmith_import_{index}")).collect();
    let declarations = imports.functions.iter().zip(&raw).map(|(function, raw)| {
        let (import, result, cfgs) = (&function.import, &function.result, &function.cfgs);
        let arguments = function.arguments.iter().enumerate().map(|(index, argument)| {
            let (name, ty) = (format_ident!("argument_{index}"), &argument.ty);
            quote_spanned!(generated(ty.span())=> #name: <#ty as ::plugsmith::HostArgument>::Abi)
        });
        let result = quote_spanned!(generated(result.span())=> <#result as ::plugsmith::HostResult>::Abi);
        quote_spanned! {span=>
            #(#cfgs)*
            #[link_name = #import]
            fn #raw(#(#arguments),*) -> #result;
        }
    });
    let methods = imports.functions.iter().zip(&raw).map(|(function, raw)| {
        let (signature, import, result) = (&function.signature, &function.import, &function.result);
        let (cfgs, place) = (&function.cfgs, generated(result.span()));
        let locals: Vec<_> =
            (0..function.arguments.len()).map(|index| format_ident!("__plugsmith_{index}", span = span)).collect();
        let lowered = function.arguments.iter().zip(&locals).map(|(argument, local)| {
            let (name, ty) = (&argument.name, &argument.ty);
            let reference = if argument.by_reference { quote!(#name) } else { quote!(&#name) };
            quote_spanned!(generated(ty.span())=> let #local = ::plugsmith::__private::Lowered::new::<#ty>(#reference);)
        });
        let lift = quote_spanned!(place=> (&&&&::plugsmith::__private::Via::<#result>::new()).lift(#import, answer));
        quote_spanned! {span=>
            #(#cfgs)*
            #signature {
                use ::plugsmith::__private::{ViaJson as _, ViaNothing as _, ViaReply as _};
                #(#lowered)*
                // SAFETY: the import takes numbers and answers a number; the blocks behind them
                // live until the end of this function.
                let answer = unsafe { #raw(#(#locals.abi),*) };
                #lift
            }
        }
    });
    quote_spanned! {span=>
        #[link(wasm_import_module = #namespace)]
        unsafe extern "C" {
            #(#declarations)*
        }
        impl #trait_ident for #stub {
            #(#methods)*
        }
    }
}

/// The slot for unit tests, and the implementation as data for the harness.
fn emit_host(imports: &Imports, span: Span) -> TokenStream {
    let (trait_ident, stub, namespace) = (&imports.trait_ident, &imports.stub, &imports.namespace);
    let stub_name = stub.to_string();
    let methods = imports.functions.iter().map(|function| {
        let (signature, ident, import) = (&function.signature, &function.ident, &function.import);
        let cfgs = &function.cfgs;
        let names = function.arguments.iter().map(|argument| &argument.name);
        quote_spanned! {span=>
            #(#cfgs)*
            #[track_caller]
            #signature {
                match ::plugsmith::__private::implementation::<dyn #trait_ident>() {
                    ::core::option::Option::Some(mock) => mock.#ident(#(#names),*),
                    ::core::option::Option::None => ::plugsmith::__private::missing(#import, #stub_name),
                }
            }
        }
    });
    let entries = imports.functions.iter().map(|function| {
        let (ident, import, result) = (&function.ident, &function.import, &function.result);
        let (cfgs, place) = (&function.cfgs, generated(result.span()));
        let parameters = function.arguments.iter().map(|argument| {
            let ty = &argument.ty;
            quote_spanned!(generated(ty.span())=> <#ty as ::plugsmith::HostArgument>::WIRE)
        });
        let wire = quote_spanned!(place=> <#result as ::plugsmith::HostResult>::WIRE);
        let lower = quote_spanned!(place=> (&&&&::plugsmith::__private::Via::<#result>::new()).lower(result));
        let locals: Vec<_> =
            (0..function.arguments.len()).map(|index| format_ident!("__plugsmith_{index}", span = span)).collect();
        let lifted = function.arguments.iter().zip(&locals).enumerate().map(|(index, (argument, local))| {
            let ty = &argument.ty;
            quote_spanned! {generated(ty.span())=>
                let #local = ::plugsmith::__private::lift_argument::<#ty>(arguments, #index)?;
            }
        });
        let passed = function
            .arguments
            .iter()
            .zip(&locals)
            .map(|(argument, local)| if argument.by_reference { quote!(&#local) } else { quote!(#local) });
        quote_spanned! {span=>
            #(#cfgs)*
            ::plugsmith::protocol::host_functions::HostFunction {
                namespace: ::std::string::String::from(#namespace),
                name: ::std::string::String::from(#import),
                parameters: ::std::vec![#(#parameters),*],
                result: #wire,
                call: {
                    let implementation = ::std::rc::Rc::clone(&implementation);
                    ::std::rc::Rc::new(move |arguments| {
                        use ::plugsmith::__private::{ViaJson as _, ViaNothing as _, ViaReply as _};
                        let _ = arguments;
                        #(#lifted)*
                        let result = implementation.#ident(#(#passed),*);
                        ::core::result::Result::Ok(#lower)
                    })
                },
            }
        }
    });
    quote_spanned! {span=>
        impl #trait_ident for #stub {
            #(#methods)*
        }
        impl #stub {
            /// Puts `mock` in the place of the host for this thread's unit tests, until the guard is dropped.
            #[allow(dead_code, reason = "for tests")]
            pub fn mock(mock: impl #trait_ident + 'static) -> ::plugsmith::testing::MockGuard {
                ::plugsmith::__private::slot::<dyn #trait_ident>(::std::rc::Rc::new(mock))
            }

            /// `implementation` as functions that a harness registers for the artifact's imports.
            #[allow(dead_code, reason = "for tests")]
            pub fn serve(
                implementation: impl #trait_ident + 'static,
            ) -> ::std::vec::Vec<::plugsmith::protocol::host_functions::HostFunction> {
                let implementation = ::std::rc::Rc::new(implementation);
                ::std::vec::Vec::from([#(#entries),*])
            }
        }
    }
}
