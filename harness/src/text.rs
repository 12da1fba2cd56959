//! Text for a shell, and hexadecimal digits.

use sha2::{Digest, Sha256};

use crate::engine::host::Host;
use crate::hosts::peers::Registry;

/// The options that give the command line this host's configuration and plugins.
pub(crate) fn options(host: &Host, registry: Option<&Registry>) -> String {
    let config = host.context.with(|host| host.config.clone());
    let config = config.iter().map(|(key, value)| format!("--config {} ", quote(&format!("{key}={value}"))));
    let peers = registry.into_iter().flat_map(Registry::paths);
    let peers = peers.map(|(name, path)| format!("--plugin {} ", quote(&format!("{name}={}", path.display()))));
    config.chain(peers).collect()
}

/// A word for a shell.
pub(crate) fn quote(word: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./:=@%+,".contains(&b);
    if !word.is_empty() && word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// The SHA-256 of an artifact, as Extism and Query write it down.
///
/// ```
/// let hash = plugsmith_harness::hosts::extism::sha256(b"");
/// assert_eq!(hash, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
/// ```
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes as hexadecimal digits, two each, in lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| char::from(DIGITS[usize::from(half)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
