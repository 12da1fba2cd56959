//! A metadata record under construction: JSON whose gaps are constants that rustc fills.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

/// Pieces of text and of constant expressions, in order.
pub(crate) struct Record {
    pieces: Vec<TokenStream>,
    text: String,
}

impl Record {
    /// A record of this kind, such as `command`.
    pub(crate) fn new(kind: &str) -> Record {
        Record { pieces: Vec::new(), text: format!("{{\"kind\":{}", quoted(kind)) }
    }

    /// Adds a text member.
    pub(crate) fn text(&mut self, name: &str, value: &str) {
        self.raw(name, &quoted(value));
    }

    /// Adds a list of texts, unless it is empty.
    pub(crate) fn texts<'a>(&mut self, name: &str, values: impl Iterator<Item = &'a str>) {
        let items = values.map(quoted).collect::<Vec<_>>();
        if !items.is_empty() {
            self.raw(name, &format!("[{}]", items.join(",")));
        }
    }

    /// Adds a member that is JSON already.
    pub(crate) fn raw(&mut self, name: &str, json: &str) {
        self.text.push_str(&format!(",{}:{json}", quoted(name)));
    }

    /// Adds text that is part of a larger member.
    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Adds a gap that a constant of type `&str` fills.
    pub(crate) fn constant(&mut self, expression: TokenStream) {
        let text = std::mem::take(&mut self.text);
        self.pieces.push(quote!(#text));
        self.pieces.push(expression);
    }

    /// The static in the custom section.
    pub(crate) fn emit(mut self, span: Span) -> TokenStream {
        // Which crate it is from: `cargo plugsmith build` refuses entry points of dependencies that nobody asked
        // for, and then takes this out of what ships.
        self.constant(quote!(ORIGIN));
        self.text.push_str("}\n");
        let text = &self.text;
        self.pieces.push(quote!(#text));
        let pieces = &self.pieces;
        quote_spanned! {span=>
            #[cfg(target_arch = "wasm32")]
            const _: () = {
                const ORIGIN: &::core::primitive::str =
                    ::core::concat!(",\"module\":\"", ::core::module_path!(), "\"");
                const PARTS: &[&::core::primitive::str] = &[#(#pieces),*];
                const LENGTH: ::core::primitive::usize = ::__plugsmith::__private::record_length(PARTS);
                // Not `#[used]`: the linker would keep a second copy among the data.
                #[unsafe(link_section = "plugsmith")]
                static _RECORD: [::core::primitive::u8; LENGTH] = ::__plugsmith::__private::record(PARTS);
            };
        }
    }
}

/// A JSON string.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{0}'..='\u{1f}' => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}
