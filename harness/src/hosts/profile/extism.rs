//! Any host that embeds an Extism SDK: Rust, Python, Node, Go.

use wasmparser::WasmFeatures;

use super::{ALL, Profile};
use crate::hosts::report::{Artifact, Report};
use crate::import::KERNEL;

pub(super) fn profile() -> Profile {
    Profile::unlimited("extism", "the Extism SDKs: Rust 1.30, Python 1.41, npm 1.0.3, Go", judge)
}

/// What the npm SDK 1.0.3 does not have (measured).
const NOT_IN_NODE: &[(&str, &str)] = &[
    ("http_headers", "use `http().send`, which does without the headers"),
    ("get_log_level", "log without asking for the level"),
    ("log_trace", "log with `log().debug`"),
];

fn judge(artifact: &Artifact, report: &mut Report) {
    let breached = artifact.needs_beyond(ALL);
    for (name, fix) in NOT_IN_NODE {
        if artifact.module.imports_named(KERNEL, name) {
            report.note(format!("imports `{name}`, which the npm SDK 1.0.3 lacks: it does not load there"), *fix);
        }
    }
    if artifact.module.imports_named(KERNEL, "http_request") {
        report.note(
            "makes HTTP requests, which the npm SDKs answer with status 0 unless the host sets `runInWorker`",
            "say in your documentation that such a host must create the plugin with `runInWorker: true`",
        );
    }
    if artifact.module.imports_named(KERNEL, "http_headers") {
        report.note(
            "asks for the headers of HTTP responses, which every SDK keeps back by default",
            "say in your documentation that the host must switch them on",
        );
    }
    for feature in artifact.needs_beyond(WasmFeatures::WASM2).into_iter().filter(|feature| !breached.contains(feature))
    {
        report.note(
            format!(
                "uses the wasm proposal {feature}, which is not in WebAssembly 2.0: older hosts refuse it, and Go's"
            ),
            "build it without the target feature, for the widest choice of hosts",
        );
    }
}
