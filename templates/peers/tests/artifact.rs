//! The built plugin, in the harness.

use plugsmith_harness::plugsmith::testing::MockPeer;
use plugsmith_harness::{Host, assert_trace_snapshot, plugin};

/// The other plugin; `.plugin("count_vowels", "path/to/its/crate")` takes the real one.
fn count_vowels(text: String) -> String {
    let is_vowel = |letter: &char| "aeiouAEIOU".contains(*letter);
    text.chars().filter(is_vowel).count().to_string()
}

#[test]
fn greets_and_has_the_vowels_counted() {
    let other = MockPeer::new().function("count_vowels", count_vowels);
    let mut plugin = plugin!(Host::new().plugin("count_vowels", other)); // built, never stale
    let greeting = plugin.call::<String>("greet", "Ada").unwrap();
    assert_eq!(greeting, "Hello, Ada! (vowels: 4)");
    assert_trace_snapshot!(plugin);
}
