//! The export of an entry point: one call into the library, under the name that hosts know.
//!
//! On wasm32 an export and the linker's symbol for it share one name: stable Rust can set only both
//! (`export_name`), since `.export_name` needs `global_asm!`, which is unstable for wasm32. So the
//! names of what rustc links are taken: an export called `cos` would be called wherever the
//! artifact needs a cosine, with arguments that it does not have.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote_spanned};

use crate::arguments::Placed;
use crate::diagnostics::Mistakes;

/// Names that mean something else to Extism, to WASI or to the linker; so do all that start with
/// two underscores.
const RESERVED: &[&str] = &["_initialize", "_start", "hs_exit", "hs_init", "main", "memory"];

/// What crates in C, or their stand-ins, bring along on wasm32-unknown-unknown.
const ALLOCATORS: &[&str] = &["aligned_alloc", "calloc", "free", "malloc", "posix_memalign", "realloc"];

/// What every artifact can hold: the symbols of compiler_builtins and std.
pub(crate) const LINKED: &str = include_str!("export/linked.txt");

/// What an artifact for WASI can hold in addition: wasi-libc.
pub(crate) const WASI_LIBC: &str = include_str!("export/wasi_libc.txt");

/// Why no export can have this name, for messages.
pub(crate) fn taken(name: &str) -> Option<&'static str> {
    if name.starts_with("__") || RESERVED.contains(&name) {
        Some("belongs to the host or to the linker")
    } else if ALLOCATORS.contains(&name) || LINKED.lines().any(|symbol| symbol == name) {
        Some("is the name of a function that is linked into plugins, whose place it would take")
    } else {
        None
    }
}

/// Refuses a name under which an artifact would not link, not load, or not compute.
pub(crate) fn check(name: &Placed<String>, mistakes: &mut Mistakes) {
    if let Some(why) = taken(&name.value) {
        mistakes.at(
            name.span,
            format_args!("the export `{}` {why}: keep the function, and set another `name = \"..\"`", name.value),
        );
    }
}

/// The same check for names that are taken on WASI only, which rustc makes, as it knows the target.
pub(crate) fn check_on_wasi(name: &str, span: Span) -> Option<TokenStream> {
    let is_taken = WASI_LIBC.lines().any(|symbol| symbol == name);
    is_taken.then(|| {
        let message = format!(
            "the export `{name}` is the name of a function of wasi-libc, whose place it would take: give it another \
             name, or build for wasm32-unknown-unknown"
        );
        quote_spanned! {span=>
            #[cfg(target_os = "wasi")]
            ::core::compile_error!(#message);
        }
    })
}

/// An export called `name` whose body is `call`. Natively it is compiled, so that rustc judges its
/// types, but nothing calls it: the unnamed constant keeps it and the author's function from being dead code.
/// An `allow` would be an error in a crate that forbids the lint.
pub(crate) fn emit(name: &str, call: &TokenStream, span: Span) -> TokenStream {
    let export = format_ident!("__plugsmith_export", span = span);
    let check = check_on_wasi(name, span);
    quote_spanned! {span=>
        #check
        #[cfg_attr(target_arch = "wasm32", unsafe(export_name = #name))]
        extern "C" fn #export() -> ::core::primitive::i32 {
            #call
        }
        const _: extern "C" fn() -> ::core::primitive::i32 = #export;
    }
}
