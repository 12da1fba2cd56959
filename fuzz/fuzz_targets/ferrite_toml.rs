//! Any text is a configuration of a Ferrite server or an error with a line that the text has.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plugsmith_fuzz::assert_told;
use plugsmith_harness::Error;
use plugsmith_harness::hosts::ferrite::PluginConfig;

fuzz_target!(|text: &str| {
    match PluginConfig::read(text) {
        Ok(_) => {}
        Err(Error::BadManifest { place, reason }) => {
            assert_told(&reason);
            let line: usize = place.rsplit(':').next().and_then(|line| line.parse().ok()).expect("there is a line");
            assert!((1..=text.split('\n').count()).contains(&line), "{place}: {reason}");
        }
        Err(other) => panic!("not a documented error: {other}"),
    }
});
