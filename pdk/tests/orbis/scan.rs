//! The places of an object's members, held against `serde_json`.

use plugsmith::protocol::orbis::members;
use proptest::prelude::*;
use serde_json::Value;

/// The members as `serde_json` reads their places.
fn found(text: &str) -> Option<Vec<(String, Value)>> {
    let mut all = Vec::new();
    members(text, &mut |name, value| all.push((name, value))).ok()?;
    all.into_iter()
        .map(|(name, value)| {
            let name = serde_json::from_str(&format!("\"{}\"", &text[name])).ok()?;
            Some((name, serde_json::from_str(&text[value]).ok()?))
        })
        .collect()
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i32>().prop_map(|n| Value::from(f64::from(n) / 4.0)),
        any::<String>().prop_map(Value::from),
        "[\\[\\]{}\",:\\\\a ]{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn every_member_of_an_object_is_found(map in prop::collection::btree_map(any::<String>(), json(), 0..6), pretty: bool) {
        let value = Value::Object(map.clone().into_iter().collect());
        let text = if pretty { format!(" {value:#}\n") } else { value.to_string() };
        prop_assert_eq!(found(&text), Some(map.into_iter().collect::<Vec<_>>()));
    }

    #[test]
    fn nothing_is_read_beyond_text_that_is_cut(value in json(), cut in any::<prop::sample::Index>()) {
        let text = format!("{{\"a\":{value}}}");
        let end = text.floor_char_boundary(cut.index(text.len()));
        prop_assert_eq!(members(&text[..end], &mut |_, _| {}).is_ok(), false);
    }

    #[test]
    fn any_text_is_answered(text in any::<String>(), odd in "[{}\\[\\]\",:\\\\ 1a]{0,30}") {
        let mut places = |name: std::ops::Range<usize>, value: std::ops::Range<usize>| {
            assert!(name.start <= name.end && value.start < value.end);
        };
        let _ = members(&text, &mut places);
        let _ = members(&odd, &mut places);
    }
}
