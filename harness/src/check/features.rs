//! Which wasm proposals an artifact needs.

use wasmparser::{Validator, WasmFeatures};

use super::{Artifact, Report};
use crate::hosts::Profile;

/// The proposals that a compiler may use today, by their names.
const PROPOSALS: &[(&str, WasmFeatures)] = &[
    ("exception-handling", WasmFeatures::EXCEPTIONS),
    ("extended-const", WasmFeatures::EXTENDED_CONST),
    ("gc", WasmFeatures::GC),
    ("function-references", WasmFeatures::FUNCTION_REFERENCES),
    ("memory64", WasmFeatures::MEMORY64),
    ("multi-memory", WasmFeatures::MULTI_MEMORY),
    ("relaxed-simd", WasmFeatures::RELAXED_SIMD),
    ("tail-call", WasmFeatures::TAIL_CALL),
    ("threads", WasmFeatures::THREADS),
];

pub(super) fn judge(artifact: &Artifact, profile: &Profile, report: &mut Report) {
    for feature in artifact.needs_beyond(profile.features) {
        report.breach(
            format!("uses the wasm proposal {feature}, which {} does not run", profile.word),
            "build it without the target feature",
        );
    }
}

/// The proposals without which a module is not valid, though each of `known` is there. Where two of
/// them would do, both are named.
pub(super) fn needs_beyond(wasm: &[u8], known: WasmFeatures) -> Vec<&'static str> {
    let is_valid = |features| Validator::new_with_features(features).validate_all(wasm).is_ok();
    if is_valid(known) {
        return Vec::new();
    }
    let beyond = || PROPOSALS.iter().filter(|(_, feature)| !known.contains(*feature));
    let all = beyond().fold(known, |all, (_, feature)| all.union(*feature));
    let needed = beyond().filter(|(_, feature)| !is_valid(all.difference(*feature))).map(|(name, _)| *name);
    let needed: Vec<_> = needed.collect();
    if needed.is_empty() {
        beyond().filter(|(_, feature)| is_valid(known.union(*feature))).map(|(name, _)| *name).collect()
    } else {
        needed
    }
}
