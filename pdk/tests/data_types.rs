//! Data types, natively: supplied and hand-written encodings, versions, and what else a key holds.

#![cfg(feature = "data-types")]

use std::collections::HashMap;
use std::fmt::Debug;

use plugsmith::testing::{MockContext, SeededRandom, Stored, assert_round_trips};
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
#[derive(Debug, PartialEq)]
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

/// The panic of the property test for values that `make` makes.
fn failure<T: DataType + Debug + PartialEq>(make: fn(&mut SeededRandom) -> T) -> String {
    let panic = std::panic::catch_unwind(|| assert_round_trips(make)).expect_err("it fails");
    panic.downcast_ref::<String>().expect("a message").lines().next().unwrap_or_default().to_owned()
}

#[test]
fn a_type_that_loses_a_field_does_not_round_trip() {
    /// Its encoding drops `y`.
    #[data_type(name = "LOSSY", encoding = "lossy")]
    #[derive(Debug, PartialEq)]
    struct Lossy {
        x: u8,
        y: u8,
    }

    impl DataType for Lossy {}

    impl Encoding for Lossy {
        fn encode(&self) -> Vec<u8> {
            vec![self.x]
        }

        fn decode(bytes: &[u8]) -> Result<Lossy, String> {
            Ok(Lossy { x: *bytes.first().ok_or("no bytes")?, y: 0 })
        }
    }

    #[data_type]
    #[derive(Debug, PartialEq)]
    struct Skipping {
        #[serde(skip)]
        x: u64,
    }

    assert_eq!(
        failure(|random| Lossy { x: random.below(256) as u8, y: random.below(256) as u8 }),
        "assertion `left == right` failed: value 0 of LOSSY does not come back as it was"
    );
    assert_eq!(
        failure(|random| Skipping { x: random.u64() }),
        "assertion `left == right` failed: value 0 of SKIPPING does not come back as it was"
    );
}

#[test]
fn a_value_without_an_order_of_its_bytes_round_trips() {
    #[data_type]
    #[derive(Debug, PartialEq)]
    struct Counts(HashMap<String, u64>);

    assert_round_trips(|random| Counts((0..9).map(|n| (format!("word {n}"), random.u64())).collect()));
}

#[test]
fn a_field_without_a_compact_form_does_not_round_trip() {
    #[data_type]
    #[derive(Debug, PartialEq)]
    struct Free(serde_json::Value);

    assert_eq!(
        failure(|random| Free(random.u64().into())),
        "value 0 of FREE does not decode: a field such as serde_json::Value needs a format with names: \
         give the data type an `encoding` of its own"
    );
}

#[test]
fn the_authors_own_derives_of_serde_are_enough() {
    #[data_type]
    #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
    struct Both(u64);

    #[data_type]
    #[derive(Debug, PartialEq, serde::Serialize)]
    struct One(u64);

    assert_round_trips(|random| Both(random.u64()));
    assert_round_trips(|random| One(random.u64()));
}

/// The name and version of a type that its author also says in `DataType`.
macro_rules! declared {
    ($type:ident, $attribute:literal, $name:literal, $version:literal) => {
        #[data_type(name = $attribute, encoding = "bloom-v1")]
        #[derive(Debug)]
        struct $type;

        impl DataType for $type {
            fn type_name() -> &'static str {
                $name
            }

            fn encoding_version() -> u32 {
                $version
            }
        }

        impl Encoding for $type {
            fn encode(&self) -> Vec<u8> {
                Vec::new()
            }

            fn decode(_: &[u8]) -> Result<$type, String> {
                Ok($type)
            }
        }
    };
}

// As the page has it: a name in other letters.
declared!(Bloom, "BLOOM", "bloom", 1);
declared!(Misnamed, "MISNAMED", "bloomfilter", 1);
declared!(Newer, "NEWER", "NEWER", 2);

#[test]
fn storage_has_the_name_and_version_of_the_manifest() {
    let ctx = MockContext::new();
    ctx.storage().set_typed("b", &Bloom).unwrap();
    assert_eq!(ctx.storage().type_of("b").unwrap(), "BLOOM");
    assert!(ctx.storage().get_typed::<Bloom>("b").unwrap().is_some());
}

#[test]
fn a_type_that_contradicts_its_manifest_is_refused_both_ways() {
    let ctx = MockContext::new();
    let named = HostError::new("MISNAMED: type_name() is bloomfilter: make it the name of #[data_type]");
    assert_eq!(ctx.storage().set_typed("b", &Misnamed).err(), Some(named.clone()));
    assert_eq!(ctx.storage().get_typed::<Misnamed>("b").err(), Some(named));
    let version = HostError::new("NEWER: encoding_version() is 2: make it Encoding::VERSION, which is 1");
    assert_eq!(ctx.storage().set_typed("b", &Newer).err(), Some(version.clone()));
    assert_eq!(ctx.storage().get_typed::<Newer>("b").err(), Some(version));
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
    assert_eq!(
        ctx.storage().get_typed::<Flags>("f").err(),
        Some(HostError::new(
            "FLAGS: version 2 needs fn migrate: values of earlier versions never reach `decode`; write `fn migrate(version: u32, bytes: &[u8])` in `impl Encoding`, or name one with `#[data_type(migrate = ..)]`; where `decode` reads every version by what is in the bytes, it is `Self::decode(bytes)`"
        ))
    );
}

#[test]
fn bytes_that_are_no_value_are_a_clear_error() {
    assert_eq!(Bag::decode(&[1, 3, b't']), Err("the bytes end before the value does".into()));
    assert_eq!(Bag::decode(&[0, 0, 9]), Err("bytes after the value".into()));
    assert!(Bag::decode(&[0xff, 0xff, 0xff, 0xff, 0x0f]).is_err());
    assert_eq!(Bag::decode(&[0, 2]), Err("the bytes belong to another type".into()));
    let large = encode_compact(&u64::MAX).unwrap();
    assert_eq!(
        decode_compact::<u32>(&large),
        Err("a field holds a value that its type cannot represent, such as a number beyond 32 bits in a usize on wasm32".into())
    );
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
