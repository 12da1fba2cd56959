//! Which wasm proposals an artifact needs.

use wasmparser::{Validator, WasmFeatures};

use super::Report;
use crate::hosts::Profile;

/// The proposals that a compiler may use today, by their names.
const PROPOSALS: &[(&str, WasmFeatures)] = &[
    ("custom-page-sizes", WasmFeatures::CUSTOM_PAGE_SIZES),
    ("exception-handling", WasmFeatures::EXCEPTIONS),
    ("extended-const", WasmFeatures::EXTENDED_CONST),
    ("gc", WasmFeatures::GC),
    ("function-references", WasmFeatures::FUNCTION_REFERENCES),
    ("legacy exception-handling", WasmFeatures::LEGACY_EXCEPTIONS),
    ("memory64", WasmFeatures::MEMORY64),
    ("multi-memory", WasmFeatures::MULTI_MEMORY),
    ("relaxed-simd", WasmFeatures::RELAXED_SIMD),
    ("stack-switching", WasmFeatures::STACK_SWITCHING),
    ("tail-call", WasmFeatures::TAIL_CALL),
    ("threads", WasmFeatures::THREADS),
    ("wide-arithmetic", WasmFeatures::WIDE_ARITHMETIC),
];

/// Names the proposals of the artifact that this host does not run; false where there are none.
pub(super) fn judge(wasm: &[u8], profile: &Profile, report: &mut Report) -> bool {
    let beyond = needs_beyond(wasm, profile.features);
    let host = match profile.word {
        "extism" => "the Rust SDK 1.30",
        word => word,
    };
    for feature in &beyond {
        report.breach(
            format!("uses the wasm proposal {feature}, which {host} does not run"),
            format!("build it without {}", switch(feature)),
        );
    }
    !beyond.is_empty()
}

/// What makes a compiler use a proposal.
fn switch(feature: &str) -> &str {
    match feature {
        "exception-handling" | "legacy exception-handling" => {
            "exceptions: with `panic = \"abort\"`, with `-fno-wasm-exceptions`, without the target feature `exception-handling`"
        }
        "threads" => "threads: without the target feature `atomics`, without `-pthread` and `--shared-memory`",
        _ => "the target feature",
    }
}

/// The proposals without which a module is not valid, though each of `known` is there. Where two of
/// them would do, both are named; what no proposal makes valid needs none.
pub(super) fn needs_beyond(wasm: &[u8], known: WasmFeatures) -> Vec<&'static str> {
    let is_valid = |features| Validator::new_with_features(features).validate_all(wasm).is_ok();
    let beyond = || PROPOSALS.iter().filter(|(_, feature)| !known.contains(*feature));
    let all = beyond().fold(known, |all, (_, feature)| all.union(*feature));
    if is_valid(known) || !is_valid(all) {
        return Vec::new();
    }
    let needed = beyond().filter(|(_, feature)| !is_valid(all.difference(*feature))).map(|(name, _)| *name);
    let needed: Vec<_> = needed.collect();
    if needed.is_empty() {
        beyond().filter(|(_, feature)| is_valid(known.union(*feature))).map(|(name, _)| *name).collect()
    } else {
        needed
    }
}
