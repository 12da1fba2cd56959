//! What an author meant by a word that Orbis does not know.

use serde_json::Value as Json;

use super::super::permission::Permission;

/// The right spelling of a permission, as JSON.
pub(in super::super) fn permission(json: &Json) -> Option<String> {
    if let Some(name) = custom(json) {
        return Some(format!("{{\"custom\": {}}}", Json::from(name)));
    }
    let words = words(json).to_lowercase();
    let words: String = words.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let has = |part: &str| words.contains(part);
    let (reads, writes) = (has("read"), has("write"));
    let name = match words.as_str() {
        known if Permission::NAMES.contains(&known) => known,
        _ if (has("database") || has("db")) && reads && !writes => "database_read",
        _ if (has("database") || has("db")) && writes && !reads => "database_write",
        _ if has("database") || has("db") => return Some("\"database_read\" and \"database_write\"".to_owned()),
        _ if (has("file") || has("fs")) && reads && !writes => "file_read",
        _ if (has("file") || has("fs")) && writes && !reads => "file_write",
        _ if has("file") || has("fs") => return Some("\"file_read\" and \"file_write\"".to_owned()),
        _ if has("net") || has("http") => "network",
        _ if has("env") => "environment",
        _ if has("shell") || has("exec") => "shell",
        _ if has("system") => "system",
        _ if has("event") || has("emit") => return Some(format!("{{\"custom\": \"{}\"}}", Permission::EVENTS)),
        other => nearest(other, Permission::NAMES.into_iter())?,
    };
    Some(format!("\"{name}\""))
}

/// The name of one of the application's own: `custom:x` is how the PDK's macro has it.
fn custom(json: &Json) -> Option<&str> {
    match json {
        Json::String(text) => text.strip_prefix("custom:"),
        Json::Object(members) => members.iter().find(|(key, _)| key.eq_ignore_ascii_case("custom"))?.1.as_str(),
        _ => None,
    }
}

/// All words of it: Orbis' page has `{"type": "database", "action": "read"}` and the like.
fn words(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(words).collect::<Vec<_>>().join("_"),
        Json::Object(members) => members
            .iter()
            .flat_map(|(key, value)| {
                [if key == "type" || key.starts_with("action") { "" } else { key }.to_owned(), words(value)]
            })
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join("_"),
        _ => String::new(),
    }
}

/// The parser's message, and the nearest of what it would have taken.
pub(super) fn with_nearest(message: &str) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match quoted.as_slice() {
        [word, choice @ ..] if message.starts_with("unknown variant") => match nearest(word, choice.iter().copied()) {
            Some(near) => format!("{message}: did you mean `{near}`?"),
            None => message.to_owned(),
        },
        _ => message.to_owned(),
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
pub(in super::super) fn list(words: &[&str]) -> String {
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
