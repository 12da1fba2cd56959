//! Which wasm proposals an artifact needs.

use crate::artifact::proposals;
use crate::hosts::Profile;
use crate::hosts::report::Report;

/// Names the proposals of the artifact that this host does not run; false where there are none.
pub(super) fn judge(wasm: &[u8], profile: &Profile, report: &mut Report) -> bool {
    let beyond = proposals::needed_beyond(wasm, profile.features);
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
