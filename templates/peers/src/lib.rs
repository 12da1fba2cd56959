//! A plugin with one function, `greet`, that calls another plugin.

#![forbid(unsafe_code)]

use plugsmith::{HostError, function, peer};

/// The other plugin, which the host loads by the name `count_vowels`.
#[peer]
pub trait CountVowels {
    /// How many vowels a text has.
    fn count_vowels(&self, text: &str) -> Result<String, HostError>;
}

/// Greets by name, and says how many vowels that took.
#[function]
fn greet(name: String) -> Result<String, HostError> {
    let greeting = format!("Hello, {name}!");
    let count = CountVowelsPeer::load()?.count_vowels(&greeting)?;
    Ok(format!("{greeting} (vowels: {count})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Seven;

    impl CountVowels for Seven {
        fn count_vowels(&self, _: &str) -> Result<String, HostError> {
            Ok("7".to_owned())
        }
    }

    #[test]
    fn the_other_plugin_counts() {
        let _mock = CountVowelsPeer::mock(Seven);
        assert!(greet("Ada".into()).unwrap().ends_with("(vowels: 7)"));
    }

    #[test]
    fn without_the_other_plugin_there_is_no_greeting() {
        assert_eq!(greet("Ada".into()).unwrap_err().code(), "NOPEER");
    }
}
