//! What of a request is nobody else's: it is neither shown nor written down.

use super::percent::decode;

/// What stands for a secret. The name stays: whoever makes the request again sees what to fill in.
pub(super) const HIDDEN: &str = "..";

/// Whether a header or a query parameter of this name holds one: `x-api-key`, `accessToken`.
pub(super) fn is_secret(name: &str) -> bool {
    const WORDS: [&str; 10] =
        ["apikey", "cookie", "credential", "csrf", "jwt", "password", "secret", "session", "token", "xsrf"];
    let letters: String = name.chars().filter(|letter| letter.is_alphanumeric()).collect();
    let letters = letters.to_lowercase();
    // An author is none, but an authorization is.
    let is_auth = letters.contains("authoriz") || letters.replace("author", "").contains("auth");
    is_auth || WORDS.iter().any(|word| letters.contains(word))
}

/// The path and its query, without the secrets in it.
pub(super) fn hidden(path: &str) -> String {
    let Some((path, query)) = path.split_once('?') else { return path.to_owned() };
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if is_secret(&decode(name)) => format!("{name}={HIDDEN}"),
        _ => pair.to_owned(),
    });
    format!("{path}?{}", pairs.collect::<Vec<_>>().join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_by_its_name() {
        let secrets = [
            "proxy-authorization",
            "x-api-key",
            "apiKey",
            "api_key",
            "x-auth-token",
            "X-CSRF-Token",
            "access_token",
            "oauth_nonce",
            "set-cookie",
            "sessionId",
            "client_secret",
            "password",
        ];
        let others = ["author", "authors[]", "authority", "key", "x-trace", "page", "content-type", ""];
        assert_eq!(secrets.map(is_secret), [true; 12]);
        assert_eq!(others.map(is_secret), [false; 8]);
    }
}
