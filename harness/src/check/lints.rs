//! What cannot work on wasm32-unknown-unknown, wherever it runs.

use super::{Artifact, Report};

/// What Rust's library holds for what this target lacks, in the panic that is all it does.
const MISSING: &[(&[u8], &str, &str)] = &[
    (
        b"time not implemented on this platform",
        "reaches `std::time`, whose clocks panic on this target",
        "take the time from `clock()`; a crate may need a feature switched off to stop asking for it",
    ),
    (
        b"can't sleep",
        "reaches `std::thread::sleep`, which panics on this target",
        "do without waiting: a host waits for its plugin",
    ),
];

pub(super) fn judge(artifact: &Artifact, report: &mut Report) {
    for (text, what, fix) in MISSING {
        if artifact.wasm.windows(text.len()).any(|window| window == *text) {
            report.breach(*what, *fix);
        }
    }
}
