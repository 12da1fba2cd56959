//! The JSON scanner accepts what serde_json accepts, but for the depth and `$bytes`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plugsmith::protocol::json::{Json, Scanner};

fuzz_target!(|text: &str| {
    let _ = Scanner::new(text).text_object();
    let theirs = serde_json::from_str::<Vec<serde_json::Value>>(text);
    match (Scanner::new(text).array(), theirs) {
        (Ok(ours), Ok(theirs)) => {
            assert_eq!(ours.len(), theirs.len());
            for (ours, theirs) in ours.iter().zip(&theirs) {
                match ours {
                    Json::Null => assert!(theirs.is_null()),
                    Json::Text(text) => assert_eq!(theirs.as_str(), Some(&**text)),
                    Json::Bytes(_) => assert!(theirs.is_object()),
                    Json::Raw(raw) => assert_eq!(&serde_json::from_str::<serde_json::Value>(raw).unwrap(), theirs),
                }
            }
        }
        (Err(error), theirs) => {
            assert!(error.offset <= text.len());
            let stricter = ["$bytes is not padded base64", "nested too deeply"].contains(&error.message);
            assert!(stricter || theirs.is_err(), "{error:?}");
        }
        // serde_json refuses numbers beyond a double, which stay text here, and nesting beyond 128.
        (Ok(_), Err(error)) => assert!(error.to_string().contains("number out of range"), "{error}"),
    }
});
