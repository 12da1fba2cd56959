//! `#[host_functions]`.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, ItemTrait, Type};

use crate::arguments::{Arguments, keys};
use crate::diagnostics::{Mistakes, generated};
use crate::interface::{self, Method, Side};

keys!(Keyword { Namespace = "namespace", Prefix = "prefix" });

/// A trait of host functions as plain data.
struct Imports {
    trait_ident: Ident,
    stub: Ident,
    namespace: String,
    functions: Vec<Function>,
}

/// One host function.
struct Function {
    method: Method,
    arguments: Vec<Argument>,
    result: Type,
}

/// One argument: `name: ty`, or `name: &ty`.
struct Argument {
    name: Ident,
    ty: Type,
    by_reference: bool,
}

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let item: ItemTrait = syn::parse2(item).map_err(|error| {
        syn::Error::new(error.span(), "#[host_functions] goes on a trait: `trait Billing { fn charge(&self, ..); }`")
    })?;
    let mut mistakes = Mistakes::default();
    let imports = model(args, &item, &mut mistakes);
    mistakes.into_result()?;
    Ok(emit(&imports, &interface::stripped(item)))
}

/// What stands in for the output on a mistake.
pub(crate) fn stand_in(item: TokenStream) -> TokenStream {
    interface::stand_in(item, Side::Host)
}

fn model(args: TokenStream, item: &ItemTrait, mistakes: &mut Mistakes) -> Imports {
    let mut args = Arguments::parse(args, mistakes);
    let namespace =
        args.text(Keyword::Namespace, mistakes).map_or_else(|| "extism:host/user".to_owned(), |text| text.value);
    if namespace.is_empty() {
        mistakes.at(&item.ident, "the namespace is empty: leave it out for `extism:host/user`");
    }
    let prefix = args.text(Keyword::Prefix, mistakes).map_or_else(String::new, |text| text.value);
    let methods = interface::read(item, Side::Host, &prefix, mistakes);
    Imports {
        trait_ident: item.ident.clone(),
        stub: interface::stub(&item.ident, Side::Host),
        namespace,
        functions: methods.into_iter().map(|method| model_function(method, mistakes)).collect(),
    }
}

fn model_function(method: Method, mistakes: &mut Mistakes) -> Function {
    let mut argument = |argument: &interface::Argument| match &argument.ty {
        Type::Reference(reference) => {
            if let Some(mutable) = &reference.mutability {
                mistakes.at(mutable, "a host cannot write to the guest: pass `&`, take the answer as the result");
            }
            Argument { name: argument.name.clone(), ty: (*reference.elem).clone(), by_reference: true }
        }
        ty => Argument { name: argument.name.clone(), ty: ty.clone(), by_reference: false },
    };
    let arguments = method.arguments.iter().map(&mut argument).collect();
    if let Some(Type::Reference(reference)) = &method.result {
        mistakes.at(reference, "a host answers with values of its own: return an owned type");
    }
    let result = method.result.clone().unwrap_or_else(|| syn::parse_quote!(()));
    Function { method, arguments, result }
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
        #[::core::prelude::v1::derive(
            ::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ::core::default::Default
        )]
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
        let (import, result, cfgs) = (&function.method.name, &function.result, &function.method.cfgs);
        let arguments = function.arguments.iter().enumerate().map(|(index, argument)| {
            let (name, ty) = (format_ident!("argument_{index}"), &argument.ty);
            quote_spanned!(generated(ty.span())=> #name: <#ty as ::__plugsmith::HostArgument>::Abi)
        });
        let result = quote_spanned!(generated(result.span())=> <#result as ::__plugsmith::HostResult>::Abi);
        quote_spanned! {span=>
            #(#cfgs)*
            #[link_name = #import]
            fn #raw(#(#arguments),*) -> #result;
        }
    });
    let methods = imports.functions.iter().zip(&raw).map(|(function, raw)| {
        let (signature, import, result) = (&function.method.signature, &function.method.name, &function.result);
        let (cfgs, place) = (&function.method.cfgs, generated(result.span()));
        let locals: Vec<_> =
            (0..function.arguments.len()).map(|index| format_ident!("__plugsmith_{index}", span = span)).collect();
        let lowered = function.arguments.iter().zip(&locals).map(|(argument, local)| {
            let (name, ty) = (&argument.name, &argument.ty);
            let reference = if argument.by_reference { quote!(#name) } else { quote!(&#name) };
            quote_spanned!(generated(ty.span())=> let #local = ::__plugsmith::__private::Lowered::new::<#ty>(#reference);)
        });
        let lift = quote_spanned!(place=> (&&&&::__plugsmith::__private::Via::<#result>::new()).lift(#import, answer));
        quote_spanned! {span=>
            #(#cfgs)*
            #signature {
                use ::__plugsmith::__private::{ViaJson as _, ViaNothing as _, ViaReply as _};
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
        let Method { signature, ident, name: import, cfgs, .. } = &function.method;
        let names = function.arguments.iter().map(|argument| &argument.name);
        quote_spanned! {span=>
            #(#cfgs)*
            #[track_caller]
            #signature {
                match ::__plugsmith::__private::implementation::<dyn #trait_ident>() {
                    ::core::option::Option::Some(mock) => mock.#ident(#(#names),*),
                    ::core::option::Option::None => ::__plugsmith::__private::missing(#import, #stub_name),
                }
            }
        }
    });
    let entries = imports.functions.iter().map(|function| {
        let Method { ident, name: import, cfgs, .. } = &function.method;
        let (result, place) = (&function.result, generated(function.result.span()));
        let parameters = function.arguments.iter().map(|argument| {
            let ty = &argument.ty;
            quote_spanned!(generated(ty.span())=> <#ty as ::__plugsmith::HostArgument>::WIRE)
        });
        let wire = quote_spanned!(place=> <#result as ::__plugsmith::HostResult>::WIRE);
        let lower = quote_spanned!(place=> (&&&&::__plugsmith::__private::Via::<#result>::new()).lower(result));
        let locals: Vec<_> =
            (0..function.arguments.len()).map(|index| format_ident!("__plugsmith_{index}", span = span)).collect();
        let lifted = function.arguments.iter().zip(&locals).enumerate().map(|(index, (argument, local))| {
            let ty = &argument.ty;
            quote_spanned! {generated(ty.span())=>
                let #local = ::__plugsmith::__private::lift_argument::<#ty>(arguments, #index)?;
            }
        });
        let passed = function
            .arguments
            .iter()
            .zip(&locals)
            .map(|(argument, local)| if argument.by_reference { quote!(&#local) } else { quote!(#local) });
        quote_spanned! {span=>
            #(#cfgs)*
            ::__plugsmith::protocol::host_functions::HostFunction {
                namespace: <::__plugsmith::__private::std::string::String as ::core::convert::From<_>>::from(#namespace),
                name: <::__plugsmith::__private::std::string::String as ::core::convert::From<_>>::from(#import),
                parameters: ::__plugsmith::__private::std::vec![#(#parameters),*],
                result: #wire,
                call: {
                    let implementation = ::core::clone::Clone::clone(&implementation);
                    ::__plugsmith::__private::std::rc::Rc::new(move |arguments| {
                        use ::__plugsmith::__private::{ViaJson as _, ViaNothing as _, ViaReply as _};
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
            pub fn mock(mock: impl #trait_ident + 'static) -> ::__plugsmith::testing::MockGuard {
                ::__plugsmith::__private::slot::<dyn #trait_ident>(::__plugsmith::__private::std::rc::Rc::new(mock))
            }

            /// `implementation` as functions that a harness registers for the artifact's imports.
            #[allow(dead_code, reason = "for tests")]
            pub fn serve(
                implementation: impl #trait_ident + 'static,
            ) -> ::__plugsmith::__private::std::vec::Vec<::__plugsmith::protocol::host_functions::HostFunction> {
                let implementation = ::__plugsmith::__private::std::rc::Rc::new(implementation);
                ::__plugsmith::__private::std::vec![#(#entries),*]
            }
        }
    }
}
