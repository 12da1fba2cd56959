//! The grammar and the paths, against `serde_json` and against what they promise.

use ferrite_json::document::Document;
use ferrite_json::json::Compact;
use ferrite_json::path::Path;
use plugsmith_harness::plugsmith::testing::assert_round_trips;
use plugsmith_harness::plugsmith::{DataType, Encoding};
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use serde_json::Value;

#[test]
fn every_mistake_has_its_place() {
    for (text, expected) in [
        ("", "invalid JSON at byte 0: expected a value"),
        ("  ", "invalid JSON at byte 2: expected a value"),
        ("nul", "invalid JSON at byte 0: expected a value"),
        ("{'a':1}", "invalid JSON at byte 1: expected a name in quotes"),
        ("{\"a\" 1}", "invalid JSON at byte 5: expected : after a name"),
        ("{\"a\":1,}", "invalid JSON at byte 7: expected a name in quotes"),
        ("{\"a\":1 \"b\":2}", "invalid JSON at byte 7: expected , or }"),
        ("[1 2]", "invalid JSON at byte 3: expected , or ]"),
        ("[1", "invalid JSON at byte 2: expected , or ]"),
        ("1 2", "invalid JSON at byte 2: more text after the value"),
        ("01", "invalid JSON at byte 1: more text after the value"),
        ("-", "invalid JSON at byte 1: expected a digit"),
        ("+1", "invalid JSON at byte 0: expected a value"),
        (".5", "invalid JSON at byte 0: expected a value"),
        ("1.", "invalid JSON at byte 2: expected a digit"),
        ("1.e5", "invalid JSON at byte 2: expected a digit"),
        ("1e+", "invalid JSON at byte 3: expected a digit"),
        ("\"abc", "invalid JSON at byte 0: a string that is not closed"),
        ("\"a\nb\"", "invalid JSON at byte 2: a control character in a string: write \\n, \\t or \\u0000"),
        ("\"\\x\"", "invalid JSON at byte 1: an escape is one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0000"),
        ("\"\\u12g4\"", "invalid JSON at byte 1: \\u must be followed by four hex digits"),
        ("\"\\u+123\"", "invalid JSON at byte 1: \\u must be followed by four hex digits"),
        ("\"\\ud83e!\"", "invalid JSON at byte 1: an unpaired surrogate stands for no letter"),
        ("\"\\udd80\"", "invalid JSON at byte 1: an unpaired surrogate stands for no letter"),
        ("\"\\ud83e\\u0041\"", "invalid JSON at byte 1: an unpaired surrogate stands for no letter"),
        ("{\"a\":1,\"\\u0061\":2}", "invalid JSON at byte 7: this name stands twice in its object"),
    ] {
        assert_eq!(Compact::parse(text).unwrap_err().to_string(), expected, "{text}");
    }
}

#[test]
fn every_path_that_is_none_says_where() {
    for (text, expected) in [
        ("", "expected $ at byte 0"),
        ("name", "expected $ at byte 0"),
        ("[0]", "expected $ at byte 0"),
        ("$name", "expected . or [ at byte 1"),
        ("$.", "expected a name at byte 2"),
        ("$..a", "expected a name at byte 2"),
        ("$.*", "expected a name at byte 2"),
        ("$.a b", "expected . or [ at byte 3"),
        ("$.a[]", "expected an index or a name in quotes at byte 4"),
        ("$[*]", "expected an index or a name in quotes at byte 2"),
        ("$[?(@.a)]", "expected an index or a name in quotes at byte 2"),
        ("$[1--]", "expected an index or a name in quotes at byte 2"),
        ("$[99999999999999999999]", "expected an index or a name in quotes at byte 2"),
        ("$[0:2]", "expected ] at byte 3"),
        ("$[0", "expected ] at byte 3"),
        ("$['a", "expected the closing quote at byte 4"),
        ("$['a' ]", "expected ] at byte 5"),
        ("$['\\n']", "expected \\\\, \\' or \\\" at byte 3"),
    ] {
        assert_eq!(Path::parse(text).unwrap_err(), expected, "{text}");
    }
}

#[test]
fn the_encoding_is_json_text_of_any_writer() {
    assert_round_trips(|random| {
        let items: Vec<String> = (0..random.below(9)).map(|n| format!("{{\"{n}\":[{}]}}", random.u64())).collect();
        Document::from(Compact::parse(&format!("[{}]", items.join(","))).unwrap())
    });
    assert_eq!(Document::decode(b" { } ").unwrap().as_str(), "{}");
    assert_eq!(Document::decode(b"{\xff}").unwrap_err(), "not UTF-8");
    assert_eq!(Document::decode(b"{").unwrap_err(), "invalid JSON at byte 1: expected a name in quotes");
    assert!(Document::decode(b"[1,2,3]").unwrap().memory_usage() >= 7);
}

/// Values of every kind, within each other.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no infinities", |n| n.is_finite()).prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(".{0,4}", inner, 0..5).prop_map(|members| members.into_iter().collect()),
        ]
    })
}

/// The places in a value, as paths and as `serde_json` pointers.
fn places(value: &Value, path: &str, pointer: &str, into: &mut Vec<(String, String)>) {
    into.push((path.to_owned(), pointer.to_owned()));
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{path}[{index}]"), &format!("{pointer}/{index}"), into);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let quoted = name.replace('\\', "\\\\").replace('\'', "\\'");
                let escaped = name.replace('~', "~0").replace('/', "~1");
                places(member, &format!("{path}['{quoted}']"), &format!("{pointer}/{escaped}"), into);
            }
        }
        _ => {}
    }
}

proptest! {
    #[test]
    fn what_serde_writes_is_read(value in value()) {
        let text = value.to_string();
        assert_eq!(Compact::parse(&serde_json::to_string_pretty(&value).unwrap()).unwrap().as_str(), text);
        assert_eq!(Compact::parse(&text).unwrap().as_str(), text);
    }

    /// But for a name that stands twice, and for numbers beyond a double, which serde_json refuses.
    #[test]
    fn what_serde_reads_is_read_and_nothing_else(text in r#"[\[\]{},:"\\unte0-9. -]{0,12}"#) {
        match (Compact::parse(&text), serde_json::from_str::<Value>(&text)) {
            (Ok(compact), Ok(value)) => assert_eq!(serde_json::from_str::<Value>(compact.as_str()).unwrap(), value),
            (Err(mistake), Ok(_)) => assert!(mistake.to_string().ends_with("stands twice in its object"), "{mistake}"),
            (Ok(_), Err(error)) => assert!(error.to_string().starts_with("number out of range"), "{text} {error}"),
            (Err(_), Err(_)) => {}
        }
    }

    #[test]
    fn every_value_is_reached_replaced_and_removed(value in value(), new in value()) {
        let document = Document::from(Compact::parse(&value.to_string()).unwrap());
        let mut all = Vec::new();
        places(&value, "$", "", &mut all);
        for (path, pointer) in all {
            let path = Path::parse(&path).unwrap();
            assert_eq!(document.get(&path).unwrap(), value.pointer(&pointer).unwrap().to_string());

            let (mut set, mut expected) = (document.clone(), value.clone());
            set.set(&path, &Compact::parse(&new.to_string()).unwrap()).unwrap();
            *expected.pointer_mut(&pointer).unwrap() = new.clone();
            assert_eq!(set.as_str(), expected.to_string());

            let (mut removed, mut expected) = (document.clone(), value.clone());
            if let Some((parent, step)) = pointer.rsplit_once('/') {
                assert!(removed.remove(&path));
                match expected.pointer_mut(parent).unwrap() {
                    Value::Array(items) => drop(items.remove(step.parse().unwrap())),
                    Value::Object(members) => drop(members.remove(&step.replace("~1", "/").replace("~0", "~"))),
                    _ => unreachable!("only these have children"),
                }
            }
            assert_eq!(removed.as_str(), expected.to_string());
        }
    }
}
