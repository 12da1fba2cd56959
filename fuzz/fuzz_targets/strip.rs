//! A stripped module is a module still, and stripping it again changes nothing.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plugsmith_fuzz::assert_told;
use plugsmith_harness::{Module, strip};

fuzz_target!(|bytes: &[u8]| {
    match strip(bytes) {
        Ok(stripped) => {
            assert!(stripped.len() <= bytes.len());
            assert_eq!(strip(&stripped).as_ref(), Ok(&stripped));
            if let Ok(module) = Module::parse(bytes) {
                let kept = Module::parse(&stripped).expect("it was a module before");
                assert_eq!(kept.exports, module.exports);
                assert_eq!(kept.imports, module.imports);
                assert_eq!(kept.records, module.records);
            }
        }
        Err(error) => {
            assert_told(&error);
            assert!(Module::parse(bytes).is_err(), "a module that cannot be stripped: {error}");
        }
    }
});
