//! Every host has an opinion of any bytes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plugsmith_fuzz::assert_harmless;
use plugsmith_harness::{Module, check, hosts, printable};

fuzz_target!(|bytes: &[u8]| {
    let is_module = Module::parse(bytes).is_ok();
    for profile in hosts::profiles() {
        let report = check(bytes, &profile).expect("bytes are never missing");
        assert!(is_module || bytes.trim_ascii_start().starts_with(b"(") || report.breaches().next().is_some() || bytes.trim_ascii_start().starts_with(b";;"), "{report}");
        assert!(report.findings.iter().all(|finding| !finding.what.is_empty()), "{report}");
        assert_harmless(&printable(&report.to_string()));
    }
});
