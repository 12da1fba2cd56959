//! Any file is an `xtp.toml` or an error.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plugsmith_fuzz::{assert_told, file};
use plugsmith_harness::xtp::Tests;

fuzz_target!(|bytes: &[u8]| {
    match Tests::read(file("xtp.toml", bytes)) {
        Ok(tests) => {
            if let Err(error) = tests.plugin() {
                assert_told(&error);
            }
        }
        Err(error) => assert_told(&error),
    }
});
