//! Any bytes are a packed Orbis plugin or an error; one that is opened can be packed again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plugsmith_fuzz::{assert_told, file};
use plugsmith_harness::hosts::orbis::{Form, Package};

fuzz_target!(|bytes: &[u8]| {
    let path = file("plugin.zip", bytes);
    match Package::open(path.as_path()) {
        Ok(package) => {
            let copy = path.with_file_name("copy.zip");
            let (wasm, text) = (package.wasm.clone(), package.manifest.parsed().name.clone());
            if let Err(error) = package.write(Form::Zip, &copy) {
                panic!("{error}");
            }
            let again = Package::open(copy.as_path()).expect("what was written can be opened");
            assert!(again.wasm.len() <= wasm.len());
            assert_eq!(again.manifest.parsed().name, text);
        }
        Err(error) => assert_told(&error),
    }
});
