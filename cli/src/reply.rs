//! A reply as redis-cli prints it on a terminal.
//!
//! After `cliFormatReplyTTY` in Redis 7's src/redis-cli.c. It knows no big numbers; these are
//! printed as their digits.

use plugsmith_harness::plugsmith::Value;

/// The reply in one or more lines, the last with its end.
pub(crate) fn render(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value, "");
    out
}

fn write(out: &mut String, value: &Value, prefix: &str) {
    match value {
        Value::Ok => out.push_str("OK\n"),
        Value::SimpleString(text) | Value::Verbatim(_, text) => line(out, text),
        Value::Error(text) => line(out, &format!("(error) {text}")),
        Value::Integer(n) => line(out, &format!("(integer) {n}")),
        Value::Double(n) => line(out, &format!("(double) {}", double(*n))),
        Value::Boolean(b) => line(out, &format!("({b})")),
        Value::BigNumber(digits) => line(out, &format!("(big number) {digits}")),
        Value::Null => out.push_str("(nil)\n"),
        Value::String(_) | Value::BulkString(_) => line(out, &quoted(value.as_bytes().unwrap_or_default())),
        Value::Array(items) => aggregate(out, items, ')', "(empty array)\n", prefix),
        Value::Set(items) => aggregate(out, items, '~', "(empty set)\n", prefix),
        Value::Push(items) => aggregate(out, items, ')', "(empty push)\n", prefix),
        Value::Map(pairs) => map(out, pairs, prefix),
    }
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn aggregate(out: &mut String, items: &[Value], separator: char, empty: &str, prefix: &str) {
    if items.is_empty() {
        out.push_str(empty);
        return;
    }
    let width = items.len().to_string().len();
    let inner = format!("{prefix}{}", " ".repeat(width + 2));
    for (index, item) in items.iter().enumerate() {
        let before = if index == 0 { "" } else { prefix };
        out.push_str(&format!("{before}{:width$}{separator} ", index + 1));
        write(out, item, &inner);
    }
}

fn map(out: &mut String, pairs: &[(Value, Value)], prefix: &str) {
    if pairs.is_empty() {
        out.push_str("(empty hash)\n");
        return;
    }
    let width = pairs.len().to_string().len();
    let inner = format!("{prefix}{}", " ".repeat(width + 2));
    for (index, (key, value)) in pairs.iter().enumerate() {
        let before = if index == 0 { "" } else { prefix };
        out.push_str(&format!("{before}{:width$}# ", index + 1));
        write(out, key, &inner);
        out.pop();
        out.push_str(" => ");
        if has_lines(value) {
            out.push('\n');
            out.push_str(&inner);
        }
        write(out, value, &inner);
    }
}

/// Whether a value takes several lines, so that it starts on one of its own.
fn has_lines(value: &Value) -> bool {
    match value {
        Value::Array(items) | Value::Set(items) | Value::Push(items) => match items.as_slice() {
            [] => false,
            [item] => has_lines(item),
            _ => true,
        },
        Value::Map(pairs) => match pairs.as_slice() {
            [] => false,
            [(_, value)] => has_lines(value),
            _ => true,
        },
        _ => false,
    }
}

/// As RESP3 writes it, which is what redis-cli shows.
fn double(n: f64) -> String {
    if n.is_nan() { "nan".to_owned() } else { n.to_string() }
}

/// Bytes in quotes; all but printable ASCII is escaped, as by `sdscatrepr`.
fn quoted(bytes: &[u8]) -> String {
    let mut out = String::from("\"");
    for &b in bytes {
        match b {
            b'"' | b'\\' => out.extend(['\\', char::from(b)]),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            0x07 => out.push_str("\\a"),
            0x08 => out.push_str("\\b"),
            0x20..0x7f => out.push(char::from(b)),
            _ => out.push_str(&format!("\\x{b:02x}")),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::String(text.to_owned())
    }

    #[test]
    fn single_values_are_a_line_each() {
        let values = [
            Value::Ok,
            Value::SimpleString("PONG".into()),
            text("Hello"),
            text("a \"b\" \\ \r\n\t\u{7}\u{8} é"),
            Value::BulkString(vec![0, 255]),
            Value::Integer(-1),
            Value::Double(1.5),
            Value::Double(1.0),
            Value::Double(f64::NEG_INFINITY),
            Value::Double(f64::NAN),
            Value::Boolean(true),
            Value::Boolean(false),
            Value::BigNumber("12345678901234567890".into()),
            Value::Verbatim("txt".into(), "as it is".into()),
            Value::Null,
            Value::Error("ERR one failed".into()),
            Value::Array(vec![]),
            Value::Set(vec![]),
            Value::Push(vec![]),
            Value::Map(vec![]),
        ];
        let lines = values.iter().map(render).collect::<String>();
        insta::assert_snapshot!(lines, @r#"
        OK
        PONG
        "Hello"
        "a \"b\" \\ \r\n\t\a\b \xc3\xa9"
        "\x00\xff"
        (integer) -1
        (double) 1.5
        (double) 1
        (double) -inf
        (double) nan
        (true)
        (false)
        (big number) 12345678901234567890
        as it is
        (nil)
        (error) ERR one failed
        (empty array)
        (empty set)
        (empty push)
        (empty hash)
        "#);
    }

    #[test]
    fn nested_lists_are_indented_by_the_width_of_the_numbers() {
        let mut items = vec![Value::Array(vec![text("a"), Value::Array(vec![text("b"), text("c")])])];
        items.extend((2..=10).map(Value::Integer));
        insta::assert_snapshot!(render(&Value::Array(items)), @r#"
         1) 1) "a"
            2) 1) "b"
               2) "c"
         2) (integer) 2
         3) (integer) 3
         4) (integer) 4
         5) (integer) 5
         6) (integer) 6
         7) (integer) 7
         8) (integer) 8
         9) (integer) 9
        10) (integer) 10
        "#);
    }

    #[test]
    fn a_map_of_lists_puts_each_list_on_lines_of_its_own() {
        let map = Value::Map(vec![
            (text("k"), text("v")),
            (text("one"), Value::Array(vec![text("a")])),
            (text("two"), Value::Array(vec![text("a"), text("b")])),
            (text("set"), Value::Set(vec![text("x"), text("y")])),
            (text("map"), Value::Map(vec![(text("a"), Value::Integer(1)), (text("b"), Value::Null)])),
        ]);
        insta::assert_snapshot!(render(&map), @r#"
        1# "k" => "v"
        2# "one" => 1) "a"
        3# "two" => 
           1) "a"
           2) "b"
        4# "set" => 
           1~ "x"
           2~ "y"
        5# "map" => 
           1# "a" => (integer) 1
           2# "b" => (nil)
        "#);
    }
}
