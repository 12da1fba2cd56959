//! Any bytes are a RESP value or an error; a value is read back as it was.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plugsmith::protocol::resp;

fuzz_target!(|bytes: &[u8]| match resp::decode(bytes) {
    Ok(value) => {
        assert_eq!(resp::decode(&resp::encode(&value)).as_ref(), Ok(&value));
        assert!(resp::decode(&resp::encode_resp2(&value)).is_ok());
        assert_eq!(resp::decode_prefix(bytes).map(|(_, length)| length), Ok(bytes.len()));
    }
    Err(error) => assert!(error.offset <= bytes.len()),
});
