//! Whole calls of commands, from bytes to bytes, as their exports make them in a guest.

use plugsmith::__private::{Call, CommandOutput, FromCall, Parameter, ReplyWriter, Signature, arity, call_command};
use plugsmith::protocol::arguments::{Encoding, decode};
use plugsmith::protocol::resp;
use plugsmith::testing::MockContext;
use plugsmith::{Bytes, CommandError, PluginContext, Reply, Value};
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};
use proptest::sample::select;
use proptest::test_runner::RngSeed;

/// A command that takes one `T` and says it back as Rust's debug text.
fn one<'a, T: FromCall<'a> + std::fmt::Debug>(
    call: &mut Call<'a>,
    reply: &mut ReplyWriter,
) -> Result<(), CommandError> {
    format!("{:?}", T::from_call(call, "x")?).finish(reply)
}

/// The answers of a command with one parameter of this type.
macro_rules! answers {
    ($type:ty: $($input:literal)*) => {{
        const PARAMETERS: &[Parameter] = &[Parameter::of::<$type>("x")];
        const SIGNATURE: Signature = plugsmith::__signature!("ONE", arity(PARAMETERS), PARAMETERS);
        let ctx = MockContext::new();
        let mut table = String::from(concat!(stringify!($type), "\n"));
        $(
            let answer = call_command(&SIGNATURE, &ctx, $input.as_bytes(), |call, reply| one::<$type>(call, reply));
            let answer = answer.map_or_else(|text| text, |reply| String::from_utf8(reply).unwrap());
            table.push_str(&format!("    {:24} {answer}\n", $input.replace("\r\n", "\\r\\n")));
        )*
        table
    }};
}

#[test]
#[cfg(not(miri))]
fn every_kind_of_parameter_converts_or_says_what_it_expected() {
    let tables = [
        answers!(&str: r#"["Ada"]"# r#"[7]"# r#"[null]"# r#"[{"$bytes":"/w=="}]"# "[]" r#"["a","b"]"#),
        answers!(String: r#"["Ada"]"# r#"[null]"#),
        answers!(&[u8]: r#"["Ada"]"# r#"[{"$bytes":"/w=="}]"#),
        answers!(Vec<u8>: r#"["Ada"]"# r#"[null]"#),
        answers!(Bytes: r#"[{"$bytes":"/w=="}]"#),
        answers!(bool: "[true]" r#"["0"]"# r#"["on"]"# r#"["no"]"# r#"["TRUE"]"# "[2]"),
        answers!(i64: "[-9223372036854775808]" "[9223372036854775808]" r#"["+7"]"# r#"[" 7"]"# "[1.0]"),
        answers!(u64: "[18446744073709551615]" "[-1]"),
        answers!(i8: "[-128]" "[128]"),
        answers!(u8: "[255]" "[256]"),
        answers!(i16: "[32768]"),
        answers!(u16: "[65536]"),
        answers!(i32: "[2147483648]"),
        answers!(u32: "[4294967296]"),
        answers!(f64: "[1.5]" "[7]" r#"["inf"]"# r#"["x"]"#),
        answers!(f32: "[1.5]" r#"["x"]"#),
        answers!(Option<u8>: "[7]" "[null]" "[]" r#"["x"]"# "[1,2]"),
        answers!(Vec<i64>: "[]" "[1,2]" r#"[1,"x"]"# "[null]"),
        answers!(Vec<String>: r#"["a","b"]"#),
        answers!(&[Value]: r#"["a",null,7]"# "{" "*1\r\n"),
    ];
    insta::assert_snapshot!(tables.concat());
}

#[test]
fn a_long_argument_is_cut_between_letters_in_a_message() {
    let ctx = MockContext::new();
    const PARAMETERS: &[Parameter] = &[Parameter::of::<u8>("x")];
    const SIGNATURE: Signature = plugsmith::__signature!("ONE", 2, PARAMETERS);
    let input = format!("[\"{}é\"]", "a".repeat(59));
    let text = call_command(&SIGNATURE, &ctx, input.as_bytes(), |call, _| u8::from_call(call, "x").map(drop));
    let text = text.unwrap_err();
    assert_eq!(text, format!("ERR argument 'x': expected an integer from 0 to 255, got \"{}\"", "a".repeat(59)));
}

/// A reply in both encodings.
fn reply(value: impl Reply + Clone) -> (String, String) {
    let written = |mut writer| {
        value.clone().write(&mut writer);
        match writer {
            ReplyWriter::Resp(writer) => writer.into_bytes().escape_ascii().to_string(),
            ReplyWriter::Json(text) => String::from_utf8(text).expect("JSON is UTF-8"),
        }
    };
    (written(ReplyWriter::Resp(resp::Writer::default())), written(ReplyWriter::Json(Vec::new())))
}

#[test]
fn every_kind_of_reply_has_both_forms() {
    let both = |resp: &str, json: &str| (resp.to_owned(), json.to_owned());
    assert_eq!(reply("Ada"), both(r"$3\r\nAda\r\n", r#""Ada""#));
    assert_eq!(reply(String::from("\"")), both(r#"$1\r\n\"\r\n"#, r#""\"""#));
    assert_eq!(reply(()), both(r"+OK\r\n", r#""OK""#));
    assert_eq!(reply(true), both(r"#t\r\n", "true"));
    assert_eq!(reply(-7i8), both(r":-7\r\n", "-7"));
    assert_eq!(reply(u64::MAX), both(r"$20\r\n18446744073709551615\r\n", r#""18446744073709551615""#));
    assert_eq!(reply(7usize), both(r":7\r\n", "7"));
    assert_eq!(reply(1.5f32), both(r",1.5\r\n", "1.5"));
    assert_eq!(reply(vec![0xffu8]), both(r"$1\r\n\xff\r\n", r#"{"$bytes":"/w=="}"#));
    assert_eq!(reply(Bytes(b"a".to_vec())), both(r"$1\r\na\r\n", r#""a""#));
    assert_eq!(reply(None::<i64>), both(r"_\r\n", "null"));
    assert_eq!(reply(vec![Some("a"), None]), both(r"*2\r\n$1\r\na\r\n_\r\n", r#"["a",null]"#));
    assert_eq!(reply(vec![vec![1], vec![]]), both(r"*2\r\n*1\r\n:1\r\n*0\r\n", "[[1],[]]"));
    assert_eq!(reply(Value::Error("ERR x".into())), both(r"-ERR x\r\n", r#"{"$error":"ERR x"}"#));
}

#[cfg(feature = "json")]
#[test]
fn a_json_reply_is_text_in_resp_and_itself_in_json() {
    use plugsmith::Json;
    let both = |resp: &str, json: &str| (resp.to_owned(), json.to_owned());
    assert_eq!(reply(Json([1, 2])), both(r"$5\r\n[1,2]\r\n", "[1,2]"));
    let no_json = std::collections::BTreeMap::from([((), 1)]);
    assert_eq!(
        reply(Json(no_json)),
        both(r"-ERR key must be a string\r\n", r#"{"$error":"ERR key must be a string"}"#)
    );
}

fn greet(call: &mut Call<'_>, reply: &mut ReplyWriter) -> Result<(), CommandError> {
    let ctx: &PluginContext = FromCall::from_call(call, "ctx")?;
    let name: &str = FromCall::from_call(call, "name")?;
    let times: Option<u8> = FromCall::from_call(call, "times")?;
    let rest: Vec<Bytes> = FromCall::from_call(call, "rest")?;
    ctx.storage().set(name, i64::from(times.unwrap_or(1)))?;
    let mut values: Vec<Value> = rest.into_iter().map(Value::from).collect();
    values.push(ctx.storage().get(name)?.into());
    values.finish(reply)
}

const GREET: &[Parameter] = &[
    Parameter::of::<&PluginContext>("ctx"),
    Parameter::of::<&str>("name"),
    Parameter::of::<Option<u8>>("times"),
    Parameter::of::<Vec<Bytes>>("rest"),
];

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 3 } else { 5_000 },
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(11),
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_input_is_answered(
        words in vec(select(&[
            "[", "]", ",", "\"a\"", "7", "null", "{\"$bytes\":\"/w==\"}", "*1\r\n", "*2\r\n", "*3\r\n", "$1\r\na\r\n",
            ":7\r\n", "_\r\n", "#t\r\n",
        ][..]), 0..8),
        noise in vec(any::<u8>(), 0..3),
    ) {
        const SIGNATURE: Signature = plugsmith::__signature!("GREET", arity(GREET), GREET);
        let ctx = MockContext::new();
        for input in [words.concat().into_bytes(), [words.concat().as_bytes(), &noise[..]].concat()] {
            match (call_command(&SIGNATURE, &ctx, &input, greet), decode(&input)) {
                (Ok(reply), Ok((_, Encoding::Resp))) => prop_assert!(resp::decode(&reply).is_ok()),
                (Ok(reply), Ok((_, Encoding::Json))) => {
                    prop_assert!(serde_json::from_slice::<serde_json::Value>(&reply).is_ok());
                }
                (Ok(_), Err(error)) => panic!("a reply to malformed arguments: {error}"),
                (Err(text), _) => prop_assert!(!text.trim().is_empty()),
            }
        }
    }
}
