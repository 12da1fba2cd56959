//! A plugin that other plugins call. It imports no host function, since the demo of plugins that
//! call plugins gives none to those that it registers.

#![forbid(unsafe_code)]

use plugsmith::{HostError, function, vars};

/// How many vowels a text has, as JSON.
#[function]
fn count_vowels(text: &str) -> String {
    let count = text.chars().filter(|letter| "aeiouAEIOU".contains(*letter)).count();
    format!("{{\"count\": {count}}}")
}

/// The input, whatever it is.
#[function]
fn echo(input: &[u8]) -> Vec<u8> {
    input.to_vec()
}

/// Sets a variable to the input; what it was before.
#[function]
fn swap(input: &str) -> Result<String, HostError> {
    let old = vars().get("v");
    vars().set("v", input)?;
    Ok(old.map_or_else(|| "none".to_owned(), |old| String::from_utf8_lossy(&old).into_owned()))
}

/// An error.
#[function]
fn refuse() -> Result<(), &'static str> {
    Err("not today")
}

/// A panic.
#[function]
fn panic() {
    panic!("out of order");
}
