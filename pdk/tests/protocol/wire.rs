//! The wire forms of every value, as a snapshot: a format that drifts is seen.

use plugsmith::Value;
use plugsmith::protocol::{json, resp};

fn samples() -> Vec<Value> {
    let text = |text: &str| text.to_owned();
    let ada = || Value::String("Ada".into());
    vec![
        Value::Ok,
        Value::String(text("Ada \"Lovelace\"\n")),
        Value::String(String::new()),
        Value::SimpleString(text("PONG")),
        Value::SimpleString(text("two\r\nlines")),
        Value::BulkString(b"Ada".to_vec()),
        Value::BulkString(vec![0, 0xff]),
        Value::Integer(0),
        Value::Integer(i64::MIN),
        Value::Double(1.0),
        Value::Double(-0.1),
        Value::Double(1e300),
        Value::Double(f64::INFINITY),
        Value::Double(f64::NEG_INFINITY),
        Value::Double(f64::NAN),
        Value::Boolean(true),
        Value::Boolean(false),
        Value::BigNumber(text("-12345678901234567890")),
        Value::BigNumber(text("no number")),
        Value::Verbatim(text("mkd"), text("# Ada")),
        Value::Verbatim(text("a:b"), text("Ada")),
        Value::Verbatim(text("html"), text("Ada")),
        Value::Array(vec![]),
        Value::Array(vec![ada(), Value::Integer(7), Value::Null]),
        Value::Set(vec![ada()]),
        Value::Push(vec![ada()]),
        Value::Map(vec![(ada(), Value::Integer(7)), ("born".into(), Value::Integer(1815))]),
        Value::Map(vec![(Value::Integer(7), ada())]),
        Value::Map(vec![(ada(), Value::Integer(7)), (ada(), Value::Integer(8))]),
        Value::Map(vec![("$bytes".into(), ada())]),
        Value::Null,
        Value::Error(text("ERR no such key")),
        Value::Error(text("ERR two\r\nlines")),
    ]
}

#[test]
#[cfg(not(miri))]
fn the_forms_of_a_value_are_fixed() {
    let table: String = samples()
        .iter()
        .map(|value| {
            let mut text = Vec::new();
            json::write(&mut text, value);
            format!(
                "{value:?}\n    resp3 {}\n    resp2 {}\n    json  {}\n",
                resp::encode(value).escape_ascii(),
                // 301 digits say no more than 40.
                resp::encode_resp2(value).escape_ascii().to_string().get(..60).map_or_else(
                    || resp::encode_resp2(value).escape_ascii().to_string(),
                    |start| format!("{start} ..")
                ),
                String::from_utf8(text).unwrap(),
            )
        })
        .collect();
    insta::assert_snapshot!(table);
}
