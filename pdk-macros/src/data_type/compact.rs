//! What of serde the supplied encoding can carry: it has neither names nor types, only values in
//! the order of their fields.

use syn::meta::ParseNestedMeta;
use syn::{Attribute, Field, Item, Path, Token};

use crate::diagnostics::Mistakes;

const NAMES: &str = "the supplied encoding has no names to read this by: take it away, \
                     or give the type an encoding of its own with `encoding = \"..\"`";

const SKIPS: &str = "the supplied encoding has a value for every field: `skip` leaves this one out of writing and \
                     reading alike, or give the type an encoding of its own with `encoding = \"..\"`";

const VARIANT: &str = "the supplied encoding counts variants, and counts those after this one differently when it \
                       reads: take it away, or give the type an encoding of its own with `encoding = \"..\"`";

/// Refuses serde's attributes that write what cannot be read back.
pub(super) fn check(item: &Item, mistakes: &mut Mistakes) {
    match item {
        Item::Struct(item) => {
            check_attributes(&item.attrs, mistakes);
            check_fields(item.fields.iter(), mistakes);
        }
        Item::Enum(item) => {
            check_attributes(&item.attrs, mistakes);
            for variant in &item.variants {
                check_variant(&variant.attrs, mistakes);
                check_fields(variant.fields.iter(), mistakes);
            }
        }
        _ => {}
    }
}

/// Which of serde's two derives the author did not write.
pub(super) fn missing_derives(attributes: &[Attribute]) -> Vec<syn::Ident> {
    let mut missing = vec![quote::format_ident!("Serialize"), quote::format_ident!("Deserialize")];
    for derive in attributes.iter().filter(|attribute| attribute.path().is_ident("derive")) {
        // What does not parse is rustc's to report.
        let _ = derive.parse_nested_meta(|path| {
            missing.retain(|name| path.path.segments.last().is_none_or(|last| last.ident != *name));
            Ok(())
        });
    }
    missing
}

fn check_fields<'a>(fields: impl Iterator<Item = &'a Field>, mistakes: &mut Mistakes) {
    for field in fields {
        check_attributes(&field.attrs, mistakes);
    }
}

fn check_variant(attributes: &[Attribute], mistakes: &mut Mistakes) {
    for word in words(attributes) {
        if ["skip", "skip_serializing", "skip_deserializing"].iter().any(|skip| word.is_ident(skip)) {
            mistakes.at(word, VARIANT);
        } else {
            check_word(&word, mistakes);
        }
    }
}

fn check_attributes(attributes: &[Attribute], mistakes: &mut Mistakes) {
    let words = words(attributes);
    let has = |name: &str| words.iter().any(|word| word.is_ident(name));
    let skips_both = has("skip_serializing") && has("skip_deserializing");
    for word in &words {
        if !skips_both && (word.is_ident("skip_serializing") || word.is_ident("skip_deserializing")) {
            mistakes.at(word, SKIPS);
        } else {
            check_word(word, mistakes);
        }
    }
}

fn check_word(word: &Path, mistakes: &mut Mistakes) {
    if ["tag", "untagged", "flatten"].iter().any(|name| word.is_ident(name)) {
        mistakes.at(word, NAMES);
    } else if word.is_ident("skip_serializing_if") {
        mistakes.at(word, SKIPS);
    }
}

/// The words inside of `#[serde(..)]`.
fn words(attributes: &[Attribute]) -> Vec<Path> {
    let mut words = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        // What does not parse is serde's to report.
        let _ = attribute.parse_nested_meta(|meta| {
            words.push(meta.path.clone());
            skip_value(&meta)
        });
    }
    words
}

/// Passes over `= value` or `(..)`.
fn skip_value(meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
    if meta.input.peek(Token![=]) {
        meta.value()?.parse::<syn::Expr>()?;
    } else if meta.input.peek(syn::token::Paren) {
        meta.input.parse::<proc_macro2::Group>()?;
    }
    Ok(())
}
