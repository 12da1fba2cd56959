//! The glob matcher against a second one, written as Redis' C is.

use plugsmith::testing::glob_matches;
use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};
use proptest::test_runner::RngSeed;

/// Redis' `stringmatchlen_impl` (util.c), recursive and slow.
fn reference(mut pattern: &[u8], mut text: &[u8]) -> bool {
    while let (Some(&first), false) = (pattern.first(), text.is_empty()) {
        match first {
            b'*' => {
                return (0..=text.len()).any(|skip| reference(&pattern[1..], &text[skip..]));
            }
            b'?' => {}
            b'[' => {
                pattern = &pattern[1..];
                let negated = pattern.first() == Some(&b'^');
                if negated {
                    pattern = &pattern[1..];
                }
                let mut found = false;
                loop {
                    if pattern.len() >= 2 && pattern[0] == b'\\' {
                        pattern = &pattern[1..];
                        found |= pattern[0] == text[0];
                    } else if pattern.first() == Some(&b']') || pattern.is_empty() {
                        break;
                    } else if pattern.len() >= 3 && pattern[1] == b'-' {
                        let (low, high) = (pattern[0].min(pattern[2]), pattern[0].max(pattern[2]));
                        pattern = &pattern[2..];
                        found |= low <= text[0] && text[0] <= high;
                    } else {
                        found |= pattern[0] == text[0];
                    }
                    pattern = &pattern[1..];
                }
                if found == negated {
                    return false;
                }
            }
            _ => {
                if first == b'\\' && pattern.len() >= 2 {
                    pattern = &pattern[1..];
                }
                if pattern[0] != text[0] {
                    return false;
                }
            }
        }
        pattern = pattern.get(1..).unwrap_or_default();
        text = &text[1..];
    }
    text.is_empty() && pattern.iter().all(|&b| b == b'*')
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 3 } else { 20_000 },
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(7),
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_matcher_agrees_with_redis(pattern in "[ab*?\\[\\]^\\\\é-]{0,8}", text in "[abc\\]^\\\\é-]{0,7}") {
        prop_assert_eq!(glob_matches(&pattern, &text), reference(pattern.as_bytes(), text.as_bytes()));
    }
}

#[test]
fn many_stars_take_no_time() {
    assert!(!glob_matches(&"a*".repeat(40), &"a".repeat(39)));
    assert!(!glob_matches(&format!("{}b", "*a".repeat(30)), &"a".repeat(10_000)));
}

#[test]
fn classes_follow_redis_to_the_letter() {
    for (pattern, text, matches) in [
        ("[a-c]", "b", true),
        ("[c-a]", "b", true),
        ("[^a]", "b", true),
        ("[^a]", "a", false),
        ("[]a]", "a", false),
        ("[\\]]", "]", true),
        ("[abc", "c", true),
        ("[^abc", "c", false),
        ("a\\*", "a*", true),
        ("a\\*", "ab", false),
        ("a\\", "a\\", true),
        ("[", "[", false),
    ] {
        assert_eq!(glob_matches(pattern, text), matches, "{pattern} on {text}");
    }
}
