//! The fuel that tests have seen, held against what a host gives.

use std::path::Path;

use super::{Artifact, Report};
use crate::engine::ledger;
use crate::hosts::{Abi, Profile};
use crate::import::KERNEL;

pub(super) fn judge(artifact: &Artifact, profile: &Profile, report: &mut Report) {
    if profile.abi == Abi::Orbis && artifact.module.imports.iter().any(|import| import.module == KERNEL) {
        // Its tests ran in another kind of host.
        return;
    }
    let fcall = profile.fcall_fuel.filter(|_| artifact.is_fcall());
    let (Some(path), Some(limit)) = (&artifact.path, fcall.or(profile.fuel)) else { return };
    let (own, others) = ledger::most_fuel(Path::new(path), &artifact.wasm);
    for (function, fuel) in own.iter().filter(|(_, fuel)| **fuel > limit) {
        report.breach(
            format!("`{function}` used {fuel} units of fuel in a test, and {} gives {limit}", profile.word),
            "do less in one call, or take less input",
        );
    }
    for (function, fuel) in others.iter().filter(|(function, fuel)| **fuel > limit && !own.contains_key(*function)) {
        report.note(
            format!(
                "`{function}` used {fuel} units of fuel in a test of another build, and {} gives {limit}",
                profile.word
            ),
            "measure this build: PLUGSMITH_WASM=<this file> cargo test",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hosts::profile;

    const MODULE: &[u8] = b"\0asm\x01\0\0\0";
    /// The same with an empty section called `a`.
    const OTHER_BUILD: &[u8] = b"\0asm\x01\0\0\0\0\x02\x01a";

    /// What Orbis finds about the fuel of an artifact that has another build beside it.
    fn said(test: &str, tested: &[u8], fuel: u64) -> Vec<String> {
        let target = std::env::temp_dir().join(format!("plugsmith-fuel-{}-{test}", std::process::id()));
        let artifact = |build: &str| target.join(build).join("a.wasm");
        for (build, wasm) in [("plugsmith", OTHER_BUILD), ("release", MODULE)] {
            std::fs::create_dir_all(target.join(build)).unwrap();
            std::fs::write(artifact(build), wasm).unwrap();
        }
        // cargo keeps this file in the root of a target folder.
        std::fs::write(target.join(".rustc_info.json"), "{}").unwrap();
        ledger::record(&target, tested, "hello", fuel);
        let report = crate::check(artifact("release"), &profile("orbis").unwrap()).unwrap();
        std::fs::remove_dir_all(&target).unwrap();
        let said = report.to_string();
        said.lines().filter(|line| line.contains("fuel")).map(str::to_owned).collect()
    }

    #[test]
    fn a_call_that_used_more_than_the_host_gives_is_a_breach() {
        let breach = "breach: `hello` used 5000001 units of fuel in a test, and orbis gives 5000000; fix: do less in one call, or take less input";
        assert_eq!(said("breach", MODULE, 5_000_001), [breach]);
    }

    #[test]
    fn a_call_of_another_build_is_a_note() {
        let note = "note: `hello` used 5000001 units of fuel in a test of another build, and orbis gives 5000000; fix: measure this build: PLUGSMITH_WASM=<this file> cargo test";
        assert_eq!(said("note", OTHER_BUILD, 5_000_001), [note]);
    }

    #[test]
    fn fuel_within_the_limit_and_of_earlier_contents_is_not_spoken_of() {
        assert!(said("within", MODULE, 5_000_000).is_empty());
        assert!(said("earlier", b"other bytes", 5_000_001).is_empty());
    }
}
