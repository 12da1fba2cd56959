//! Which wasm proposals an artifact needs.

use wasmparser::{Validator, WasmFeatures};

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

/// The proposals without which a module is not valid, though each of `known` is there. Where two of
/// them would do, both are named; what no proposal makes valid needs none.
pub(crate) fn needed_beyond(wasm: &[u8], known: WasmFeatures) -> Vec<&'static str> {
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

/// The proposals of an artifact that no Extism host runs, and how to build without them.
pub(crate) fn unsupported(wasm: &[u8]) -> Option<String> {
    // Extism leaves wasmtime's exceptions and shared memories off.
    let off = WasmFeatures::EXCEPTIONS.union(WasmFeatures::LEGACY_EXCEPTIONS).union(WasmFeatures::THREADS);
    let runs = WasmFeatures::default() | WasmFeatures::TAIL_CALL | WasmFeatures::GC;
    let beyond = if wasm.starts_with(b"\0asm") { needed_beyond(wasm, runs.difference(off)) } else { Vec::new() };
    let first = beyond.first()?;
    Some(format!(
        "it uses the wasm proposal {}, which Extism does not run: build it without {}",
        beyond.join(" and "),
        switch(first)
    ))
}

/// What makes a compiler use a proposal.
pub(crate) fn switch(feature: &str) -> &str {
    match feature {
        "exception-handling" | "legacy exception-handling" => {
            "exceptions: with `panic = \"abort\"`, with `-fno-wasm-exceptions`, without the target feature `exception-handling`"
        }
        "threads" => "threads: without the target feature `atomics`, without `-pthread` and `--shared-memory`",
        _ => "the target feature",
    }
}
