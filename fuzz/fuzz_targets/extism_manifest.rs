//! Any text is an Extism manifest or an error; one that is read is the same in both of its forms.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plugsmith_fuzz::assert_told;
use plugsmith_harness::Host;
use plugsmith_harness::hosts::extism::{grant, parse, to_json, to_toml};

fuzz_target!(|text: &str| {
    match parse(text) {
        Ok(manifest) => {
            let json = to_json(&manifest);
            for text in [&json, &to_toml(&manifest)] {
                let again = parse(text).unwrap_or_else(|error| panic!("{error}:\n{text}"));
                assert_eq!(to_json(&again), json, "{text}");
            }
            drop(grant(&manifest, Host::new()));
        }
        Err(error) => assert_told(&error),
    }
});
