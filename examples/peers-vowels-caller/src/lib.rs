//! The demo of plugins that call plugins: counts vowels through another plugin.

#![forbid(unsafe_code)]

use plugsmith::protocol::peers::ABSENT;
use plugsmith::{HostError, Json, PluginContext, function, peer, peers};
use serde::{Deserialize, Serialize};

/// The demo as it stands: `{"count": 3}`.
#[function]
fn run() -> Result<String, HostError> {
    peers().load("count_vowels")?.call("count_vowels", "Hello, World!")
}

/// What the other plugin answers.
#[derive(Deserialize, Serialize)]
pub struct Count {
    /// The vowels.
    pub count: u32,
}

/// The other plugin, with types.
#[peer]
pub trait CountVowels {
    /// How many vowels a text has.
    fn count_vowels(&self, text: &str) -> Result<Json<Count>, HostError>;
}

/// The vowels of each word.
#[function]
fn by_word(ctx: &PluginContext, text: String) -> Result<Json<Vec<u32>>, HostError> {
    let vowels = CountVowelsPeer::load_from(ctx.peers())?;
    let counts = text.split_whitespace().map(|word| Ok(vowels.count_vowels(word)?.0.count));
    counts.collect::<Result<_, HostError>>().map(Json)
}

/// The vowels of a text, or `unknown` in a host that has nobody to count them.
#[function]
fn if_possible(text: String) -> Result<String, HostError> {
    match CountVowelsPeer::load() {
        Ok(vowels) => Ok(vowels.count_vowels(&text)?.0.count.to_string()),
        Err(error) if error.code() == ABSENT => Ok("unknown".to_owned()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugsmith::testing::{MockContext, MockPeer};

    #[test]
    fn the_other_plugin_counts() {
        let ctx = MockContext::new();
        ctx.mock_peer("count_vowels", MockPeer::new().function("count_vowels", peers_vowels::count_vowels));
        assert_eq!(run().unwrap(), r#"{"count": 3}"#);
        assert_eq!(by_word(&ctx, "so many vowels".into()).unwrap().0, [1, 1, 2]);
    }

    struct Seven;

    impl CountVowels for Seven {
        fn count_vowels(&self, _: &str) -> Result<Json<Count>, HostError> {
            Ok(Json(Count { count: 7 }))
        }
    }

    #[test]
    fn a_mock_counts_in_its_place() {
        let mock = CountVowelsPeer::mock(Seven);
        assert_eq!(if_possible("a".into()), Ok("7".into()));
        drop(mock);
        assert_eq!(if_possible("a".into()), Ok("unknown".into()));
    }
}
