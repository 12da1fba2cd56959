//! Any bytes are a module or a reason why they are none.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plugsmith_fuzz::assert_told;
use plugsmith_harness::hosts::orbis::Manifest;
use plugsmith_harness::{Error, Module};

fuzz_target!(|bytes: &[u8]| {
    match Module::parse(bytes) {
        Ok(module) => {
            assert!(module.sections.iter().map(|(_, size)| size).sum::<usize>() <= bytes.len());
            assert!(module.functions.iter().map(|(_, size)| size).sum::<usize>() <= bytes.len());
            assert!(module.callable().all(|name| module.exports.contains_key(name)));
        }
        Err(Error::InvalidModule { reason }) => assert_told(&reason),
        Err(other) => panic!("not a documented error: {other}"),
    }
    if let Err(error) = Manifest::embedded(bytes) {
        assert_told(&error);
    }
});
