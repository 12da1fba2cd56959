//! A plugin that calls other plugins through `register_plugin` and `call_plugin`.

#![forbid(unsafe_code)]

use plugsmith::{HostError, function, peers};

/// The demo of plugins that call plugins: counts the vowels of a text through another plugin.
#[function]
fn run() -> Result<String, HostError> {
    count("Hello, World!".to_owned())
}

/// Counts the vowels of the input through another plugin.
#[function]
fn count(text: String) -> Result<String, HostError> {
    peers().load("count_vowels")?.call("count_vowels", text)
}

/// What the function `echo` of a peer answers.
#[function]
fn echo(input: Vec<u8>) -> Result<Vec<u8>, HostError> {
    // A host that makes no block of zero bytes cannot say "empty": it answers nothing.
    let output: Option<Vec<u8>> = peers().load("peer")?.call("echo", input)?;
    Ok(output.unwrap_or_default())
}

/// The ids of two instances of one peer, and that each has variables of its own.
#[function]
fn two() -> Result<String, HostError> {
    let (first, second) = (peers().load_another("peer")?, peers().load_another("peer")?);
    let _: String = first.call("swap", "one")?;
    let before: String = second.call("swap", "two")?;
    let after: String = first.call("swap", "three")?;
    Ok(format!("{} {} {before} {after}", first.id(), second.id()))
}

/// Calls a peer that answers with an error.
#[function]
fn refused() -> Result<String, HostError> {
    peers().load("peer")?.call("refuse", "")
}

/// Calls a peer that panics.
#[function]
fn panicked() -> Result<String, HostError> {
    peers().load("peer")?.call("panic", "")
}

/// Loads a peer that is not there.
#[function]
fn absent() -> Result<String, HostError> {
    peers().load("nobody")?.call("echo", "")
}
