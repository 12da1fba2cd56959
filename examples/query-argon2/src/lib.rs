//! Passwords with argon2id: `hash` and `verify`.
//!
//! A script in Query cannot catch a plugin's failure (it is an HTTP 500 without a body), so what
//! can be expected to go wrong is in the output: `error: ` and the reason, which is neither a hash
//! nor `true`.

#![forbid(unsafe_code)]

use std::fmt::Display;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params};
use plugsmith::{HostError, Input, Json, function, random};
use serde::Deserialize;

/// The costs that a hash to verify may ask for: a stranger's hash must not use up the host.
const HIGHEST: (u32, u32, u32) = (64 * 1024, 10, 4);

/// Hashes a password with a fresh salt: a PHC string of argon2id at its recommended costs.
///
/// # Errors
/// The host has no randomness to give.
#[function]
pub fn hash(password: &str) -> Result<String, HostError> {
    let salt: [u8; 16] = random().bytes()?;
    let hash = SaltString::encode_b64(&salt)
        .and_then(|salt| Argon2::default().hash_password(password.as_bytes(), &salt).map(|hash| hash.to_string()));
    Ok(hash.unwrap_or_else(|error| failure("this password cannot be hashed", error)))
}

/// Whether a password belongs to a hash: `{"password": "..", "hash": "$argon2id$.."}` to `true` or `false`.
///
/// What is not a hash of argon2 belongs to no password: `false`, as the published plugin answers.
#[function]
pub fn verify(input: &[u8]) -> String {
    match check(input) {
        Ok(matches) => matches.to_string(),
        Err(reason) => reason,
    }
}

/// What `verify` takes.
#[derive(Deserialize)]
struct Question {
    password: String,
    hash: String,
}

fn check(input: &[u8]) -> Result<bool, String> {
    let Json(question) = Json::<Question>::from_input(input)
        .map_err(|error| failure(r#"the input is no {"password":"..","hash":".."}"#, error))?;
    let Ok(hash) = PasswordHash::new(&question.hash) else { return Ok(false) };
    let (Ok(_), Ok(params)) = (Algorithm::try_from(hash.algorithm), Params::try_from(&hash)) else {
        return Ok(false);
    };
    let (memory, rounds, lanes) = HIGHEST;
    if params.m_cost() > memory || params.t_cost() > rounds || params.p_cost() > lanes {
        return Err(failure("the hash asks for too much", format_args!("at most m={memory},t={rounds},p={lanes}")));
    }
    Ok(Argon2::default().verify_password(question.password.as_bytes(), &hash).is_ok())
}

fn failure(what: &str, why: impl Display) -> String {
    format!("error: {what}: {why}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugsmith::testing::MockContext;

    fn ask(password: &str, hash: &str) -> String {
        verify(format!(r#"{{"password":"{password}","hash":"{hash}"}}"#).as_bytes())
    }

    /// The hash of `password` at next to no cost, by the reference implementation in C.
    const CHEAP: &str = "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$8Tf44YakA6Z5zNBgblq13Nr+Q8FkCFWsjG4z6b1j7rM";

    #[test]
    fn every_hash_has_a_salt_of_its_own() {
        let _ctx = MockContext::new();
        let (one, other) = (hash("password").unwrap(), hash("password").unwrap());
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, other);
    }

    #[test]
    fn only_the_right_password_is_true() {
        assert_eq!([ask("password", CHEAP), ask("Password", CHEAP)], ["true", "false"]);
    }

    #[test]
    fn what_is_no_question_is_answered_with_the_reason() {
        let reason =
            r#"error: the input is no {"password":"..","hash":".."}: missing field `hash` at line 1 column 19"#;
        assert_eq!(verify(br#"{"password":"pass"}"#), reason);
    }

    #[test]
    fn what_is_not_a_hash_of_argon2_belongs_to_no_password() {
        let no_memory = CHEAP.replace("m=8", "m=0");
        let no_hash = CHEAP.rsplit_once('$').unwrap().0;
        for hash in ["", "plain", "$argon2id$", "$scrypt$ln=1$c29tZXNhbHQ$aGFzaGhhc2hoYXNo", &no_memory, no_hash] {
            assert_eq!(ask("p", hash), "false", "{hash}");
        }
    }

    #[test]
    fn a_hash_that_would_exhaust_the_host_is_refused() {
        let greedy = CHEAP.replace("m=8", "m=4194304");
        assert_eq!(ask("p", &greedy), "error: the hash asks for too much: at most m=65536,t=10,p=4");
    }
}
