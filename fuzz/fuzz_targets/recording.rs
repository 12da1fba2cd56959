//! Any file is a recording or an error; each of its requests can be recorded and read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plugsmith_fuzz::{assert_told, file};
use plugsmith_harness::fuzzed::read_recording;
use plugsmith_harness::hosts::orbis::record;

fuzz_target!(|bytes: &[u8]| {
    match read_recording(&file("recording.jsonl", bytes)) {
        Ok(requests) => {
            let lines: Vec<String> = requests.iter().map(record).collect();
            assert!(lines.iter().all(|line| !line.contains('\n')));
            let again = read_recording(&file("again.jsonl", lines.join("\n").as_bytes())).expect("they are recorded");
            let lines_again: Vec<String> = again.iter().map(record).collect();
            assert_eq!(lines_again, lines);
            for (one, other) in requests.iter().zip(&again) {
                assert_eq!((&one.method, &one.body, &one.user), (&other.method, &other.body, &other.user));
            }
        }
        Err(error) => assert_told(&error),
    }
});
