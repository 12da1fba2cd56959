//! Any text is an Orbis manifest or an error; one that is read does not differ from itself.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plugsmith_fuzz::{WASM, assert_told, with_section};
use plugsmith_harness::Module;
use plugsmith_harness::hosts::orbis::Manifest;

fuzz_target!(|text: &str| {
    match Manifest::parse(text) {
        Ok(manifest) => {
            let again = Manifest::parse(&manifest.text()).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(again.text(), manifest.text());
            assert_eq!(manifest.differences(&again), Vec::<String>::new());
            let module = Module::parse(&WASM).expect("it is a module");
            drop((manifest.remarks(&module), manifest.cautions()));
        }
        Err(error) => assert_told(&error),
    }
    if let Err(error) = Manifest::embedded(&with_section("manifest", text.as_bytes())) {
        assert_told(&error);
    }
});
