//! The texts of errors: never empty, always with a code.

use plugsmith::{CommandError, HostError};

#[test]
fn every_command_error_has_its_redis_text() {
    for (error, text) in [
        (CommandError::WrongType, "WRONGTYPE Operation against a key holding the wrong kind of value"),
        (CommandError::OutOfRange, "ERR value is out of range"),
        (CommandError::Syntax, "ERR syntax error"),
        (CommandError::NoAuth, "NOAUTH Authentication required."),
        (CommandError::Custom(String::new()), "ERR no reason was given"),
        (CommandError::Custom(" \n".into()), "ERR no reason was given"),
        (CommandError::Custom("no such path".into()), "ERR no such path"),
        (CommandError::Custom("NOPERM not yours".into()), "NOPERM not yours"),
        (CommandError::Custom("Noperm not yours".into()), "ERR Noperm not yours"),
        (CommandError::Host(HostError::with_code("BILLING", "no credit")), "BILLING no credit"),
    ] {
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn what_the_question_mark_meets_becomes_a_command_error() {
    let texts = [
        CommandError::from("x"),
        CommandError::from(String::from("x")),
        CommandError::from(HostError::new("NOPERM x")),
        CommandError::from("x".parse::<i32>().unwrap_err()),
        CommandError::from("x".parse::<f64>().unwrap_err()),
        CommandError::from(u8::try_from(300).unwrap_err()),
        CommandError::from(String::from_utf8(vec![0xff]).unwrap_err()),
        CommandError::from(std::fmt::Error),
        CommandError::from(plugsmith::protocol::resp::decode(b"x").unwrap_err()),
    ]
    .map(|error| error.to_string());
    insta::assert_snapshot!(texts.join("\n"), @r"
    ERR x
    ERR x
    NOPERM x
    ERR invalid digit found in string
    ERR invalid float literal
    ERR out of range integral type conversion attempted
    ERR invalid utf-8 sequence of 1 bytes from index 0
    ERR an error occurred when formatting an argument
    ERR invalid RESP at byte 0: not the first byte of a value
    ");
    assert_eq!(CommandError::from(HostError::new("WRONGTYPE x")), CommandError::WrongType);
}

#[test]
fn a_host_error_has_a_code_and_a_message() {
    let parts = |error: HostError| (error.code().to_owned(), error.message().to_owned());
    let pair = |code: &str, message: &str| (code.to_owned(), message.to_owned());
    assert_eq!(parts(HostError::new("NOPERM no")), pair("NOPERM", "no"));
    assert_eq!(parts(HostError::new("no such thing")), pair("ERR", "no such thing"));
    assert_eq!(parts(HostError::new("")), pair("ERR", "no reason was given"));
    assert_eq!(parts(HostError::from("x")), pair("ERR", "x"));
    assert_eq!(parts(HostError::with_code("BILLING", "no credit")), pair("BILLING", "no credit"));
}
