//! `#[data_type]`.

mod compact;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Item, Path};

use crate::arguments::{Arguments, Placed};
use crate::diagnostics::{Mistakes, generated};
use crate::record::Record;
use crate::signature::{summary, unraw};
use crate::unique;

/// A data type as plain data.
struct DataType {
    ident: syn::Ident,
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
    mistakes.into_result()?;
    let output = emit(&data_type, &parsed);
    let Err(error) = check_fields(&data_type, &parsed) else { return Ok(output) };
    // Beside all of the output, so that rustc knows what `#[serde(..)]` is.
    let error = error.into_compile_error();
    Ok(quote!(#error #output))
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
    let mut args = Arguments::parse(args, &["name", "encoding", "version", "migrate", "commands"], mistakes);
    let name = args
        .text("name", mistakes)
        .unwrap_or_else(|| Placed { value: unraw(ident).to_uppercase(), span: ident.span() });
    let encoding = args.text("encoding", mistakes);
    let version = args.integer("version", 1..=u32::MAX.into(), mistakes);
    let migrate = args.path("migrate", mistakes);
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
        name,
        encoding,
        version: version.and_then(|version| u32::try_from(version.value).ok()).unwrap_or(1),
        migrate,
        commands: args.texts("commands", mistakes),
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

fn check_fields(data_type: &DataType, item: &Item) -> syn::Result<()> {
    let mut mistakes = Mistakes::default();
    if data_type.encoding.is_none() {
        compact::check(item, &mut mistakes);
    }
    mistakes.into_result()
}

fn emit(data_type: &DataType, item: &Item) -> TokenStream {
    let span = generated(data_type.ident.span());
    let (ident, name) = (&data_type.ident, &data_type.name.value);
    let item = match data_type.derives.as_slice() {
        [] => item.to_token_stream(),
        derives => quote_spanned! {span=>
            #[derive(#(::plugsmith::__private::serde::#derives),*)]
            #[serde(crate = "::plugsmith::__private::serde")]
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
        ::plugsmith::__private::version_text(<#ident as ::plugsmith::Encoding>::VERSION).as_str()
    ));
    let record = record.emit(span);
    let unique = unique::emit("two_data_types_are_called", name, generated(data_type.name.span));
    quote_spanned! {span=>
        #item
        #unique
        const _: () = {
            impl ::plugsmith::NamedType for #ident {
                const NAME: &'static str = #name;
            }
            #implementations
            const fn is_data_type<T: ::plugsmith::DataType>() {}
            const _: () = is_data_type::<#ident>();
            #record
        };
    }
}

/// Both impls, for a type whose author asked for none of their own.
fn supplied(data_type: &DataType, span: proc_macro2::Span) -> TokenStream {
    let (ident, version) = (&data_type.ident, data_type.version);
    let migrate = data_type.migrate.as_ref().map(|migrate| {
        quote_spanned! {migrate.span()=>
            fn migrate(version: u32, bytes: &[u8]) -> ::core::result::Result<Self, ::std::string::String> {
                #migrate(version, bytes)
            }
        }
    });
    quote_spanned! {span=>
        impl ::plugsmith::Encoding for #ident {
            const VERSION: u32 = #version;

            fn encode(&self) -> ::std::vec::Vec<u8> {
                ::plugsmith::encode_compact(self).expect("every field has a compact encoding")
            }

            fn decode(bytes: &[u8]) -> ::core::result::Result<Self, ::std::string::String> {
                ::plugsmith::decode_compact(bytes)
            }

            #migrate
        }
        impl ::plugsmith::DataType for #ident {}
    }
}
