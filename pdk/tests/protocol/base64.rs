//! Bytes inside JSON, against a slow base64 of our own.

use plugsmith::protocol::json::{Json, Scanner, write_bytes};
use proptest::collection::vec;
use proptest::prelude::{any, prop_assert_eq, proptest};

use crate::strategy::cases;

/// Base64 by the letter of RFC 4648: six bits at a time from a string of bits.
pub(crate) fn reference(bytes: &[u8]) -> String {
    let mut bits: String = bytes.iter().map(|b| format!("{b:08b}")).collect();
    while !bits.len().is_multiple_of(6) {
        bits.push('0');
    }
    let mut text: String = (0..bits.len())
        .step_by(6)
        .map(|at| match u8::from_str_radix(&bits[at..at + 6], 2).expect("six binary digits") {
            n @ 0..26 => char::from(b'A' + n),
            n @ 26..52 => char::from(b'a' + n - 26),
            n @ 52..62 => char::from(b'0' + n - 52),
            62 => '+',
            _ => '/',
        })
        .collect();
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn bytes_travel_as_standard_base64(mut bytes in vec(any::<u8>(), 0..40)) {
        // Never UTF-8, or it would travel as a string.
        bytes.push(0xff);
        let mut text = Vec::new();
        write_bytes(&mut text, &bytes);
        let text = String::from_utf8(text).unwrap();
        prop_assert_eq!(&text, &format!(r#"{{"$bytes":"{}"}}"#, reference(&bytes)));
        let list = format!("[{text}]");
        prop_assert_eq!(Scanner::new(&list).array(), Ok(vec![Json::Bytes(bytes)]));
    }
}
