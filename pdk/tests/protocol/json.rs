//! The JSON of a value is what the table in `protocol::json` says, and serde_json reads it.

use plugsmith::Value;
use plugsmith::protocol::json;
use proptest::prelude::{prop_assert, prop_assert_eq, proptest};
use serde_json::{Value as Json, json};

use crate::strategy::{cases, text, value};

/// The table, written a second time.
fn mapped(value: &Value) -> Json {
    match value {
        Value::Ok => json!("OK"),
        Value::String(text) | Value::SimpleString(text) | Value::BigNumber(text) | Value::Verbatim(_, text) => {
            json!(text)
        }
        Value::BulkString(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => json!(text),
            Err(_) => json!({ "$bytes": crate::base64::reference(bytes) }),
        },
        Value::Integer(n) => json!(n),
        Value::Double(n) if n.is_nan() => json!("nan"),
        Value::Double(n) if n.is_infinite() => json!(if *n > 0.0 { "inf" } else { "-inf" }),
        Value::Double(n) => json!(n),
        Value::Boolean(b) => json!(b),
        Value::Array(items) | Value::Set(items) | Value::Push(items) => items.iter().map(mapped).collect(),
        Value::Map(pairs) => {
            let keys: Option<Vec<&str>> = pairs.iter().map(|(key, _)| key.as_str()).collect();
            let keys = keys.filter(|keys| {
                let mut unique = keys.clone();
                unique.sort_unstable();
                unique.dedup();
                unique.len() == keys.len() && keys != &["$bytes"] && keys != &["$error"]
            });
            match keys {
                Some(keys) => keys.iter().zip(pairs).map(|(key, (_, value))| (*key, mapped(value))).collect(),
                None => pairs.iter().map(|(key, value)| json!([mapped(key), mapped(value)])).collect(),
            }
        }
        Value::Null => Json::Null,
        Value::Error(text) => json!({ "$error": text }),
    }
}

/// Equal but for the last bit of a double, which serde_json reads fast rather than exactly.
fn same(ours: &Json, mapped: &Json) -> bool {
    match (ours, mapped) {
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        (Json::Number(a), Json::Number(b)) if a.is_f64() && b.is_f64() => {
            let bits = |n: &serde_json::Number| n.as_f64().unwrap_or(0.0).to_bits();
            bits(a).abs_diff(bits(b)) <= 1
        }
        _ => ours == mapped,
    }
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn serde_json_reads_what_the_table_says(value in value()) {
        let mut text = Vec::new();
        json::write(&mut text, &value);
        let parsed: Json = serde_json::from_slice(&text).unwrap();
        prop_assert!(same(&parsed, &mapped(&value)), "{parsed} is not {}", mapped(&value));
    }

    #[test]
    fn a_string_survives_both_ways(text in text()) {
        let mut ours = Vec::new();
        json::write_string(&mut ours, &text);
        prop_assert_eq!(serde_json::from_slice::<String>(&ours).unwrap(), text.clone());
        let theirs = serde_json::to_string(&[&text]).unwrap();
        prop_assert_eq!(json::Scanner::new(&theirs).array(), Ok(vec![json::Json::Text(text)]));
    }

    #[test]
    fn an_integer_is_its_decimal_digits(n in proptest::num::i64::ANY) {
        let mut ours = Vec::new();
        json::write_integer(&mut ours, n);
        prop_assert_eq!(String::from_utf8(ours).unwrap(), n.to_string());
    }

    #[test]
    fn a_double_is_read_back_exactly(n in proptest::num::f64::ANY) {
        let mut ours = Vec::new();
        json::write_double(&mut ours, n);
        let text = String::from_utf8(ours).unwrap();
        let back: f64 = text.trim_matches('"').parse().unwrap();
        prop_assert!(back.to_bits() == n.to_bits() || n.is_nan(), "{text}");
    }
}

#[test]
fn every_escape_of_json_is_understood() {
    let text = r#"["\"\\\/\b\f\n\r\t\u0041\u00e9\ud834\udd1e"]"#;
    let expected: Vec<String> = serde_json::from_str(text).unwrap();
    assert_eq!(json::Scanner::new(text).array(), Ok(vec![json::Json::Text(expected[0].clone())]));
}
