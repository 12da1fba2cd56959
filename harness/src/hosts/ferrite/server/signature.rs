//! Signatures of artifacts: ed25519 in a custom section, as the WebAssembly module signatures proposal and
//! its tool `wasmsign2` have it.

use wasmsign2::{KeyPair, Module, PublicKey, SecretKey, WSError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A pair of keys, each one line of base64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// What a server's `trusted_keys` has.
    pub public: String,
    /// What signs, to be kept from others.
    pub secret: String,
}

/// A new pair of keys.
pub fn keygen() -> Keys {
    let pair = KeyPair::generate();
    Keys { public: STANDARD.encode(pair.pk.to_bytes()), secret: STANDARD.encode(pair.sk.to_bytes()) }
}

/// An artifact with a signature of this secret key.
///
/// ```
/// use plugsmith_harness::hosts::ferrite::{keygen, sign};
///
/// let keys = keygen();
/// let signed = sign(b"\0asm\x01\0\0\0", &keys.secret)?;
/// assert!(signed.len() > 8);
/// # Ok::<(), String>(())
/// ```
///
/// # Errors
/// Something that is not a key, an artifact that is not a wasm module.
pub fn sign(wasm: &[u8], secret: &str) -> Result<Vec<u8>, String> {
    let wrong = "the secret key is not one that `cargo plugsmith keygen` wrote";
    let bytes = STANDARD.decode(secret.trim()).map_err(|_| wrong.to_owned())?;
    let key = SecretKey::from_bytes(&bytes).map_err(|_| wrong.to_owned())?;
    let module = Module::deserialize(&mut &wasm[..]).map_err(|error| format!("cannot be signed: {error}"))?;
    let signed = key.sign(module, None).map_err(|error| format!("cannot be signed: {error}"))?;
    let mut bytes = Vec::new();
    signed.serialize(&mut bytes).map_err(|error| format!("cannot be signed: {error}"))?;
    Ok(bytes)
}

/// Checks that one of these keys has signed all of the artifact.
///
/// # Errors
/// Why it is not: unsigned, changed since, signed by somebody else.
pub(crate) fn verify(wasm: &[u8], trusted: &[String]) -> Result<(), String> {
    if trusted.is_empty() {
        return Err("there are no trusted_keys in [plugins.sandbox]".to_owned());
    }
    let mut reason = String::new();
    for key in trusted {
        let key = STANDARD.decode(key.trim()).ok().and_then(|bytes| PublicKey::from_bytes(&bytes).ok());
        let key = key.ok_or("one of trusted_keys is not a public key that `cargo plugsmith keygen` wrote")?;
        match key.verify(&mut &wasm[..], None) {
            Ok(()) => return Ok(()),
            Err(WSError::NoSignatures) => return Err("it is not signed: `cargo plugsmith sign` signs it".to_owned()),
            Err(error) => reason = error.to_string(),
        }
    }
    Err(format!("none of trusted_keys signed this content, so it was changed or signed by somebody else ({reason})"))
}
