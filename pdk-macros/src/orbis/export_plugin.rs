//! `plugsmith::orbis::export_plugin!(list_items, get_item, pages = "pages.json")`.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Ident, Path};

use super::{PHASES, lifecycle, marker, permission};
use crate::arguments::{Arguments, Placed, keys, positional};
use crate::diagnostics::{Mistakes, generated};
use crate::signature::unraw;

keys!(Keyword {
    Permissions = "permissions",
    Pages = "pages",
    Config = "config",
    Description = "description",
    Init = "init",
    Execute = "execute",
    Cleanup = "cleanup",
    Abi = "abi",
});

/// A plugin as plain data.
struct Plugin {
    /// The routes' handlers.
    handlers: Vec<Path>,
    /// The functions of the lifecycle: by their attribute, or by `init = ..`.
    phases: Vec<(&'static str, Function)>,
    permissions: Vec<String>,
    pages: Option<Placed<String>>,
    config: Option<Placed<String>>,
    description: Option<Placed<String>>,
    abi: Abi,
}

/// In whose signatures the exports are.
#[derive(Clone, Copy)]
enum Abi {
    Shipped,
    Page,
}

/// A function of the lifecycle.
enum Function {
    Marked(Path),
    Plain(Path),
}

pub(crate) fn expand(tokens: TokenStream) -> syn::Result<TokenStream> {
    let mut mistakes = Mistakes::default();
    let plugin = model(tokens, &mut mistakes);
    mistakes.into_result()?;
    Ok(emit(&plugin))
}

/// What stands in for the output on a mistake: the manifest that unit tests look into.
pub(crate) fn stand_in() -> TokenStream {
    quote! {
        #[doc(hidden)]
        #[allow(dead_code, reason = "stands in for what a mistake prevents")]
        pub(crate) const __PLUGSMITH_MANIFEST: &::core::primitive::str = "{}";
    }
}

fn model(tokens: TokenStream, mistakes: &mut Mistakes) -> Plugin {
    let (names, options) = positional(tokens);
    let mut options = Arguments::parse(options, mistakes);
    let mut handlers: Vec<Path> = Vec::new();
    let mut phases = Vec::new();
    for (phase, key) in PHASES.iter().zip([Keyword::Init, Keyword::Execute, Keyword::Cleanup]) {
        if let Some(path) = options.path(key, mistakes) {
            phases.push((*phase, Function::Plain(path)));
        }
    }
    for name in names {
        let Ok(path) = syn::parse2::<Path>(name.clone()) else {
            mistakes.at(name, "expected the name of a handler: `export_plugin!(list_items, other::get_item)`");
            continue;
        };
        let last = last(&path);
        if let Some(phase) = PHASES.iter().find(|phase| **phase == last) {
            if phases.iter().any(|(earlier, _)| earlier == phase) {
                mistakes.at(&path, format_args!("`{phase}` is listed twice: take one away"));
            }
            phases.push((phase, Function::Marked(path)));
        } else if handlers.iter().any(|earlier| self::last(earlier) == last) {
            mistakes.at(
                &path,
                format_args!("`{last}` is listed twice: handlers are exported by their names, give one another name"),
            );
        } else {
            handlers.push(path);
        }
    }
    let permissions = options.texts(Keyword::Permissions, mistakes);
    for (index, permission) in permissions.iter().enumerate() {
        if permissions[..index].iter().any(|earlier| earlier.value == permission.value) {
            mistakes.at(permission.span, "this permission is asked for twice");
        }
    }
    Plugin {
        handlers,
        phases,
        permissions: permissions.iter().map(|text| permission::json(text, mistakes)).collect(),
        pages: options.text(Keyword::Pages, mistakes),
        config: options.text(Keyword::Config, mistakes),
        description: options.text(Keyword::Description, mistakes),
        abi: options.text(Keyword::Abi, mistakes).map_or(Abi::Shipped, |name| Abi::read(&name, mistakes)),
    }
}

impl Abi {
    fn read(name: &Placed<String>, mistakes: &mut Mistakes) -> Abi {
        if name.value != "page" {
            mistakes.at(
                name.span,
                "the only other ABI is \"page\", that of Orbis' page, which no real host has; without `abi` it is that of \
                 the shipped host",
            );
        }
        Abi::Page
    }

    /// The exports by which the host gets memory, and gives it back.
    fn allocator(self) -> [&'static str; 2] {
        match self {
            Abi::Shipped => ["allocate", "deallocate"],
            Abi::Page => ["alloc", "dealloc"],
        }
    }

    /// The library's call of this name.
    fn call(self, name: &str, span: Span) -> TokenStream {
        let name = Ident::new(name, span);
        match self {
            Abi::Shipped => quote_spanned!(span=> ::__plugsmith::orbis::__private::#name),
            Abi::Page => quote_spanned!(span=> ::__plugsmith::orbis::__private::page::#name),
        }
    }
}

fn emit(plugin: &Plugin) -> TokenStream {
    let span = Span::mixed_site();
    let abi = plugin.abi;
    let handlers = plugin.handlers.iter().enumerate().map(|(index, path)| handler(abi, index, path));
    let phases = PHASES.iter().map(|phase| {
        let listed = plugin.phases.iter().find(|(name, _)| name == phase).map(|(_, function)| function);
        let code = match listed {
            None => quote!(0),
            Some(Function::Marked(path)) => {
                let marker = marker::path(path);
                let call = abi.call("export_lifecycle", path.span());
                quote_spanned!(path.span()=> #call(#phase, &#marker))
            }
            Some(Function::Plain(path)) => {
                let finish = lifecycle::finish(generated(path.span()));
                let call = abi.call("run_lifecycle", Span::call_site());
                quote!(#call(|| #finish(#path())))
            }
        };
        export(phase, &quote!(() -> ::core::primitive::i32), &code, span)
    });
    let [allocate, deallocate] = abi.allocator();
    let call = abi.call("allocate", span);
    let allocate = export(
        allocate,
        &quote_spanned!(span=> (size: ::core::primitive::i32) -> ::core::primitive::i32),
        &quote_spanned!(span=> #call(size)),
        span,
    );
    let call = abi.call("deallocate", span);
    let deallocate = export(
        deallocate,
        &quote_spanned!(span=> (block: ::core::primitive::i32, _size: ::core::primitive::i32)),
        &quote_spanned!(span=> #call(block)),
        span,
    );
    let manifest = manifest(plugin);
    let entries = plugin.handlers.iter().map(marker::path);
    quote_spanned! {span=>
        #[doc(hidden)]
        #[allow(dead_code, reason = "for unit tests that look into it")]
        pub(crate) const __PLUGSMITH_MANIFEST: &::core::primitive::str = {
            const PARTS: &[::__plugsmith::orbis::__private::Part] = &[#manifest];
            const LENGTH: ::core::primitive::usize = ::__plugsmith::orbis::__private::manifest_length(PARTS);
            const BYTES: [::core::primitive::u8; LENGTH] = ::__plugsmith::orbis::__private::manifest(PARTS);
            #[cfg(target_arch = "wasm32")]
            const _: () = {
                #[unsafe(link_section = "manifest")]
                static _SECTION: [::core::primitive::u8; LENGTH] = BYTES;
            };
            ::__plugsmith::orbis::__private::manifest_text(&BYTES)
        };
        const _: () = {
            const ENTRIES: &[::__plugsmith::orbis::__private::Entry] = &[#(#entries),*];
            #(#handlers)*
            #(#phases)*
            #allocate
            #deallocate
        };
    }
}

/// The export of one handler, after the check that no earlier one has its method and path.
fn handler(abi: Abi, index: usize, path: &Path) -> TokenStream {
    let place = generated(path.span());
    let marker = marker::path(path);
    let call = abi.call("export", place);
    let call = quote_spanned!(place=> #call(input, length, &#marker));
    let export = export(
        &last(path),
        &quote_spanned!(place=> (input: ::core::primitive::i32, length: ::core::primitive::i32) -> ::core::primitive::i32),
        &call,
        place,
    );
    quote_spanned! {place=>
        const _: () = if let ::core::option::Option::Some(message) =
            ::__plugsmith::orbis::__private::misplaced(ENTRIES, #index)
        {
            ::core::panic!("{}", message)
        };
        #export
    }
}

fn export(name: &str, signature: &TokenStream, body: &TokenStream, span: Span) -> TokenStream {
    let check = crate::export::check_on_wasi(name, span);
    quote_spanned! {span=>
        const _: () = {
            #check
            #[cfg_attr(target_arch = "wasm32", unsafe(export_name = #name))]
            extern "C" fn __plugsmith_export #signature {
                #body
            }
            const _: extern "C" fn #signature = __plugsmith_export;
        };
    }
}

/// The parts of the manifest, which rustc joins: name and version are those of the author's crate.
fn manifest(plugin: &Plugin) -> TokenStream {
    let part = quote!(::__plugsmith::orbis::__private::Part);
    let description = match &plugin.description {
        Some(text) => {
            let text = &text.value;
            quote!(#text)
        }
        None => quote!(::core::env!("CARGO_PKG_DESCRIPTION")),
    };
    let permissions = format!(",\"permissions\":[{}]", plugin.permissions.join(","));
    let entries = plugin.handlers.iter().map(marker::path);
    let pages = plugin.pages.as_ref().map(|file| json_file("pages", "[]", file));
    let config = plugin.config.as_ref().map(|file| json_file("config", "{}", file));
    quote! {
        #part::Json("{\"name\":"),
        #part::Text(::core::env!("CARGO_PKG_NAME")),
        #part::Json(",\"version\":"),
        #part::Text(::core::env!("CARGO_PKG_VERSION")),
        #part::Member("description", #description),
        #part::Member("author", ::core::env!("CARGO_PKG_AUTHORS")),
        #part::Member("homepage", ::core::env!("CARGO_PKG_HOMEPAGE")),
        #part::Member("license", ::core::env!("CARGO_PKG_LICENSE")),
        #part::Json(",\"wasm_entry\":"),
        #part::Text(::core::concat!(::core::env!("CARGO_CRATE_NAME"), ".wasm")),
        #part::Json(#permissions),
        #part::Routes(&[#(#entries),*]),
        #pages
        #config
        #part::Json("}"),
    }
}

/// A member that is the text of a file beside the author's Cargo.toml.
fn json_file(member: &str, brackets: &str, file: &Placed<String>) -> TokenStream {
    let place = generated(file.span);
    let name = &file.value;
    let kind = if brackets == "[]" { "an array" } else { "an object" };
    let message = format!("{name} does not hold {kind} of JSON, as `{member}` must be");
    let member = format!(",\"{member}\":");
    quote_spanned! {place=>
        ::__plugsmith::orbis::__private::Part::Json(#member),
        ::__plugsmith::orbis::__private::Part::Json(::__plugsmith::orbis::__private::bracketed(
            ::core::include_str!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/", #name)),
            #brackets,
            #message,
        )),
    }
}

fn last(path: &Path) -> String {
    path.segments.last().map(|segment| unraw(&segment.ident)).unwrap_or_default()
}
