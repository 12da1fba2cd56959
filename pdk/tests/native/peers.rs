//! `peers()` and `#[peer]` natively: mocks by closures, by a trait, by another plugin's functions.

use plugsmith::testing::{MockContext, MockPeer};
use plugsmith::{Bytes, HostError, PluginContext, config, function, peer, peers};

/// Another plugin's functions, as its crate exports them.
mod greeter {
    use super::{PluginContext, config, function};

    #[function]
    pub(super) fn greet(ctx: &PluginContext, name: &str) -> String {
        format!("{}, {name}!", ctx.config().get("greeting").unwrap_or_default())
    }

    #[function]
    pub(super) fn greeting() -> String {
        config().get("greeting").unwrap_or_else(|| "none".to_owned())
    }

    #[function]
    pub(super) fn size(input: &[u8]) -> String {
        input.len().to_string()
    }
}

#[peer]
pub(crate) trait CountVowels {
    fn count_vowels(&self, text: &str) -> Result<String, HostError>;
    fn first(&self, text: String) -> Result<Option<String>, HostError>;
    #[import(name = "RESET.ALL")]
    fn reset(&self) -> Result<(), HostError>;
}

#[peer(name = "old-one", namespace = "env")]
trait Old {
    fn echo(&self, _: Vec<u8>) -> Result<Bytes, HostError>;
}

struct Vowels;

impl CountVowels for Vowels {
    fn count_vowels(&self, text: &str) -> Result<String, HostError> {
        Ok(text.chars().filter(|letter| "aeiou".contains(*letter)).count().to_string())
    }
    fn first(&self, text: String) -> Result<Option<String>, HostError> {
        Ok(text.chars().find(|letter| "aeiou".contains(*letter)).map(String::from))
    }
    fn reset(&self) -> Result<(), HostError> {
        Err(HostError::new("NOPERM not yours"))
    }
}

#[function]
fn count(text: String) -> Result<String, HostError> {
    CountVowelsPeer::load()?.count_vowels(&text)
}

#[test]
fn a_trait_is_mocked_while_its_guard_lives() {
    let guard = CountVowelsPeer::mock(Vowels);
    assert_eq!(count("Hello, World!".into()), Ok("3".into()));
    drop(guard);
    assert_eq!(count("Hello, World!".into()).unwrap_err().code(), "NOPEER");
}

#[test]
fn a_context_has_peers_of_its_own() {
    let ctx = MockContext::new();
    ctx.mock_peer("count_vowels", CountVowelsPeer::serve(Vowels));
    let peer = CountVowelsPeer::load_from(ctx.peers()).unwrap();
    assert_eq!(peer.first("xyz".into()), Ok(None));
    assert_eq!(peer.first("xyza".into()), Ok(Some("a".into())));
    assert_eq!(peer.reset().unwrap_err().to_string(), "PEER count_vowels.RESET.ALL: NOPERM not yours");
}

#[test]
fn an_absent_peer_says_which_line_is_missing() {
    let error = MockContext::new().peers().load("nothing").unwrap_err();
    insta::assert_snapshot!(
        error,
        @r#"NOPEER no mock for the peer `nothing`: add ctx.mock_peer("nothing", MockPeer::new())"#
    );
}

#[test]
fn another_plugin_is_a_peer_with_a_host_of_its_own() {
    let ctx = MockContext::new();
    ctx.set_config("greeting", "the caller's");
    let peer = MockPeer::new()
        .function("greet", greeter::greet)
        .function("greeting", greeter::greeting)
        .function("size", greeter::size);
    peer.context().set_config("greeting", "Hello");
    ctx.mock_peer("greeter", peer);
    let greeter = ctx.peers().load("greeter").unwrap();
    assert_eq!(greeter.call::<_, String>("greet", "Ada").unwrap(), "Hello, Ada!");
    assert_eq!(greeter.call::<_, String>("greeting", ()).unwrap(), "Hello");
    assert_eq!(greeter.call::<_, String>("size", b"\xff\xff".to_vec()).unwrap(), "2");
    assert_eq!(config().get("greeting").as_deref(), Some("the caller's"));
}

#[test]
fn every_form_of_a_function_can_be_a_peer() {
    let ctx = MockContext::new();
    let peer = MockPeer::new()
        .function("nothing", || ())
        .function("own", |text: String| text)
        .function("bytes", |bytes: Vec<u8>| Bytes(bytes))
        .function("context", |ctx: &PluginContext| ctx.config().get("x").unwrap_or_default())
        .function("both", |_: &PluginContext, text: String| -> Result<String, String> { Err(text) });
    ctx.mock_peer("forms", peer);
    let peer = ctx.peers().load("forms").unwrap();
    assert_eq!(peer.call::<_, ()>("nothing", ()), Ok(()));
    assert_eq!(peer.call::<_, String>("own", "a"), Ok("a".into()));
    assert_eq!(peer.call::<_, Vec<u8>>("bytes", &b"\xff"[..]), Ok(vec![0xff]));
    assert_eq!(peer.call::<_, Option<String>>("context", ()), Ok(None));
    assert_eq!(peer.call::<_, String>("both", "no").unwrap_err().to_string(), "PEER forms.both: no");
}

#[test]
fn nothing_is_an_error_to_who_wants_something() {
    let ctx = MockContext::new();
    ctx.mock_peer("quiet", MockPeer::new().function("run", || ()));
    let error = ctx.peers().load("quiet").unwrap().call::<_, String>("run", ()).unwrap_err();
    insta::assert_snapshot!(error, @"PEER quiet.run returned no output; where an empty output is valid, ask for an `Option`");
}

#[test]
fn an_output_of_another_type_is_named() {
    let ctx = MockContext::new();
    ctx.mock_peer("bytes", MockPeer::new().function("run", || vec![0xff]));
    let peer = ctx.peers().load("bytes").unwrap();
    let error = peer.call::<_, String>("run", ()).unwrap_err();
    assert_eq!(error.to_string(), "PEER bytes.run returned an output that is not UTF-8");
    #[cfg(feature = "json")]
    {
        let error = peer.call::<_, plugsmith::Json<u8>>("run", ()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "PEER bytes.run returned an output that is not the expected JSON: expected value at line 1 column 1"
        );
    }
}

#[test]
fn an_unknown_function_lists_the_known_ones() {
    let ctx = MockContext::new();
    ctx.mock_peer("count_vowels", CountVowelsPeer::serve(Vowels));
    let error = ctx.peers().load("count_vowels").unwrap().call::<_, String>("cuont", "").unwrap_err();
    insta::assert_snapshot!(
        error,
        @"PEER count_vowels.cuont: no function `cuont`; the mock has `RESET.ALL`, `count_vowels`, `first`"
    );
}

#[test]
fn a_peer_is_loaded_once_and_again_where_another_is_asked_for() {
    let ctx = MockContext::new();
    ctx.mock_peer("a", MockPeer::new());
    let peers = ctx.peers();
    assert_eq!((peers.load("a").unwrap().id(), peers.load("a").unwrap().id()), (0, 0));
    assert_eq!(peers.load_another("a").unwrap().id(), 1);
}

#[test]
fn a_peer_whose_mock_is_gone_is_gone() {
    let guard = OldPeer::mock(Echo);
    let peer = OldPeer::load().unwrap();
    assert_eq!(peer.echo(vec![7]), Ok(Bytes(vec![7])));
    drop(guard);
    assert_eq!(peer.echo(vec![7]).unwrap_err().to_string(), "NOPEER no peer has the id 0: its mock was removed");
}

struct Echo;

impl Old for Echo {
    fn echo(&self, bytes: Vec<u8>) -> Result<Bytes, HostError> {
        Ok(Bytes(bytes))
    }
}

#[test]
fn the_free_function_and_the_context_find_the_same_peers() {
    let ctx = MockContext::new();
    ctx.mock_peer("count_vowels", CountVowelsPeer::serve(Vowels));
    assert_eq!(peers().in_env().load("count_vowels").unwrap().name(), "count_vowels");
}
