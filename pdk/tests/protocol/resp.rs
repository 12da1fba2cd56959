//! RESP2 and RESP3 round trips, and the methods of `Reader`.

use plugsmith::Value;
use plugsmith::protocol::resp::{self, Reader, ResponseError};
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use crate::strategy::{cases, value};

/// What is left of `value` in RESP3: a big number that is no number and a verbatim string whose
/// format has not three bytes are plain text.
fn in_resp3(value: Value) -> Value {
    match value {
        Value::BigNumber(text) if !is_integer(&text) => Value::String(text),
        Value::Verbatim(format, text) if format.len() != 3 => Value::String(text),
        other => inside(other, in_resp3),
    }
}

/// What is left of `value` in RESP2, as the variants document it.
fn in_resp2(value: Value) -> Value {
    match inside(value, in_resp2) {
        Value::Double(n) if n.is_nan() => Value::String("nan".into()),
        Value::Double(n) => Value::String(n.to_string()),
        Value::Boolean(b) => Value::Integer(b.into()),
        Value::BigNumber(text) | Value::Verbatim(_, text) => Value::String(text),
        Value::Set(items) | Value::Push(items) => Value::Array(items),
        Value::Map(pairs) => Value::Array(pairs.into_iter().flat_map(|(key, value)| [key, value]).collect()),
        Value::Error(text) => Value::Error(text.replace(['\r', '\n'], " ")),
        other => other,
    }
}

fn inside(value: Value, convert: fn(Value) -> Value) -> Value {
    let all = |items: Vec<Value>| items.into_iter().map(convert).collect();
    match value {
        Value::Array(items) => Value::Array(all(items)),
        Value::Set(items) => Value::Set(all(items)),
        Value::Push(items) => Value::Push(all(items)),
        Value::Map(pairs) => Value::Map(pairs.into_iter().map(|(key, value)| (convert(key), convert(value))).collect()),
        scalar => scalar,
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.chars().all(|letter| letter.is_ascii_digit())
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn resp3_gives_every_value_back(value in value()) {
        prop_assert_eq!(resp::decode(&resp::encode(&value)), Ok(in_resp3(value)));
    }

    #[test]
    fn resp2_gives_back_what_it_can_say(value in value()) {
        prop_assert_eq!(resp::decode(&resp::encode_resp2(&value)), Ok(in_resp2(value)));
    }

    #[test]
    fn every_prefix_of_a_value_wants_more(value in value()) {
        for bytes in [resp::encode(&value), resp::encode_resp2(&value)] {
            for length in 0..bytes.len() {
                let error = resp::decode_prefix(&bytes[..length]).unwrap_err();
                prop_assert!(error.wants_more(), "{error} in {}", bytes[..length].escape_ascii());
            }
            let longer = [&bytes[..], b"+rest"].concat();
            prop_assert_eq!(resp::decode_prefix(&longer).unwrap().1, bytes.len());
        }
    }
}

#[test]
fn an_attribute_is_read_and_dropped() {
    assert_eq!(resp::decode(b"|1\r\n+ttl\r\n:9\r\n$3\r\nAda\r\n").unwrap(), "Ada");
}

#[test]
fn null_has_three_spellings() {
    for null in [&b"_\r\n"[..], b"$-1\r\n", b"*-1\r\n"] {
        assert_eq!(resp::decode(null), Ok(Value::Null));
        let mut reader = Reader::new(null);
        assert!(reader.take_null());
        assert_eq!(reader.finish(), Some(()));
    }
    assert!(!Reader::new(b"$0\r\n\r\n").take_null());
}

#[test]
fn arrays_nest_64_deep_and_no_deeper() {
    let nested = |depth| [b"*1\r\n".repeat(depth), b"*0\r\n".to_vec()].concat();
    assert!(resp::decode(&nested(63)).is_ok());
    assert_eq!(resp::decode(&nested(64)), Err(ResponseError { message: "nested too deeply", offset: 256 }));
    // An attribute counts as a level, so a row of them ends as well.
    let attributes = b"|0\r\n".repeat(1_000);
    assert_eq!(resp::decode(&attributes).unwrap_err().message, "nested too deeply");
}

/// Reads `bytes` with `read`, and says what came of it and what is left.
fn read<'a, T>(
    bytes: &'a [u8],
    read: impl FnOnce(&mut Reader<'a>) -> Option<T>,
) -> Result<(T, Option<u8>), (usize, &'static str)> {
    let mut reader = Reader::new(bytes);
    match read(&mut reader) {
        Some(value) => Ok((value, reader.peek())),
        None => Err((reader.fault().offset, reader.fault().message)),
    }
}

#[test]
fn a_reader_yields_text_of_every_scalar() {
    let text = |bytes| read(bytes, |reader| Some(reader.text()?.escape_ascii().to_string()));
    let some = |text: &str| Ok((text.to_owned(), None));
    assert_eq!(text(b"$3\r\nAda\r\n"), some("Ada"));
    assert_eq!(text(b"$0\r\n\r\n"), some(""));
    assert_eq!(text(b"=7\r\ntxt:Ada\r\n"), some("Ada"));
    assert_eq!(text(b"+Ada\r\n"), some("Ada"));
    assert_eq!(text(b":7\r\n"), some("7"));
    assert_eq!(text(b",1.5\r\n"), some("1.5"));
    assert_eq!(text(b"#t\r\n"), some("true"));
    assert_eq!(text(b"#f\r\n"), some("false"));
    assert_eq!(text(b"(12345678901234567890\r\n"), some("12345678901234567890"));
    assert_eq!(text(b"_\r\n"), Err((0, "expected a string, not null")));
    assert_eq!(text(b"$-1\r\n"), Err((1, "expected a string, not null")));
    assert_eq!(text(b"*0\r\n"), Err((0, "expected a string")));
    assert_eq!(text(b"-ERR\r\n"), Err((0, "expected a string")));
    assert_eq!(text(b"#y\r\n"), Err((1, "a boolean must be t or f")));
}

#[test]
fn a_reader_yields_numbers_and_booleans() {
    assert_eq!(read(b":-7\r\n:", Reader::integer), Ok((-7, Some(b':'))));
    assert_eq!(read(b"$2\r\n42\r\n", Reader::integer), Ok((42, None)));
    assert_eq!(read(b":9223372036854775808\r\n", Reader::integer), Err((1, "not a 64-bit integer")));
    assert_eq!(read(b"_\r\n", Reader::integer), Err((0, "expected a string, not null")));
    assert_eq!(read(b":-1\r\n", Reader::unsigned), Ok((u64::MAX, None)));
    assert_eq!(read(b"#t\r\n", Reader::boolean), Ok((true, None)));
    assert_eq!(read(b":0\r\n", Reader::boolean), Ok((false, None)));
    assert_eq!(read(b":2\r\n", Reader::boolean), Err((1, "expected a boolean")));
    assert_eq!(read(b"$1\r\nx\r\n", Reader::boolean), Err((4, "expected a boolean")));
}

#[test]
fn a_reader_yields_bytes_arrays_and_errors() {
    assert_eq!(read(b"$1\r\n\xff\r\n", |r| r.text().map(<[u8]>::to_vec)), Ok((vec![0xff], None)));
    assert_eq!(read(b"*2\r\n_\r\n_\r\n", Reader::array), Ok((2, Some(b'_'))));
    assert_eq!(read(b"~0\r\n", Reader::array), Ok((0, None)));
    assert_eq!(read(b"*-1\r\n", Reader::array), Err((1, "expected an array, not null")));
    assert_eq!(read(b"%1\r\n", Reader::array), Err((0, "expected an array")));
    assert_eq!(read(b"-ERR no\r\n", Reader::error_reply), Ok(("ERR no".into(), None)));
    assert_eq!(read(b"!6\r\nERR\r\nx\r\n", Reader::error_reply), Ok(("ERR\r\nx".into(), None)));
    assert_eq!(read(b"-\xff\r\n", Reader::error_reply), Ok(("?".into(), None)));
    let mut reader = Reader::new(b"+OK\r\n");
    assert_eq!((reader.error_reply(), reader.peek()), (None, Some(b'+')));
}
