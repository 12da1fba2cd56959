//! Mistakes, collected so that the author sees all of them at once.

use proc_macro2::Span;
use syn::spanned::Spanned;

/// The mistakes found so far.
#[derive(Default)]
pub(crate) struct Mistakes {
    all: Option<syn::Error>,
}

impl Mistakes {
    /// Adds a mistake at `place`.
    pub(crate) fn at(&mut self, place: impl Spanned, message: impl std::fmt::Display) {
        self.add(syn::Error::new(place.span(), message));
    }

    /// Adds a mistake that a parser found.
    pub(crate) fn add(&mut self, error: syn::Error) {
        match &mut self.all {
            Some(all) => all.combine(error),
            None => self.all = Some(error),
        }
    }

    /// Ends the check: an error if there was any mistake.
    pub(crate) fn into_result(self) -> syn::Result<()> {
        self.all.map_or(Ok(()), Err)
    }
}

/// `, did you mean .. ?` for a misspelt word, or the whole choice.
pub(crate) fn suggestion(word: &str, known: &[&str]) -> String {
    let lower = word.to_lowercase();
    let long = word.len() > 2;
    let started = || known.iter().find(|candidate| long && candidate.to_lowercase().starts_with(&lower));
    let nearest = || {
        let (distance, candidate) = known.iter().map(|candidate| (distance(word, candidate), candidate)).min()?;
        (distance <= 1 + word.len() / 4).then_some(candidate)
    };
    let shortened = || {
        let longer = known.iter().filter(|candidate| long && is_shortened(&lower, &candidate.to_lowercase()));
        longer.min_by_key(|candidate| candidate.len())
    };
    match started().or_else(nearest).or_else(shortened) {
        Some(candidate) => format!("did you mean `{candidate}`?"),
        None => format!("one of {}", known.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")),
    }
}

/// Whether a word is what is left of a longer one when letters are taken out of it: `OnWrite` of
/// `OnKeyWrite`.
fn is_shortened(word: &str, longer: &str) -> bool {
    let mut letters = longer.chars();
    word.chars().all(|letter| letters.any(|other| other == letter))
}

/// How many letters must be added, removed, changed, or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.to_lowercase().chars().collect(), b.to_lowercase().chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = change.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// The span that generated code carries: hygiene of the macro, place of the author's item.
pub(crate) fn generated(place: Span) -> Span {
    Span::mixed_site().located_at(place)
}
