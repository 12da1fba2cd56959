//! What is no plugin at all, and why.

use super::{Report, features};
use crate::artifact::module::Invalid;
use crate::hosts::Profile;

const BUILD: &str = "build it with `cargo plugsmith build`";

/// Says of bytes that are no module what to do about it.
pub(super) fn judge(wasm: &[u8], invalid: Invalid, profile: &Profile, report: &mut Report) {
    if features::judge(wasm, profile, report) {
        return;
    }
    let what = format!("is not a valid plugin: {}", invalid.what);
    match invalid.fix {
        Some(fix) => report.breach(what, fix),
        None if wasm.starts_with(b"\0asm") => {
            report.breach(what, "the file is damaged or cut off: build it or fetch it again");
        }
        None => report.breach(what, BUILD),
    }
}
