//! Any pattern on any text ends, and `*` around a match stays a match.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plugsmith::testing::glob_matches;

fuzz_target!(|input: (&str, &str)| {
    let (pattern, text) = input;
    if glob_matches(pattern, text) {
        assert!(glob_matches(&format!("*{pattern}"), text));
    }
    let quoted: String = text.chars().flat_map(|letter| ['\\', letter]).collect();
    assert!(glob_matches(&quoted, text));
});
