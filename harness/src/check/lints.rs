//! What cannot work on wasm32-unknown-unknown, wherever it runs.

use wasmparser::{Parser, Payload};

use super::{Artifact, Report};
use crate::artifact::callers;

/// What Rust's library holds for what this target lacks.
struct Missing {
    /// The message of the panic that is all it does.
    panic: &'static [u8],
    /// The ends of the path in that panic, of older and newer libraries, where an author may well
    /// write the message, too; none, where nobody would.
    paths: &'static [&'static [u8]],
    what: &'static str,
    fix: &'static str,
}

const MISSING: &[Missing] = &[
    Missing {
        panic: b"time not implemented on this platform",
        paths: &[],
        what: "reaches `std::time`, whose clocks panic on this target",
        fix: "take the time from `clock()`; a crate may need a feature switched off to stop asking for it",
    },
    Missing {
        panic: b"can't sleep",
        paths: &[b"std/src/sys/thread/unsupported.rs", b"/unsupported/thread.rs"],
        what: "reaches `std::thread::sleep`, which panics on this target",
        fix: "do without waiting: a host waits for its plugin",
    },
];

pub(super) fn judge(artifact: &Artifact, report: &mut Report) {
    let data = data(&artifact.wasm);
    let holds = |text: &[u8]| data.iter().any(|data| data.windows(text.len()).any(|window| window == text));
    for Missing { panic, paths, what, fix } in MISSING {
        if holds(panic) && (paths.is_empty() || paths.iter().any(|path| holds(path))) {
            report.breach(*what, *fix);
        }
    }
    let module = artifact.named.as_ref().map_or(&artifact.module, |named| &named.module);
    if let Some(what) = callers::printing(module, artifact.with_names()) {
        report.note(what, "write `log().info(..)`, which hosts and traces show");
    }
}

/// What the module writes into its memory: line tables name these files whether they are reached or not.
fn data(wasm: &[u8]) -> Vec<&[u8]> {
    let segments = Parser::new(0).parse_all(wasm).filter_map(|payload| match payload {
        Ok(Payload::DataSection(segments)) => Some(segments),
        _ => None,
    });
    segments.flatten().flatten().map(|segment| segment.data).collect()
}
