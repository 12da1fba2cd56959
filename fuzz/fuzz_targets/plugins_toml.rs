//! Any text is a `plugins.toml` or an error; what is written over it is what is read from it then.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plugsmith_fuzz::{assert_told, file};
use plugsmith_harness::hosts::query::{Entry, Plugins};

fuzz_target!(|text: &str| {
    match Plugins::parse(text) {
        Ok(mut plugins) => {
            assert_eq!(Plugins::parse(&plugins.to_toml()).as_ref(), Ok(&plugins));
            let name = "query-plugin-new.wasm".to_owned();
            plugins.put(Entry { name: name.clone(), tag: "v1".to_owned(), ..Entry::default() });
            let file = file("plugins.toml", text.as_bytes());
            plugins.write(&file).unwrap_or_else(|error| panic!("{error}"));
            let written = Plugins::read(&file).unwrap_or_else(|error| panic!("{error}"));
            assert!(written.entries.iter().any(|entry| entry.name == name && entry.tag == "v1"));
        }
        Err(error) => assert_told(&error),
    }
});
