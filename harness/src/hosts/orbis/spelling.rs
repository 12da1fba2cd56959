//! What an author meant by a word that Orbis does not know.

use serde::de::DeserializeOwned;
use serde_json::Value as Json;

/// The parser's word on a part, in the words of JSON.
pub(super) fn refusal<T: DeserializeOwned>(json: &Json) -> Option<String> {
    let error = serde_json::from_value::<T>(json.clone()).err()?.to_string();
    Some(with_nearest(&error.replace("expected a sequence", "expected a list: write [..]")))
}

/// The parser's message, and the nearest of what it would have taken.
fn with_nearest(message: &str) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match quoted.as_slice() {
        [word, choice @ ..] => match nearest(word, choice.iter().copied()) {
            Some(near) => format!("{message}: did you mean `{near}`?"),
            None => message.to_owned(),
        },
        [] => message.to_owned(),
    }
}

/// The nearest of these words, if one is near.
pub(super) fn nearest<'a>(word: &str, choice: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    choice
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, candidate)| {
            *distance <= candidate.len().max(word.len()) / 3
                || (word.len() > 2 && (candidate.starts_with(word) || candidate.split('_').any(|part| part == word)))
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Words in a sentence: `a, b`.
pub(super) fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}

/// Letters to change, add or drop (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
