//! Any bytes are arguments or an error; arguments are the same ones in both encodings.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plugsmith::protocol::arguments::{Encoding, decode, encode};

fuzz_target!(|bytes: &[u8]| {
    if let Ok((arguments, _)) = decode(bytes) {
        for encoding in [Encoding::Resp, Encoding::Json] {
            assert_eq!(decode(&encode(&arguments, encoding)), Ok((arguments.clone(), encoding)));
        }
    }
});
