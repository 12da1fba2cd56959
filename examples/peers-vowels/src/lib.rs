//! Counts vowels: the plugin that others load as `count_vowels`.

#![forbid(unsafe_code)]

use plugsmith::function;

/// How many vowels a text has, as JSON.
#[function]
pub fn count_vowels(text: &str) -> String {
    let count = text.chars().filter(|letter| "aeiouAEIOU".contains(*letter)).count();
    format!("{{\"count\": {count}}}")
}

#[cfg(test)]
mod tests {
    use super::count_vowels;

    #[test]
    fn capital_letters_count() {
        assert_eq!(count_vowels("Ada Lovelace"), r#"{"count": 6}"#);
    }
}
