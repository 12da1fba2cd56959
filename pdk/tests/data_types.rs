//! Data types, natively: supplied and hand-written encodings, versions, and what else a key holds.

#![cfg(feature = "data-types")]

use plugsmith::testing::{MockContext, Stored, assert_round_trips};
use plugsmith::{DataType, Encoded, Encoding, HostError, Ttl, data_type, decode_compact, encode_compact};

/// A set of words with counts.
#[data_type(name = "BAG")]
#[derive(Debug, PartialEq, Default)]
struct Bag {
    words: Vec<(String, usize)>,
    limit: Option<u32>,
}

/// What version 1 of a point wrote.
mod earlier {
    #[derive(serde::Deserialize, serde::Serialize)]
    pub(super) struct Point {
        pub(super) x: i32,
    }
}

#[data_type(name = "POINT", version = 2, migrate = migrate_point)]
#[derive(Debug, PartialEq)]
struct Point {
    x: i32,
    y: i32,
}

fn migrate_point(version: u32, bytes: &[u8]) -> Result<Point, String> {
    match version {
        1 => decode_compact::<earlier::Point>(bytes).map(|old| Point { x: old.x, y: 0 }),
        version => Err(format!("version {version} was never released")),
    }
}

#[data_type(name = "FLAGS", encoding = "flags-v3")]
struct Flags(u8);

impl DataType for Flags {
    fn memory_usage(&self) -> usize {
        1
    }
}

impl Encoding for Flags {
    const VERSION: u32 = 3;

    fn encode(&self) -> Vec<u8> {
        vec![self.0]
    }

    fn decode(bytes: &[u8]) -> Result<Flags, String> {
        match bytes {
            [flags] => Ok(Flags(*flags)),
            _ => Err(format!("expected 1 byte, got {}", bytes.len())),
        }
    }
}

#[test]
fn a_supplied_encoding_is_compact_and_the_same_on_every_target() {
    let bag = Bag { words: vec![("tea".into(), 300)], limit: None };
    // A count, a length, the text, a varint, and no limit: a usize is not 8 bytes wide here.
    assert_eq!(bag.encode(), [1, 3, b't', b'e', b'a', 0xac, 2, 0]);
    assert_eq!(Bag::decode(&bag.encode()), Ok(bag));
}

#[test]
fn every_value_survives_its_encoding() {
    assert_round_trips(|random| Bag {
        words: (0..random.below(9)).map(|n| (format!("word {n}"), random.below(1 << 32) as usize)).collect(),
        limit: (random.below(2) == 1).then(|| random.below(1 << 32) as u32),
    });
    assert_round_trips(|random| Flags(random.below(256) as u8));
}

#[test]
fn an_old_version_migrates() {
    let ctx = MockContext::new();
    hold(&ctx, 1, encode_compact(&earlier::Point { x: 7 }).unwrap());
    assert_eq!(ctx.storage().get_typed::<Point>("p"), Ok(Some(Point { x: 7, y: 0 })));
}

#[test]
fn an_unknown_version_is_a_clear_error() {
    let ctx = MockContext::new();
    hold(&ctx, 3, vec![1]);
    assert_eq!(
        ctx.storage().get_typed::<Point>("p").err(),
        Some(HostError::new("POINT: version 3 is unknown: this plugin knows up to 2"))
    );
}

/// Lets the key `p` hold a point as some version wrote it.
fn hold(ctx: &MockContext, version: u32, bytes: Vec<u8>) {
    let stored = Stored::Typed("POINT".into(), Encoded { version, bytes });
    ctx.with(|host| host.store.set_stored("p", stored, None));
}

#[test]
fn a_version_without_migration_is_a_clear_error() {
    let ctx = MockContext::new();
    ctx.with(|host| {
        let encoded = plugsmith::Encoded { version: 2, bytes: vec![1] };
        host.store.set_stored("f", plugsmith::testing::Stored::Typed("FLAGS".into(), encoded), None);
    });
    assert_eq!(ctx.storage().get_typed::<Flags>("f").err(), Some(HostError::new("FLAGS: version 2 has no migration")));
}

#[test]
fn bytes_that_are_no_value_are_a_clear_error() {
    assert_eq!(Bag::decode(&[1, 3, b't']), Err("Hit the end of buffer, expected more data".into()));
    assert_eq!(Bag::decode(&[0, 0, 9]), Err("bytes after the value".into()));
    assert!(Bag::decode(&[0xff, 0xff, 0xff, 0xff, 0x0f]).is_err());
}

#[test]
fn another_type_at_the_key_is_refused_both_ways() {
    let ctx = MockContext::new();
    let wrong = HostError::new("WRONGTYPE Operation against a key holding the wrong kind of value");
    ctx.storage().set("s", "text").unwrap();
    ctx.storage().set_typed("b", &Bag::default()).unwrap();

    assert_eq!(ctx.storage().get_typed::<Bag>("s").err(), Some(wrong.clone()));
    assert_eq!(ctx.storage().set_typed("s", &Bag::default()).err(), Some(wrong.clone()));
    assert_eq!(ctx.storage().get_typed::<Flags>("b").err(), Some(wrong.clone()));
    assert_eq!(ctx.storage().get("b").err(), Some(wrong.clone()));
    assert_eq!(ctx.storage().incr("b").err(), Some(wrong));
}

#[test]
fn a_typed_key_is_a_key_like_any_other() {
    let ctx = MockContext::new();
    let storage = ctx.storage();
    assert!(storage.get_typed::<Bag>("b").unwrap().is_none());
    storage.set_typed("b", &Bag::default()).unwrap();
    assert_eq!(storage.type_of("b").unwrap(), "BAG");
    assert_eq!(storage.keys("*").unwrap(), ["b"]);
    storage.expire("b", 60).unwrap();
    storage.set_typed("b", &Bag::default()).unwrap();
    assert_eq!(storage.ttl("b").unwrap(), Ttl::Seconds(60));
    assert!(storage.delete("b").unwrap());
    assert_eq!(storage.type_of("b").unwrap(), "none");
}

#[test]
fn the_defaults_of_the_traits_are_those_of_the_attribute() {
    assert_eq!((Bag::type_name(), Bag::encoding_version()), ("BAG", 1));
    assert_eq!((Flags::type_name(), Flags::encoding_version()), ("FLAGS", 3));
    assert_eq!(Flags(0).memory_usage(), 1);
    assert!(Bag::default().memory_usage() >= size_of::<Bag>());
}
