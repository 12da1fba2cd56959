//! Any line tables name frames or none, at any address.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plugsmith_harness::fuzzed::frames;

fuzz_target!(|bytes: &[u8]| {
    let length = bytes.len() as u64;
    let mut addresses: Vec<u64> = (0..16).map(|part| length * part / 16).collect();
    addresses.extend([1, length, u64::from(u32::MAX), u64::MAX]);
    let named = frames(bytes, &addresses);
    assert!(named.iter().all(|frame| frame.contains(" at ")));
});
