//! A name that a crate may give only once, wherever its modules give it.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote_spanned};

/// An exported macro that bears the name. Wherever they stand, exported macros lie in the crate's
/// root, so that rustc, as early as `cargo check`, refuses a second one and shows the first: "the
/// name `two_commands_are_called_GREET` is defined multiple times". It is no byte of an artifact,
/// and keeps apart two plugins that are linked into one test.
pub(crate) fn emit(what: &str, name: &str, place: Span) -> TokenStream {
    let name = format_ident!("{what}_{}", letters(name), span = place);
    quote_spanned! {place=>
        #[doc(hidden)]
        #[macro_export]
        #[allow(non_local_definitions, reason = "the author's item may stand in a function")]
        macro_rules! #name {
            () => {};
        }
    }
}

/// The name in the letters of an identifier, no two names in the same ones.
pub(crate) fn letters(name: &str) -> String {
    let mut out = String::new();
    for letter in name.chars() {
        match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' => out.push(letter),
            '_' => out.push_str("__"),
            '.' => out.push_str("_dot_"),
            '-' => out.push_str("_dash_"),
            ':' => out.push_str("_colon_"),
            other => out.push_str(&format!("_u{:x}_", u32::from(other))),
        }
    }
    out
}
