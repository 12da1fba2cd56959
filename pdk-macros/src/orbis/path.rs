//! A route's path: `/api/items/{id}`.

use crate::arguments::Placed;
use crate::diagnostics::Mistakes;

/// The names in the path, in order; whatever is wrong with it is noted.
pub(crate) fn names(path: &Placed<String>, mistakes: &mut Mistakes) -> Vec<String> {
    let text = &path.value;
    let Some(rest) = text.strip_prefix('/') else {
        mistakes.at(path.span, format_args!("a path starts with a slash: `\"/{text}\"`"));
        return Vec::new();
    };
    let mut names = Vec::new();
    let mut odd = None;
    for segment in rest.split('/').filter(|_| !rest.is_empty()) {
        match segment.strip_prefix('{').and_then(|segment| segment.strip_suffix('}')) {
            Some(name) if is_name(name) && names.iter().any(|earlier| earlier == name) => {
                odd = odd.or(Some(format!("`{{{name}}}` is in this path twice")));
            }
            Some(name) if is_name(name) => names.push(name.to_owned()),
            Some(_) => odd = odd.or(Some(format!("`{segment}` has no name: write `{{id}}`"))),
            None => odd = odd.or(literal(segment)),
        }
    }
    if let Some(odd) = odd {
        mistakes.at(path.span, odd);
    }
    names
}

/// What is wrong with a segment that is no parameter.
fn literal(segment: &str) -> Option<String> {
    if segment.is_empty() {
        return Some("a path has no empty segment: take one of the slashes away".to_owned());
    }
    if let Some(name) = segment.strip_prefix(':').filter(|name| is_name(name)) {
        return Some(format!("Orbis takes `{segment}` literally: write `{{{name}}}`"));
    }
    if segment.contains(['{', '}']) {
        return Some(format!("a parameter is a whole segment, `/{{id}}/`, not a part of `{segment}`"));
    }
    let letter = segment.chars().find(|&letter| {
        !letter.is_ascii_alphanumeric() && !matches!(letter, '-' | '.' | '_' | '~' | '@' | '$' | '!' | '+' | ',' | '=')
    })?;
    Some(match letter {
        '*' => "Orbis knows no wildcards: name the segment, `{rest}`".to_owned(),
        '?' => "the query is not part of the path: take it as a parameter of the function".to_owned(),
        letter => format!("a path has no {letter:?}: use letters, digits, `-`, `.`, `_` and `~`"),
    })
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|letter: char| letter.is_ascii_digit())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}
