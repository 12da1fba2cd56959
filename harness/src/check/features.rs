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
            format!("build it without {}", proposals::switch(feature)),
        );
    }
    !beyond.is_empty()
}
