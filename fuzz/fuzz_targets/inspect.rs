//! What `cargo plugsmith inspect` shows of any file: nothing in it steers a terminal.

#![no_main]

#[path = "../../cli/src/inspect/page.rs"]
mod page;
#[path = "../../cli/src/terminal.rs"]
#[allow(dead_code, reason = "the page needs a part of it")]
mod terminal;

/// The error of what writes to a terminal, of which this target has none.
mod error {
    pub(crate) type Error = std::io::Error;
}

use libfuzzer_sys::fuzz_target;
use plugsmith_fuzz::{assert_harmless, assert_told};
use plugsmith_harness::Inspection;

fuzz_target!(|bytes: &[u8]| {
    match Inspection::read(bytes) {
        Ok(inspection) => {
            for page in [page::page("plugin.wasm", &inspection), page::weight(&inspection, &inspection)] {
                assert_harmless(&terminal::fit(&page, true, false));
            }
            let json = serde_json::to_vec(&inspection).expect("an inspection has a JSON form");
            serde_json::from_slice::<serde_json::Value>(&json).expect("it is JSON");
        }
        Err(error) => assert_told(&error),
    }
});
