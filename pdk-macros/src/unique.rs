//! A name that a crate may give only once, wherever its modules give it.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

/// A native symbol that bears the name, so that rustc refuses a second one anywhere in the crate:
/// "symbol `the-command-GREET-of-my-plugin-0.1.0` is already defined", at the second. On wasm32 the
/// exports are symbols of their own. The crate's name and version keep two plugins apart that are
/// linked into one test.
pub(crate) fn emit(what: &str, name: &str, place: Span) -> TokenStream {
    let start = format!("the-{what}-{}-of-", symbol(name));
    quote_spanned! {place=>
        #[cfg(not(target_arch = "wasm32"))]
        const _: () = {
            #[unsafe(export_name = ::core::concat!(
                #start, ::core::env!("CARGO_PKG_NAME"), "-", ::core::env!("CARGO_PKG_VERSION")
            ))]
            static __PLUGSMITH_UNIQUE: () = ();
        };
    }
}

/// The name in the letters that every linker takes.
fn symbol(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' => out.push(letter),
            other => out.push_str(&format!("_{:x}_", u32::from(other))),
        }
    }
    out
}
