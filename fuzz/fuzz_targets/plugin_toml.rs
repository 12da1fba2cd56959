//! Any text is a `plugin.toml` or an error; one that is read is written as it was, and can stand in for records.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plugsmith_fuzz::{INSPECTED, WASM, assert_told};
use plugsmith_harness::hosts::ferrite::manifest::{self, Declared, Manifest};
use plugsmith_harness::{Module, fuzzed};

fuzz_target!(|text: &str| {
    match Manifest::read(text) {
        Ok(manifest) => {
            assert_eq!(Manifest::read(&manifest.to_string()).as_ref(), Ok(&manifest));
            match manifest::check(text, &INSPECTED, &Declared::default()) {
                Ok(differences) => assert!(differences.iter().all(|difference| difference.line > 0)),
                Err(error) => assert_told(&error),
            }
        }
        Err(error) => assert_told(&error),
    }
    match fuzzed::adopt(&WASM, text) {
        Ok(wasm) => drop(Module::parse(&wasm).expect("it stays a module")),
        Err(error) => assert_told(&error),
    }
});
