//! Values and bytes for property tests, from a fixed seed: every run is the same run.

use plugsmith::Value;
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof};
use proptest::sample::select;
use proptest::test_runner::RngSeed;

/// So many cases from a fixed seed; few under Miri, which is a thousand times slower.
pub(crate) fn cases(count: u32) -> ProptestConfig {
    ProptestConfig {
        cases: if cfg!(miri) { count.min(3) } else { count },
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(0x0070_6c75_6773),
        ..ProptestConfig::default()
    }
}

/// Text that a careless codec stumbles over.
pub(crate) fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{0,6}",
        "\\PC{0,6}",
        vec(
            prop_oneof![
                Just('\r'),
                Just('\n'),
                Just('\0'),
                Just('"'),
                Just('\\'),
                Just(':'),
                Just('$'),
                Just('*'),
                Just('7'),
                Just('\u{1f}'),
                Just('é'),
                Just('𝄞'),
            ],
            0..6
        )
        .prop_map(String::from_iter),
        prop_oneof![Just("OK"), Just("$bytes"), Just("$error"), Just("nan"), Just("-1"), Just("+7")]
            .prop_map(str::to_owned),
    ]
}

fn double() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        Just(0.0),
        Just(-0.0),
        Just(f64::MAX),
        Just(f64::MIN_POSITIVE),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
        Just(f64::NAN),
    ]
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Ok),
        Just(Value::Null),
        text().prop_map(Value::String),
        text().prop_map(Value::SimpleString),
        vec(any::<u8>(), 0..9).prop_map(Value::BulkString),
        prop_oneof![any::<i64>(), Just(i64::MIN), Just(i64::MAX), -3..3i64].prop_map(Value::Integer),
        double().prop_map(Value::Double),
        any::<bool>().prop_map(Value::Boolean),
        prop_oneof!["[+-]?[0-9]{1,40}".boxed(), text().boxed()].prop_map(Value::BigNumber),
        (prop_oneof!["txt".boxed(), "[:\r\n é]{1,3}".boxed(), text().boxed()], text())
            .prop_map(|(format, text)| Value::Verbatim(format, text)),
        text().prop_map(Value::Error),
    ]
}

/// Any value, a few levels deep.
pub(crate) fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::Array),
            vec(inner.clone(), 0..4).prop_map(Value::Set),
            vec(inner.clone(), 0..4).prop_map(Value::Push),
            vec((inner.clone(), inner), 0..4).prop_map(Value::Map),
        ]
    })
}

const RESP_WORDS: &[&[u8]] = &[
    b"\r\n",
    b"*",
    b"~2\r\n",
    b">1\r\n",
    b"%1\r\n",
    b"|1\r\n",
    b"*2\r\n",
    b"*-1\r\n",
    b"$-1\r\n",
    b"$3\r\nabc\r\n",
    b"$2\r\n\xff\xfe\r\n",
    b"=7\r\ntxt:abc\r\n",
    b"!3\r\nERR\r\n",
    b"-ERR\r\n",
    b"+OK\r\n",
    b":7\r\n",
    b",1.5\r\n",
    b"(123\r\n",
    b"#t\r\n",
    b"_\r\n",
    b"9223372036854775807\r\n",
    b"\r",
    b"-",
    b"\xff",
];
const JSON_WORDS: &[&[u8]] = &[
    b"[",
    b"]",
    b"{",
    b"}",
    b",",
    b":",
    b" ",
    b"\"a\"",
    b"\"$bytes\"",
    b"\"/+A=\"",
    b"\"\\u00e9\"",
    b"\"\\ud834\\udd1e\"",
    b"\"\\ud834\"",
    b"null",
    b"true",
    b"-1.5",
    b"01",
    b"\"",
    b"\\",
    b"\xff",
];

/// Bytes that look like RESP often enough to get deep into a decoder.
pub(crate) fn resp_like() -> impl Strategy<Value = Vec<u8>> {
    let word = select(RESP_WORDS);
    prop_oneof![vec(word, 0..12).prop_map(|words| words.concat()), vec(any::<u8>(), 0..24),]
}

/// Bytes that look like JSON often enough to get deep into a scanner.
pub(crate) fn json_like() -> impl Strategy<Value = Vec<u8>> {
    let word = select(JSON_WORDS);
    prop_oneof![
        vec(word.clone(), 0..12).prop_map(|words| [b"[", &words.concat()[..], b"]"].concat()),
        vec(word, 0..12).prop_map(|words| words.concat()),
        vec(any::<u8>(), 0..24),
    ]
}
