//! `key = value` arguments of an attribute, read one by one; every mistake is noted, none stops.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Lit, MetaNameValue, UnOp};

use crate::diagnostics::{Mistakes, suggestion};

/// The keys that a macro takes, one enum for each macro; see [`keys!`].
pub(crate) trait Keys: Copy + PartialEq + 'static {
    /// Every key and how it is spelled.
    const ALL: &'static [(&'static str, Self)];

    /// The spellings.
    fn names() -> Vec<&'static str> {
        Self::ALL.iter().map(|(name, _)| *name).collect()
    }

    /// The spelling of this key.
    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, key)| *key == self).map_or("", |(name, _)| name)
    }
}

/// Declares the keys of a macro: `keys!(Keyword { Name = "name", Flags = "flags" })`.
macro_rules! keys {
    ($key:ident { $($variant:ident = $name:literal),+ $(,)? }) => {
        /// The keys of this macro's arguments.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        enum $key {
            $($variant),+
        }

        impl $crate::arguments::Keys for $key {
            const ALL: &'static [(&'static str, $key)] = &[$(($name, $key::$variant)),+];
        }
    };
}
pub(crate) use keys;

/// The arguments not yet taken.
pub(crate) struct Arguments<K> {
    items: Vec<(K, Expr)>,
}

/// A value and where it stands.
#[derive(Clone)]
pub(crate) struct Placed<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

impl<K: Keys> Arguments<K> {
    /// Parses the list; a key twice, or an unknown one, is a mistake.
    pub(crate) fn parse(tokens: TokenStream, mistakes: &mut Mistakes) -> Arguments<K> {
        let known = K::names();
        let parsed: Vec<_> = split(tokens).into_iter().filter_map(|part| item(part, known[0], mistakes)).collect();
        let mut items = Vec::new();
        for (index, item) in parsed.iter().enumerate() {
            let name = item.path.get_ident().map(ToString::to_string).unwrap_or_default();
            match K::ALL.iter().find(|(spelling, _)| *spelling == name) {
                Some((_, key)) => items.push((*key, item.value.clone())),
                None => {
                    mistakes.at(&item.path, format_args!("unknown attribute, {}", suggestion(&name, &known)));
                }
            }
            if !name.is_empty() && parsed[..index].iter().any(|earlier| earlier.path == item.path) {
                mistakes.at(&item.path, format_args!("`{name}` is set twice"));
            }
        }
        Arguments { items }
    }

    fn take(&mut self, key: K) -> Option<Expr> {
        let index = self.items.iter().position(|(given, _)| *given == key)?;
        Some(ungroup(self.items.remove(index).1))
    }

    /// The text of `key = "..."`.
    pub(crate) fn text(&mut self, key: K, mistakes: &mut Mistakes) -> Option<Placed<String>> {
        text(self.take(key)?, mistakes)
    }

    /// The texts of `key = ["...", ..]`.
    pub(crate) fn texts(&mut self, key: K, mistakes: &mut Mistakes) -> Vec<Placed<String>> {
        match self.take(key) {
            None => Vec::new(),
            Some(Expr::Array(array)) => array.elems.into_iter().filter_map(|item| text(item, mistakes)).collect(),
            Some(other) => {
                mistakes.at(&other, "expected a list of texts: [\"..\", \"..\"]");
                Vec::new()
            }
        }
    }

    /// The path of `key = some::function`.
    pub(crate) fn path(&mut self, key: K, mistakes: &mut Mistakes) -> Option<syn::Path> {
        match self.take(key)? {
            Expr::Path(path) => Some(path.path),
            other => {
                mistakes.at(&other, "expected the name of a function");
                None
            }
        }
    }

    /// The value of `key = true`.
    pub(crate) fn boolean(&mut self, key: K, mistakes: &mut Mistakes) -> Option<bool> {
        match self.take(key)? {
            Expr::Lit(ExprLit { lit: Lit::Bool(value), .. }) => Some(value.value),
            other => {
                mistakes.at(&other, "expected `true` or `false`");
                None
            }
        }
    }

    /// The integer of `key = 7`, within `range`.
    pub(crate) fn integer(
        &mut self,
        key: K,
        range: std::ops::RangeInclusive<i64>,
        mistakes: &mut Mistakes,
    ) -> Option<Placed<i64>> {
        let value = self.take(key)?;
        match integer(&value) {
            Some(n) if range.contains(&n) => Some(Placed { value: n, span: value.span() }),
            _ => {
                mistakes.at(&value, format_args!("expected an integer from {} to {}", range.start(), range.end()));
                None
            }
        }
    }
}

/// Parts the arguments without a name from those that are `key = value`.
pub(crate) fn positional(tokens: TokenStream) -> (Vec<TokenStream>, TokenStream) {
    let (named, positional): (Vec<_>, Vec<_>) = split(tokens).into_iter().partition(|part| key(part).is_some());
    (positional, quote::quote!(#(#named),*))
}

/// The word before `=`.
pub(crate) fn key(part: &TokenStream) -> Option<proc_macro2::Ident> {
    let mut tokens = part.clone().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Ident(name)), Some(TokenTree::Punct(punct))) if punct.as_char() == '=' => Some(name),
        _ => None,
    }
}

/// The tokens between the commas, so that one malformed argument hides no other. Arguments that
/// `macro_rules!` passes on as a whole are in invisible groups, which are opened.
pub(crate) fn split(tokens: TokenStream) -> Vec<TokenStream> {
    let mut parts = vec![Vec::new()];
    for token in tokens {
        match (&token, parts.last_mut()) {
            (TokenTree::Punct(punct), _) if punct.as_char() == ',' => parts.push(Vec::new()),
            (_, Some(part)) => part.push(token),
            (_, None) => {}
        }
    }
    parts
        .into_iter()
        .flat_map(|part| match part.as_slice() {
            [] => Vec::new(),
            [TokenTree::Group(group)] if group.delimiter() == Delimiter::None && holds_arguments(group.stream()) => {
                split(group.stream())
            }
            _ => vec![part.into_iter().collect()],
        })
        .collect()
}

/// Whether an invisible group holds whole arguments, not a part of one.
fn holds_arguments(tokens: TokenStream) -> bool {
    let mut tokens = tokens.into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Group(group)), None) => {
            group.delimiter() == Delimiter::None && holds_arguments(group.stream())
        }
        (Some(TokenTree::Ident(_)), Some(TokenTree::Punct(punct))) => punct.as_char() == '=',
        _ => false,
    }
}

fn item(tokens: TokenStream, example: &str, mistakes: &mut Mistakes) -> Option<MetaNameValue> {
    let error = match syn::parse2(tokens.clone()) {
        Ok(item) => return Some(item),
        Err(error) => error,
    };
    let mut tokens = tokens.into_iter();
    match (tokens.next(), tokens.next(), tokens.next()) {
        (Some(TokenTree::Ident(name)), Some(TokenTree::Punct(equals)), value) if equals.as_char() == '=' => match value
        {
            Some(_) => mistakes.add(error),
            None => mistakes.at(&name, format_args!("`{name}` has no value: write `{name} = ..`")),
        },
        (first, ..) => {
            mistakes.at(first, format_args!("expected `key = value`, such as `{example} = ..`"));
        }
    }
    None
}

/// What `macro_rules!` has put into invisible groups.
fn ungroup(mut value: Expr) -> Expr {
    while let Expr::Group(group) = value {
        value = *group.expr;
    }
    value
}

fn text(value: Expr, mistakes: &mut Mistakes) -> Option<Placed<String>> {
    match ungroup(value) {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(Placed { value: text.value(), span: text.span() }),
        other => {
            mistakes.at(&other, "expected a text in quotes");
            None
        }
    }
}

fn integer(value: &Expr) -> Option<i64> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Int(n), .. }) => n.base10_parse().ok(),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => integer(&unary.expr)?.checked_neg(),
        Expr::Group(group) => integer(&group.expr),
        Expr::Paren(paren) => integer(&paren.expr),
        _ => None,
    }
}
