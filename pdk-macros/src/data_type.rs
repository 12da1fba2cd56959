//! `#[data_type]`.

mod compact;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Item, Path};

use crate::arguments::{Arguments, Placed, keys};
use crate::diagnostics::{Mistakes, generated};
use crate::record::Record;
use crate::signature::{summary, unraw};
use crate::unique;

keys!(Keyword { Name = "name", Encoding = "encoding", Version = "version", Migrate = "migrate", Commands = "commands" });

/// A data type as plain data.
struct DataType {
    ident: syn::Ident,
    is_generic: bool,
    name: Placed<String>,
    /// The encoding's name; the author writes the impls where there is one.
    encoding: Option<Placed<String>>,
    version: u32,
    migrate: Option<Path>,
    /// The commands that work on it.
    commands: Vec<Placed<String>>,
    /// The derives of serde that the supplied encoding needs and the author did not write.
    derives: Vec<syn::Ident>,
    summary: String,
}

pub(crate) fn expand(args: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let parsed: Item = syn::parse2(item)?;
    let mut mistakes = Mistakes::default();
    let Some(data_type) = model(args, &parsed, &mut mistakes) else {
        return Err(mistakes.into_result().err().unwrap_or_else(|| syn::Error::new(parsed.span(), "not a type")));
    };
    check(&data_type, &mut mistakes);
    if data_type.encoding.is_none() {
        compact::check(&parsed, &mut mistakes);
    }
    match mistakes.into_result() {
        Ok(()) => Ok(emit(&data_type, &parsed)),
        Err(error) if data_type.is_generic => Err(error),
        // Beside all of the output, so that rustc knows what `#[serde(..)]` is, and that this is a data type.
        Err(error) => {
            let (error, output) = (error.into_compile_error(), emit(&data_type, &parsed));
            Ok(quote!(#error #output))
        }
    }
}

/// What stands in for the output on a mistake that leaves none.
pub(crate) fn stand_in(item: TokenStream) -> TokenStream {
    item
}

fn model(args: TokenStream, item: &Item, mistakes: &mut Mistakes) -> Option<DataType> {
    let (ident, generics, attributes) = match item {
        Item::Struct(item) => (&item.ident, &item.generics, &item.attrs),
        Item::Enum(item) => (&item.ident, &item.generics, &item.attrs),
        other => {
            mistakes.at(other, "#[data_type] goes on a struct or an enum");
            return None;
        }
    };
    if !generics.params.is_empty() {
        mistakes.at(generics, "a data type has one encoding: it cannot be generic");
    }
    let mut args = Arguments::parse(args, mistakes);
    let name = args
        .text(Keyword::Name, mistakes)
        .unwrap_or_else(|| Placed { value: unraw(ident).to_uppercase(), span: ident.span() });
    let encoding = args.text(Keyword::Encoding, mistakes);
    let version = args.integer(Keyword::Version, 1..=u32::MAX.into(), mistakes);
    let migrate = args.path(Keyword::Migrate, mistakes);
    let supplied = encoding.is_none();
    if !supplied {
        if let Some(version) = &version {
            mistakes
                .at(version.span, "with `encoding` the version is your own: `const VERSION: u32` in `impl Encoding`");
        }
        if let Some(migrate) = &migrate {
            mistakes.at(migrate, "with `encoding` the migration is your own: `fn migrate` in `impl Encoding`");
        }
    }
    Some(DataType {
        ident: ident.clone(),
        is_generic: !generics.params.is_empty(),
        name,
        encoding,
        version: version.and_then(|version| u32::try_from(version.value).ok()).unwrap_or(1),
        migrate,
        commands: args.texts(Keyword::Commands, mistakes),
        derives: if supplied { compact::missing_derives(attributes) } else { Vec::new() },
        summary: summary(attributes),
    })
}

fn check(data_type: &DataType, mistakes: &mut Mistakes) {
    let name = &data_type.name;
    if name.value.is_empty() || !name.value.chars().all(|letter| letter.is_ascii_graphic()) {
        mistakes.at(name.span, "a data type's name is one word of ASCII letters, digits and dashes");
    } else if ["string", "list", "set", "zset", "hash", "stream", "none"].contains(&name.value.to_lowercase().as_str())
    {
        mistakes.at(name.span, "this is the name of a built-in type");
    }
    if let Some(encoding) = &data_type.encoding
        && encoding.value.is_empty()
    {
        mistakes.at(encoding.span, "the encoding has no name: leave it out, and one is supplied");
    }
    for (index, command) in data_type.commands.iter().enumerate() {
        if data_type.commands[..index].iter().any(|earlier| earlier.value == command.value) {
            mistakes.at(command.span, "this command is named twice");
        }
    }
}

fn emit(data_type: &DataType, item: &Item) -> TokenStream {
    let span = generated(data_type.ident.span());
    let (ident, name) = (&data_type.ident, &data_type.name.value);
    // Which fields there are may depend on a `cfg`; of an enum, only its `Debug` knows.
    let fields: Vec<syn::Member> = match item {
        Item::Struct(item) if item.fields.iter().all(|field| field.attrs.iter().all(|a| !a.path().is_ident("cfg"))) => {
            item.fields.members().collect()
        }
        _ => Vec::new(),
    };
    let item = match data_type.derives.as_slice() {
        [] => item.to_token_stream(),
        derives => quote_spanned! {span=>
            #[::core::prelude::v1::derive(#(::__plugsmith::__private::serde::#derives),*)]
            #[serde(crate = "::__plugsmith::__private::serde")]
            #item
        },
    };
    let implementations = match &data_type.encoding {
        Some(_) => TokenStream::new(),
        None => supplied(data_type, span),
    };
    let mut record = Record::new("data_type");
    record.text("name", name);
    record.text("encoding", data_type.encoding.as_ref().map_or("compact", |encoding| encoding.value.as_str()));
    if !data_type.summary.is_empty() {
        record.text("description", &data_type.summary);
    }
    record.texts("commands", data_type.commands.iter().map(|command| command.value.as_str()));
    record.push(",\"version\":");
    record.constant(quote!(
        ::__plugsmith::__private::version_text(<#ident as ::__plugsmith::Encoding>::VERSION).as_str()
    ));
    let record = record.emit(span);
    let (shown, round_trip) = (shown(ident, &fields, span), format!("__plugsmith_round_trip:{name}"));
    let unique = unique::emit("two_data_types_are_called", name, generated(data_type.name.span));
    quote_spanned! {span=>
        #item
        #unique
        const _: () = {
            impl ::__plugsmith::NamedType for #ident {
                const NAME: &'static ::core::primitive::str = #name;
                #shown
            }
            // Values pass through artifacts under test, so that a test sees what only differs on wasm32.
            #[cfg(all(target_arch = "wasm32", debug_assertions))]
            #[unsafe(export_name = #round_trip)]
            extern "C" fn __plugsmith_round_trip(
                step: ::core::primitive::i32,
                operand: ::core::primitive::i32,
            ) -> ::core::primitive::i32 {
                ::__plugsmith::__private::round_trip::<#ident>(step, operand)
            }
            #implementations
            const fn is_data_type<T: ::__plugsmith::DataType>() {}
            const _: () = is_data_type::<#ident>();
            #record
        };
    }
}

/// The value for a person: by its `Debug`, or by those of its fields.
fn shown(ident: &syn::Ident, fields: &[syn::Member], span: proc_macro2::Span) -> TokenStream {
    let name = unraw(ident);
    let fields = fields.iter().map(|field| {
        let name = match field {
            syn::Member::Named(name) => unraw(name),
            syn::Member::Unnamed(index) => index.index.to_string(),
        };
        quote_spanned!(span=> (#name, (&&::__plugsmith::__private::Shown(&self.#field)).shown()))
    });
    quote_spanned! {span=>
        #[cfg(any(not(target_arch = "wasm32"), debug_assertions))]
        fn shown(&self) -> ::core::option::Option<::__plugsmith::__private::std::string::String> {
            #[allow(unused_imports, reason = "one for a type with a Debug, the other for one without")]
            use ::__plugsmith::__private::{ViaDebug as _, ViaNoDebug as _};
            let whole = (&&::__plugsmith::__private::Shown(self)).shown();
            if whole.is_some() {
                return whole;
            }
            ::core::option::Option::Some(::__plugsmith::__private::fields(#name, &[#(#fields),*]))
        }
    }
}

/// Both impls, for a type whose author asked for none of their own.
fn supplied(data_type: &DataType, span: proc_macro2::Span) -> TokenStream {
    let (ident, version) = (&data_type.ident, data_type.version);
    let migrate = data_type.migrate.as_ref().map(|migrate| {
        quote_spanned! {migrate.span()=>
            fn migrate(version: ::core::primitive::u32, bytes: &[::core::primitive::u8]) -> ::core::result::Result<Self, ::__plugsmith::__private::std::string::String> {
                #migrate(version, bytes)
            }
        }
    });
    quote_spanned! {span=>
        impl ::__plugsmith::Encoding for #ident {
            const VERSION: ::core::primitive::u32 = #version;

            fn encode(&self) -> ::__plugsmith::__private::std::vec::Vec<::core::primitive::u8> {
                ::__plugsmith::encode_compact(self).expect("every field has a compact encoding")
            }

            fn decode(bytes: &[::core::primitive::u8]) -> ::core::result::Result<Self, ::__plugsmith::__private::std::string::String> {
                ::__plugsmith::decode_compact(bytes)
            }

            #migrate
        }
        impl ::__plugsmith::DataType for #ident {}
    }
}
