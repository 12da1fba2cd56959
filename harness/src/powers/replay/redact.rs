//! Secrets in a recording: found by rule, and masked wherever they occur.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::session::{Call, End, Session, Step};
use super::value::{MASK, Value};

/// The most bytes of JSON that are searched: a recording must not take longer than its test.
const SEARCHED: usize = 1024 * 1024;

/// Which values are secrets, and so are masked in a recording.
///
/// The rules that always hold: headers, query parameters, fields of JSON and configuration keys whose names speak
/// of a secret (`authorization`, `cookie`, `password`, `token`, `secret`, `api-key`, `session`, `credential`, `jwt`,
/// `csrf`). What they name is masked wherever it occurs, byte by byte with `*`.
#[derive(Clone, Debug, Default)]
pub struct Redact {
    names: Vec<String>,
    values: Vec<Vec<u8>>,
}

impl Redact {
    /// The rules that always hold.
    pub fn new() -> Redact {
        Redact::default()
    }

    /// With a further name of a header, field or key, whatever its case: `"x-pin"`.
    pub fn name(mut self, name: &str) -> Redact {
        self.names.push(letters(name));
        self
    }

    /// With a value that is a secret wherever it occurs.
    pub fn value(mut self, value: impl AsRef<[u8]>) -> Redact {
        self.values.push(value.as_ref().to_vec());
        self
    }

    fn is_secret(&self, name: &str) -> bool {
        const WORDS: [&str; 11] = [
            "apikey",
            "cookie",
            "credential",
            "csrf",
            "jwt",
            "passwd",
            "password",
            "secret",
            "session",
            "token",
            "xsrf",
        ];
        let name = letters(name);
        // An author is none, but an authorization is.
        let is_auth = name.contains("authoriz") || name.replace("author", "").contains("auth");
        is_auth || WORDS.iter().any(|word| name.contains(word)) || self.names.contains(&name)
    }

    /// Masks the secrets of a session.
    pub(super) fn apply(&self, session: &mut Session) {
        let mut found: BTreeSet<Vec<u8>> = self.values.iter().filter(|value| !value.is_empty()).cloned().collect();
        for (key, value) in session.facts.config.iter().filter(|(key, _)| self.is_secret(key)) {
            let _ = key;
            self.learn(value, &mut found);
        }
        for step in &session.steps {
            if let Step::Call(call) = step {
                self.search(call, &mut found);
            }
        }
        // The longest first, so that no rest of one is left.
        let mut secrets: Vec<Vec<u8>> = found.into_iter().collect();
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        if secrets.is_empty() {
            return;
        }
        let mut is_masked = false;
        let mut mask = |bytes: &mut Vec<u8>| secrets.iter().for_each(|secret| is_masked |= hide(bytes, secret));
        let facts = &mut session.facts;
        facts.config.values_mut().for_each(|text| of_text(text, &mut mask));
        let maps = [&mut facts.storage, &mut facts.kv, &mut facts.variables];
        maps.into_iter().flat_map(|map| map.values_mut()).for_each(|value| of_value(value, &mut mask));
        for step in &mut session.steps {
            let Step::Call(call) = step else { continue };
            of_value(&mut call.input, &mut mask);
            for host_call in &mut call.host_calls {
                host_call.arguments.iter_mut().for_each(|value| of_value(value, &mut mask));
                match &mut host_call.answer {
                    Ok(value) => of_value(value, &mut mask),
                    Err(text) => of_text(text, &mut mask),
                }
            }
            match &mut call.end {
                End::Output(value) => of_value(value, &mut mask),
                End::Error(text) => of_text(text, &mut mask),
                End::Unknown => {}
            }
        }
        session.facts.redacted |= is_masked;
    }

    fn search(&self, call: &Call, found: &mut BTreeSet<Vec<u8>>) {
        let mut values = vec![&call.input];
        if let End::Output(output) = &call.end {
            values.push(output);
        }
        for host_call in &call.host_calls {
            values.extend(&host_call.arguments);
            values.extend(&host_call.answer);
            let is_config = ["config_get", "get_config"].contains(&host_call.name.as_str());
            if let (true, [Value::Block(Some(key))], Ok(Value::Block(Some(answer)))) =
                (is_config, host_call.arguments.as_slice(), &host_call.answer)
                && self.is_secret(&String::from_utf8_lossy(key))
            {
                // Orbis answers JSON.
                match serde_json::from_slice::<String>(answer) {
                    Ok(text) => self.learn(&text, found),
                    Err(_) => self.learn(&String::from_utf8_lossy(answer), found),
                }
            }
        }
        for value in values {
            if let Value::Block(Some(bytes)) = value
                && bytes.len() <= SEARCHED
                && matches!(bytes.first(), Some(b'{' | b'['))
                && let Ok(json) = serde_json::from_slice::<Json>(bytes)
            {
                self.walk(&json, found);
            }
        }
    }

    fn walk(&self, json: &Json, found: &mut BTreeSet<Vec<u8>>) {
        match json {
            Json::Object(object) => object.iter().for_each(|(key, value)| match value {
                Json::String(text) if self.is_secret(key) => self.learn(text, found),
                Json::Array(list) if self.is_secret(key) => {
                    list.iter().filter_map(Json::as_str).for_each(|text| self.learn(text, found));
                }
                value => self.walk(value, found),
            }),
            Json::Array(list) => list.iter().for_each(|value| self.walk(value, found)),
            // A URL: its parameters.
            Json::String(text) => {
                let query = text.split_once('?').map_or("", |(_, query)| query);
                let pairs = query.split(['&', '#']).filter_map(|pair| pair.split_once('='));
                for (name, value) in pairs.filter(|(name, _)| self.is_secret(name)) {
                    let _ = name;
                    self.learn(value, found);
                }
            }
            _ => {}
        }
    }

    /// Notes a secret, as it is, as JSON writes it, and without the `Bearer` before it.
    fn learn(&self, secret: &str, found: &mut BTreeSet<Vec<u8>>) {
        let bare = secret.split_once(' ').map(|(_, rest)| rest.trim()).filter(|rest| rest.len() >= SHORT);
        for text in [Some(secret), bare].into_iter().flatten().filter(|text| !text.is_empty()) {
            found.insert(text.as_bytes().to_vec());
            let json = serde_json::to_string(text).unwrap_or_default();
            let inner = json.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default();
            if inner.len() >= SHORT {
                found.insert(inner.as_bytes().to_vec());
            }
        }
    }
}

/// Of a secret shorter than this only what is one as a whole, or between quotes, is masked: else half of the
/// recording would be.
const SHORT: usize = 4;

fn letters(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn of_value(value: &mut Value, mask: &mut impl FnMut(&mut Vec<u8>)) {
    if let Value::Block(Some(bytes)) = value {
        mask(bytes);
    }
}

fn of_text(text: &mut String, mask: &mut impl FnMut(&mut Vec<u8>)) {
    let mut bytes = std::mem::take(text).into_bytes();
    mask(&mut bytes);
    // A secret is UTF-8 or lies within text by chance.
    *text = String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
}

/// Masks a secret in these bytes; whether it was there.
fn hide(bytes: &mut [u8], secret: &[u8]) -> bool {
    if bytes == secret {
        bytes.fill(MASK);
        return true;
    }
    let needle = if secret.len() < SHORT { [b"\"", secret, b"\""].concat() } else { secret.to_vec() };
    let quotes = usize::from(secret.len() < SHORT);
    let mut is_there = false;
    let mut start = 0;
    while let Some(at) = find(&bytes[start..], &needle) {
        let place = start + at;
        bytes[place + quotes..place + needle.len() - quotes].fill(MASK);
        is_there = true;
        start = place + needle.len();
    }
    is_there
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut from = 0;
    loop {
        let at = from + bytes.get(from..)?.iter().position(|byte| *byte == first)?;
        if bytes[at..].starts_with(needle) {
            return Some(at);
        }
        from = at + 1;
    }
}
