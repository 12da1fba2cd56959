//! Any bytes in the section `plugsmith` are records or an error; a `plugin.toml` is made of the records.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plugsmith::protocol::metadata::SECTION;
use plugsmith_fuzz::{assert_told, with_section};
use plugsmith_harness::Inspection;
use plugsmith_harness::hosts::ferrite::manifest::{self, Declared, Manifest};

fuzz_target!(|bytes: &[u8]| {
    let inspection = match Inspection::read(with_section(SECTION, bytes)) {
        Ok(inspection) => inspection,
        Err(error) => return assert_told(&error),
    };
    serde_json::to_vec(&inspection).expect("an inspection has a JSON form");
    match manifest::generate(&inspection, &Declared::default(), None) {
        Ok(generated) => match Manifest::read(&generated.to_string()) {
            Ok(read) => assert_eq!(read, generated),
            Err(error) => assert_told(&error),
        },
        Err(error) => assert_told(&error),
    }
});
