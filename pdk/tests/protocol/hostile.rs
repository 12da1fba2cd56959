//! Bytes from a host that means no good: no panic, no memory beyond the input, and the place of
//! each fault.

use plugsmith::Value;
use plugsmith::protocol::resp::{self, Reader};
use plugsmith::protocol::{arguments, json};
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

use crate::strategy::{cases, json_like, resp_like};

/// The memory that a decoded value holds.
fn footprint(value: &Value) -> usize {
    let all = |items: &[Value]| items.iter().map(footprint).sum::<usize>();
    match value {
        Value::String(text) | Value::SimpleString(text) | Value::BigNumber(text) | Value::Error(text) => {
            text.capacity()
        }
        Value::Verbatim(format, text) => format.capacity() + text.capacity(),
        Value::BulkString(bytes) => bytes.capacity(),
        Value::Array(items) | Value::Set(items) | Value::Push(items) => {
            items.capacity() * size_of::<Value>() + all(items)
        }
        Value::Map(pairs) => {
            pairs.capacity() * size_of::<(Value, Value)>()
                + pairs.iter().map(|(key, value)| footprint(key) + footprint(value)).sum::<usize>()
        }
        _ => 0,
    }
}

proptest! {
    #![proptest_config(cases(10_000))]

    #[test]
    fn any_bytes_are_a_value_or_an_error(bytes in resp_like()) {
        match resp::decode(&bytes) {
            Ok(value) => {
                // A vector of one element has room for four, so a level of 7 bytes may take 450.
                prop_assert!(footprint(&value) <= 128 * bytes.len(), "{} bytes", footprint(&value));
                prop_assert_eq!(resp::decode(&resp::encode(&value)), Ok(value));
            }
            Err(error) => prop_assert!(error.offset <= bytes.len(), "{error}"),
        }
    }

    #[test]
    fn every_method_of_a_reader_ends_in_an_answer(bytes in resp_like()) {
        for method in [
            |r: &mut Reader<'_>| r.text().map(drop),
            |r: &mut Reader<'_>| r.array().map(drop),
            |r: &mut Reader<'_>| r.integer().map(drop),
            |r: &mut Reader<'_>| r.unsigned().map(drop),
            |r: &mut Reader<'_>| r.boolean().map(drop),
            |r: &mut Reader<'_>| r.error_reply().map(drop),
            |r: &mut Reader<'_>| r.finish(),
        ] {
            let mut reader = Reader::new(&bytes);
            reader.take_null();
            while method(&mut reader).is_some() && reader.peek().is_some() {
                if !matches!(reader.peek(), Some(b'-' | b'!')) && reader.value().is_none() {
                    break;
                }
            }
        }
    }

    #[test]
    fn any_bytes_are_arguments_or_an_error(bytes in resp_like()) {
        let _ = arguments::decode(&bytes);
        let _ = arguments::decode(&[b"*2\r\n", &bytes[..]].concat());
    }

    #[test]
    fn json_is_accepted_where_serde_json_accepts_it(bytes in json_like()) {
        let ours = arguments::decode(&bytes);
        let theirs = serde_json::from_slice::<Vec<serde_json::Value>>(&bytes);
        match (&ours, &theirs) {
            (Ok((ours, arguments::Encoding::Json)), Ok(theirs)) => prop_assert_eq!(ours.len(), theirs.len()),
            (Err(error), Ok(_)) => prop_assert!(error.contains("$bytes"), "{error}"),
            (Ok((ours, arguments::Encoding::Json)), Err(_)) => prop_assert!(ours.is_empty() && bytes.trim_ascii().is_empty()),
            _ => {}
        }
    }
}

#[test]
fn a_length_is_believed_as_far_as_the_bytes_that_follow() {
    for head in ["*", "~", ">", "%", "$", "=", "!"] {
        for length in ["1", "1000000", "2147483648", "9223372036854775807"] {
            let error = resp::decode(format!("{head}{length}\r\n").as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), "invalid RESP at byte 1: a length exceeds the bytes that follow");
        }
    }
}

#[test]
#[cfg(not(miri))]
fn every_fault_of_resp_is_named_with_its_place() {
    let deep = b"*1\r\n".repeat(65);
    let faults: [&[u8]; 33] = [
        b"",
        b"+OK",
        b"+OK\r",
        b"+a\rb\r\n",
        b"+a\nb\r\n",
        b"+\xff\r\n",
        b"x",
        b"\0",
        b"+OK\r\n+OK\r\n",
        b":\r\n",
        b":7a\r\n",
        b":9223372036854775808\r\n",
        b":-9223372036854775809\r\n",
        b",\r\n",
        b",infinity\r\n",
        b",1.2.3\r\n",
        b"#true\r\n",
        b"(12a\r\n",
        b"_x\r\n",
        b"$3\r\nAd\r\n",
        b"$3\r\nAda__\r\n",
        b"$-2\r\n",
        b"$+\r\n",
        b"$99999999999999999999\r\n",
        b"*2\r\n:1\r\n",
        b"*1\r\n:a\r\n",
        b"%-1\r\n",
        b"~-1\r\n",
        b">-1\r\n",
        b"=3\r\ntxt\r\n",
        b"=5\r\ntxt-a\r\n",
        b"=5\r\ntxt:\xff\r\n",
        &deep,
    ];
    let table: String = faults
        .iter()
        .map(|bytes| {
            let shown = bytes.get(..24).unwrap_or(bytes).escape_ascii();
            format!("{shown}\n    {}\n", resp::decode(bytes).unwrap_err())
        })
        .collect();
    insta::assert_snapshot!(table);
}

#[test]
#[cfg(not(miri))]
fn every_fault_of_arguments_is_named_with_its_place() {
    let deep = "[".repeat(65);
    let faults: [&[u8]; 36] = [
        b"Ada",
        b"{}",
        b"\xff",
        b"*",
        b" *0\r\n",
        b"*1\r\n*0\r\n",
        b"*1\r\n-ERR\r\n",
        b"*1\r\n$3\r\nAd\r\n",
        b"*9\r\n",
        b"*-1\r\n",
        b"*0\r\n*0\r\n",
        b"[",
        b"[1",
        b"[1,",
        b"[1,]",
        b"[1 2]",
        b"[1]]",
        b"[01]",
        b"[+1]",
        b"[1.]",
        b"[1e]",
        b"[-]",
        b"[nul]",
        b"[NaN]",
        b"[\xff]",
        b"[\"a]",
        b"[\"a\nb\"]",
        b"[\"\\x\"]",
        b"[\"\\u12g4\"]",
        b"[\"\\u12",
        b"[\"\\ud834\"]",
        b"[\"\\udd1e\"]",
        b"[{1:2}]",
        b"[{\"a\" 1}]",
        b"[{\"$bytes\":\"YQ\"}]",
        deep.as_bytes(),
    ];
    let table: String = faults
        .iter()
        .map(|bytes| {
            let shown = bytes.get(..24).unwrap_or(bytes).escape_ascii();
            format!("{shown}\n    {}\n", arguments::decode(bytes).unwrap_err())
        })
        .collect();
    insta::assert_snapshot!(table);
}

#[test]
fn headers_must_be_an_object_of_texts() {
    let read = |text| json::Scanner::new(text).text_object();
    assert_eq!(read(r#" { "a" : "b" } "#), Ok(vec![("a".into(), "b".into())]));
    assert_eq!(read("{}"), Ok(vec![]));
    assert_eq!(read(r#"{"a":1}"#).unwrap_err().message, "expected a string");
    for (text, message, offset) in [
        ("[]", "expected a list", 0),
        (r#"{"a" "b"}"#, "expected : after a key", 5),
        (r#"{"a":"b"}x"#, "bytes after the value", 9),
        (r#"{"a":"b""#, "expected , or the end of a list", 8),
    ] {
        assert_eq!(read(text), Err(json::JsonError { message, offset }), "{text}");
    }
}
