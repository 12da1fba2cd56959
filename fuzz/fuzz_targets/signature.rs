//! No bytes are taken for signed by a key that has signed nothing.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plugsmith_fuzz::assert_told;
use plugsmith_harness::fuzzed::verify_signature;

/// A public key whose secret one is lost.
const KEY: &str = "ARuIFSYyLmTYG3MNaLXaDGWJM+rQ7J5QYYcSXvDBSpJk";

fuzz_target!(|bytes: &[u8]| {
    let reason = verify_signature(bytes, &[KEY.to_owned()]).expect_err("nobody has signed it");
    assert_told(&reason);
    assert!(!reason.contains("trusted_keys is not a public key"), "{reason}");
});
