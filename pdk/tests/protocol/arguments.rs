//! Arguments: RESP and JSON spell the same ones.

use plugsmith::Value;
use plugsmith::protocol::arguments::{Encoding, decode, encode, encode_one};
use proptest::collection::vec;
use proptest::prelude::{prop_assert_eq, proptest};

use crate::strategy::{cases, value};

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn resp_and_json_arguments_agree(values in vec(value(), 0..5)) {
        let expected: Vec<Value> = values
            .iter()
            .map(|value| if value.is_null() { Value::Null } else { Value::from_bytes(encode_one(value)) })
            .collect();
        for encoding in [Encoding::Resp, Encoding::Json] {
            prop_assert_eq!(decode(&encode(&values, encoding)), Ok((expected.clone(), encoding)));
        }
    }
}

#[test]
fn no_input_is_no_arguments() {
    for input in [&b""[..], b" \r\n\t"] {
        assert_eq!(decode(input), Ok((vec![], Encoding::Json)));
    }
}

#[test]
fn an_argument_is_text_whatever_it_means() {
    let (json, _) = decode(br#" [ 7, -1.5e3, true, null, "7", [1, {"a": null}], {"$bytes": "/w=="} ] "#).unwrap();
    assert_eq!(
        json,
        [
            Value::from("7"),
            Value::from("-1.5e3"),
            Value::from("true"),
            Value::Null,
            Value::from("7"),
            Value::from(r#"[1, {"a": null}]"#),
            Value::BulkString(vec![0xff]),
        ]
    );
    let (resp, _) = decode(b"*7\r\n:7\r\n,-1.5e3\r\n#t\r\n_\r\n+7\r\n=7\r\ntxt:Ada\r\n$1\r\n\xff\r\n").unwrap();
    assert_eq!(
        resp,
        [
            Value::from("7"),
            Value::from("-1.5e3"),
            Value::from("true"),
            Value::Null,
            Value::from("7"),
            Value::from("Ada"),
            Value::BulkString(vec![0xff]),
        ]
    );
}

#[test]
fn bytes_are_an_argument_of_their_own_only() {
    let (nested, _) = decode(br#"[{"a": {"$bytes": "no base64"}}, {"$bytes": "!", "b": 1}, {"$bytes": 1}]"#).unwrap();
    assert_eq!(
        nested,
        [
            Value::from(r#"{"a": {"$bytes": "no base64"}}"#),
            Value::from(r#"{"$bytes": "!", "b": 1}"#),
            Value::from(r#"{"$bytes": 1}"#),
        ]
    );
}
