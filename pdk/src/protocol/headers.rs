//! HTTP headers and URLs as they are shown: without their secrets.

use std::collections::BTreeMap;
use std::fmt;

/// Words that mark a header as secret, wherever they stand in its name.
const WORDS: [&str; 9] =
    ["auth", "cookie", "token", "secret", "password", "credential", "api-key", "apikey", "signature"];

/// Whether a header holds what must not be shown: `Authorization`, `Cookie`, `X-Api-Key` ..
///
/// ```
/// use plugsmith::protocol::headers::is_secret;
///
/// assert!(is_secret("X-Amz-Security-Token"));
/// assert!(!is_secret("Content-Type"));
/// ```
pub fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    // `:authority` and `www-authenticate` say whom to ask, not with what.
    WORDS.iter().any(|word| name.contains(word)) && name != "www-authenticate" && name != ":authority"
}

/// A header's value as it is shown: a secret one is `[redacted]`, behind the scheme where it has one.
///
/// ```
/// use plugsmith::protocol::headers::redact;
///
/// assert_eq!(redact("Authorization", "Bearer t0k3n"), "Bearer [redacted]");
/// assert_eq!(redact("x-api-key", "t0k3n"), "[redacted]");
/// assert_eq!(redact("accept", "*/*"), "*/*");
/// ```
pub fn redact(name: &str, value: &str) -> String {
    if !is_secret(name) {
        return value.to_owned();
    }
    const SCHEMES: [&str; 5] = ["Basic", "Bearer", "Digest", "Negotiate", "Token"];
    let scheme = value.split_once(' ').map(|(scheme, _)| scheme);
    match scheme.filter(|scheme| SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme))) {
        Some(scheme) => format!("{scheme} [redacted]"),
        None => "[redacted]".to_owned(),
    }
}

/// A URL as it is shown: `hidden` stands for a password, and for the values of secret parameters.
///
/// ```
/// use plugsmith::protocol::headers::redact_url;
///
/// assert_eq!(redact_url("https://ada:pw@a.test/x?q=1&api_key=k#t", "*"), "https://*@a.test/x?q=1&api_key=*#t");
/// assert_eq!(redact_url("https://a.test/?page=2", "*"), "https://a.test/?page=2");
/// ```
pub fn redact_url(url: &str, hidden: &str) -> String {
    let (url, fragment) = url.find('#').map_or((url, ""), |at| url.split_at(at));
    let (address, query) = url.find('?').map_or((url, ""), |at| url.split_at(at));
    let mut shown = address.to_owned();
    if let Some((scheme, rest)) = address.split_once("://") {
        let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        if let Some((_, host)) = authority.rsplit_once('@') {
            shown = format!("{scheme}://{hidden}@{host}{path}");
        }
    }
    let is_hidden = |name: &str| is_secret(&name.replace('_', "-")) || ["key", "sig"].contains(&name);
    let parameters = query.split_inclusive(['?', '&']).map(|part| {
        let (part, end) = part.find(['?', '&']).map_or((part, ""), |at| part.split_at(at));
        match part.split_once('=') {
            Some((name, _)) if is_hidden(&name.to_ascii_lowercase()) => format!("{name}={hidden}{end}"),
            _ => format!("{part}{end}"),
        }
    });
    shown.extend(parameters);
    shown + fragment
}

/// Headers whose `Debug` is without their secrets.
pub(crate) struct Shown<'a>(pub(crate) &'a BTreeMap<String, String>);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.iter().map(|(name, value)| (name, redact(name, value)))).finish()
    }
}

/// A body whose `Debug` is text where it is text.
pub(crate) struct ShownBody<'a>(pub(crate) &'a [u8]);

impl fmt::Debug for ShownBody<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match std::str::from_utf8(self.0) {
            Ok(text) => text.fmt(f),
            Err(_) => write!(f, "b\"{}\"", self.0.escape_ascii()),
        }
    }
}
