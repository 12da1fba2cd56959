//! `key = value` arguments of an attribute, read one by one; every mistake is noted, none stops.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Lit, MetaNameValue, UnOp};

use crate::diagnostics::{Mistakes, suggestion};

/// The arguments not yet taken.
pub(crate) struct Arguments {
    items: Vec<MetaNameValue>,
}

/// A value and where it stands.
#[derive(Clone)]
pub(crate) struct Placed<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

impl Arguments {
    /// Parses the list; a key twice, or one that is not `known`, is a mistake.
    pub(crate) fn parse(tokens: TokenStream, known: &[&str], mistakes: &mut Mistakes) -> Arguments {
        let items: Vec<_> = split(tokens).filter_map(|tokens| item(tokens, known[0], mistakes)).collect();
        for (index, item) in items.iter().enumerate() {
            let name = item.path.get_ident().map(ToString::to_string).unwrap_or_default();
            if !known.contains(&name.as_str()) {
                mistakes.at(&item.path, format_args!("unknown attribute, {}", suggestion(&name, known)));
            }
            if !name.is_empty() && items[..index].iter().any(|earlier| earlier.path == item.path) {
                mistakes.at(&item.path, format_args!("`{name}` is set twice"));
            }
        }
        Arguments { items }
    }

    fn take(&mut self, name: &str) -> Option<Expr> {
        let index = self.items.iter().position(|item| item.path.is_ident(name))?;
        Some(self.items.remove(index).value)
    }

    /// The text of `name = "..."`.
    pub(crate) fn text(&mut self, name: &str, mistakes: &mut Mistakes) -> Option<Placed<String>> {
        text(&self.take(name)?, mistakes)
    }

    /// The texts of `name = ["...", ..]`.
    pub(crate) fn texts(&mut self, name: &str, mistakes: &mut Mistakes) -> Vec<Placed<String>> {
        match self.take(name) {
            None => Vec::new(),
            Some(Expr::Array(array)) => array.elems.iter().filter_map(|item| text(item, mistakes)).collect(),
            Some(other) => {
                mistakes.at(&other, "expected a list of texts: [\"..\", \"..\"]");
                Vec::new()
            }
        }
    }

    /// The path of `name = some::function`.
    pub(crate) fn path(&mut self, name: &str, mistakes: &mut Mistakes) -> Option<syn::Path> {
        match self.take(name)? {
            Expr::Path(path) => Some(path.path),
            other => {
                mistakes.at(&other, "expected the name of a function");
                None
            }
        }
    }

    /// The value of `name = true`.
    pub(crate) fn boolean(&mut self, name: &str, mistakes: &mut Mistakes) -> Option<bool> {
        match self.take(name)? {
            Expr::Lit(ExprLit { lit: Lit::Bool(value), .. }) => Some(value.value),
            other => {
                mistakes.at(&other, "expected `true` or `false`");
                None
            }
        }
    }

    /// The integer of `name = 7`, within `range`.
    pub(crate) fn integer(
        &mut self,
        name: &str,
        range: std::ops::RangeInclusive<i64>,
        mistakes: &mut Mistakes,
    ) -> Option<Placed<i64>> {
        let value = self.take(name)?;
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
    let is_named = |part: &TokenStream| {
        let mut tokens = part.clone().into_iter();
        matches!(tokens.next(), Some(TokenTree::Ident(_)))
            && matches!(tokens.next(), Some(TokenTree::Punct(punct)) if punct.as_char() == '=')
    };
    let (named, positional): (Vec<_>, Vec<_>) = split(tokens).partition(is_named);
    (positional, quote::quote!(#(#named),*))
}

/// The tokens between the commas, so that one malformed argument hides no other.
fn split(tokens: TokenStream) -> impl Iterator<Item = TokenStream> {
    let mut parts = vec![TokenStream::new()];
    for token in tokens {
        match (&token, parts.last_mut()) {
            (TokenTree::Punct(punct), _) if punct.as_char() == ',' => parts.push(TokenStream::new()),
            (_, Some(part)) => part.extend([token]),
            (_, None) => {}
        }
    }
    parts.into_iter().filter(|part| !part.is_empty())
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

fn text(value: &Expr, mistakes: &mut Mistakes) -> Option<Placed<String>> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(Placed { value: text.value(), span: text.span() }),
        other => {
            mistakes.at(other, "expected a text in quotes");
            None
        }
    }
}

fn integer(value: &Expr) -> Option<i64> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Int(n), .. }) => n.base10_parse().ok(),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => integer(&unary.expr)?.checked_neg(),
        _ => None,
    }
}
